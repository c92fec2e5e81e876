import { InvalidArgumentError, Option, type Command } from 'commander';
import { ChardError } from '../../errors';
import { PythonProcess } from '../../experiments/suggester/pythonProcess';
import type { Context, ExitCode, Finish } from '../context';
import type { HereOptions } from './tuneHere';
import type { KatibOptions } from './tuneForKatib';

type TuneOptions = HereOptions &
  KatibOptions & { readonly target: 'local' | 'katib'; readonly resume?: string };

export function registerTune(program: Command, context: Context, finish: Finish): void {
  program
    .command('tune')
    .argument('[notebook]', 'a notebook that describes an experiment')
    .description("Searches for a notebook's best parameters.")
    .addOption(
      new Option(
        '--target <engine>',
        'local: runs the experiment on this machine; katib: writes a file that Katib takes'
      )
        .choices(['local', 'katib'])
        .default('local')
    )
    .option('--trials <n>', 'so many trials', whole)
    .option('--parallel <n>', 'so many at a time', whole)
    .option('--algorithm <name>', 'what suggests the next trial: random, grid, tpe, ...')
    .option('--seed <n>', "of the algorithm's random numbers", wholeOrZero)
    .option('--name <name>', "what the experiment is called; by default the notebook's, numbered")
    .option(
      '--resume <experiment>',
      'go on with an experiment: its id, the beginning of one, its name, or `latest`'
    )
    .option('--snapshot', 'let the trials work on a snapshot, also where the notebook says not to')
    .option('--no-snapshot', "take no snapshot: all trials work in the notebook's folder itself")
    .option('--follow', 'with --json: one JSON line an event, as it happens', false)
    .option(
      '-o, --output <file>',
      "with katib: where to write; by default the notebook's name with .katib.yaml, here"
    )
    .option(
      '-p, --parameter <name=value>',
      'another value for a parameter that is not tuned; repeatable',
      (word: string, words: readonly string[]) => [...words, word],
      []
    )
    .option('--image <image>', 'with katib: the image of steps that name none')
    .addOption(
      new Option(
        '--runner <origin>',
        'with katib: artifact: it travels with the pipeline; image: every image has jupyterlab-chard'
      )
        .choices(['artifact', 'image'])
        .default('artifact')
    )
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText(
      'after',
      '\nExamples:\n  chard tune examples/xray/xray.ipynb --trials 6 --parallel 3\n' +
        '  chard tune examples/xray/xray.ipynb --target katib -o xray.yaml'
    )
    .action(async (reference: string | undefined, options: TuneOptions) => {
      refuseIdle(options);
      if (options.resume !== undefined && reference === undefined && options.target === 'local') {
        const { resume } = options;
        finish(
          await withPython(context, async started => {
            const { resumeHere } = await import('./resumeHere');
            return resumeHere(resume, options, context, started);
          })
        );
      } else if (reference === undefined || options.resume !== undefined) {
        throw new ChardError('usage', 'Give a notebook to tune, or --resume with an experiment.', {
          exitCode: 2
        });
      } else if (options.target === 'katib') {
        const { tuneForKatib } = await import('./tuneForKatib');
        finish(await tuneForKatib(reference, options, context));
      } else {
        finish(
          await withPython(context, async started => {
            const { tuneHere } = await import('./tuneHere');
            return tuneHere(reference, options, context, started);
          })
        );
      }
    });
}

/** What suggests starts before all else is even loaded, since importing Optuna takes longest. It ends with the command. */
async function withPython(
  context: Context,
  work: (started: PythonProcess) => Promise<ExitCode>
): Promise<ExitCode> {
  const started =
    PythonProcess.adopt(context.python, context.startedSuggester ?? '') ??
    PythonProcess.start(context);
  try {
    return await work(started);
  } finally {
    started.kill();
  }
}

/** An option that would change nothing is not taken without a word. @throws ChardError `usage` */
function refuseIdle({ target, resume, ...options }: TuneOptions): void {
  const [idle, why] =
    target === 'katib'
      ? [[options.follow && '--follow', options.snapshot !== undefined && '--snapshot'], 'katib']
      : [[options.output !== undefined && '-o', options.image !== undefined && '--image'], 'local'];
  const [name] = idle.filter(word => word !== false);
  if (name !== undefined) {
    throw usage(`${name} means nothing with --target ${why}.`);
  }
  if (options.follow && !options.json) throw usage('--follow goes with --json.');
  if (resume === undefined) return;
  const [fixed] = [
    options.name !== undefined && '--name',
    options.algorithm !== undefined && '--algorithm',
    options.seed !== undefined && '--seed',
    options.snapshot !== undefined && '--snapshot',
    options.parameter.length > 0 && '-p'
  ].filter(word => word !== false);
  if (fixed !== undefined) {
    throw usage(
      `${fixed} cannot be changed of an experiment that was begun: with --resume there can be --trials and --parallel.`
    );
  }
}

function usage(message: string): ChardError {
  return new ChardError('usage', `${message} See \`chard tune --help\`.`, { exitCode: 2 });
}

const whole = wholeFrom(1);
const wholeOrZero = wholeFrom(0);

function wholeFrom(least: number): (text: string) => number {
  return text => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${least}.`);
  };
}
