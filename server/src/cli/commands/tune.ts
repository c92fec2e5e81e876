import { Option, type Command } from 'commander';
import type { Context, Finish } from '../context';
import { tuneForKatib, type KatibOptions } from './tuneForKatib';

export function registerTune(program: Command, context: Context, finish: Finish): void {
  program
    .command('tune')
    .argument('<notebook>', 'a notebook that describes an experiment')
    .description("Searches for a notebook's best parameters.")
    .addOption(
      new Option('--target <engine>', 'katib: writes a file that Katib takes')
        .choices(['katib'])
        .makeOptionMandatory()
    )
    .option(
      '-o, --output <file>',
      "where to write; by default the notebook's name with .katib.yaml, here"
    )
    .option(
      '-p, --parameter <name=value>',
      'another value for a parameter that is not tuned; repeatable',
      (word: string, words: readonly string[]) => [...words, word],
      []
    )
    .option('--image <image>', 'the image of steps that name none')
    .addOption(
      new Option(
        '--runner <origin>',
        'artifact: it travels with the pipeline; image: every image has jupyterlab-chard'
      )
        .choices(['artifact', 'image'])
        .default('artifact')
    )
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText(
      'after',
      '\nExample:\n  chard tune examples/xray/xray.ipynb --target katib -o xray.yaml'
    )
    .action(async (reference: string, options: KatibOptions) => {
      finish(await tuneForKatib(reference, options, context));
    });
}
