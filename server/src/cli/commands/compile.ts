import { Option, type Command } from 'commander';
import { hasErrors } from '@chard/core';
import type { RunnerOrigin } from '@chard/core/targets/kfp';
import { compileForKfp } from '../../notebooks/compileKfp';
import { loadNotebook, type LoadedNotebook } from '../../notebooks/load';
import type { CommonOptions, Context, ExitCode, Finish } from '../context';
import { demandImage, writeCompiled, type CompiledText } from '../writeCompiled';

interface CompileOptions extends CommonOptions {
  readonly target: 'kfp';
  readonly output?: string;
  readonly image?: string;
  readonly runner: RunnerOrigin;
}

export function registerCompile(program: Command, context: Context, finish: Finish): void {
  program
    .command('compile')
    .argument('<notebook>', 'an annotated notebook, or - for standard input')
    .description('Compiles a notebook for an engine: writes a file that the engine takes.')
    .addOption(
      new Option('--target <engine>', 'kfp: Kubeflow Pipelines v2')
        .choices(['kfp'])
        .makeOptionMandatory()
    )
    .option(
      '-o, --output <file>',
      "where to write; by default the notebook's name with .yaml, here"
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
      '\nExample:\n  chard compile examples/digits/digits.ipynb --target kfp -o digits.yaml'
    )
    .action(async (reference: string, options: CompileOptions) => {
      finish(await compile(reference, options, context));
    });
}

async function compile(
  reference: string,
  options: CompileOptions,
  context: Context
): Promise<ExitCode> {
  demandImage(options.image);
  const loaded = await loadNotebook(reference, context);
  const to = { ...options, nameless: 'notebook', suffix: '.yaml' };
  return writeCompiled(compileLoaded(loaded, options), loaded, to, context);
}

/** The text to write, null where the notebook has errors. */
function compileLoaded(loaded: LoadedNotebook, { image, runner }: CompileOptions): CompiledText {
  const { pipeline, diagnostics } = loaded;
  if (pipeline === null || hasErrors(diagnostics)) return { text: null, diagnostics };
  const { text, diagnostics: found } = compileForKfp(pipeline, loaded, {
    image: image ?? null,
    runner
  });
  return { text, diagnostics: [...diagnostics, ...found] };
}
