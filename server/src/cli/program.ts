import { Command, CommanderError } from 'commander';
import { ChardError } from '../errors';
import { printJson, type Context, type ExitCode, type Finish } from './context';

type Register = (program: Command, context: Context, finish: Finish) => void;

/** Each command with all that it needs is loaded only where it is asked for: starting is most of a short command. */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  check: async () => (await import('./commands/check')).registerCheck,
  compile: async () => (await import('./commands/compile')).registerCompile,
  graph: async () => (await import('./commands/graph')).registerGraph,
  run: async () => (await import('./commands/run')).registerRun,
  runs: async () => (await import('./commands/runs')).registerRuns,
  experiments: async () => (await import('./commands/experiments')).registerExperiments,
  tune: async () => (await import('./commands/tune')).registerTune,
  snapshot: async () => (await import('./commands/snapshot')).registerSnapshot,
  doctor: async () => (await import('./commands/doctor')).registerDoctor
};

/**
 * Runs one command line.
 *
 * @param words what follows `chard`.
 * @returns the exit code: 0 done (warnings too), 1 the notebook or the run has errors, 2 wrong usage, 130 interrupted.
 */
export async function runCommandLine(
  words: readonly string[],
  context: Context
): Promise<ExitCode> {
  let code: ExitCode = 0;
  try {
    const program = await createProgram(words, context, result => (code = result));
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    return report(error, hasWord(words, '--json'), hasWord(words, '--follow'), context);
  }
}

async function createProgram(
  words: readonly string[],
  context: Context,
  finish: Finish
): Promise<Command> {
  const { terminal } = context;
  const program = new Command('chard')
    .description('Turns an annotated Jupyter notebook into a pipeline and runs it.')
    .version(__VERSION__, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: text => terminal.out(text),
      writeErr: text => terminal.err(text),
      outputError: () => undefined
    })
    .showHelpAfterError(false)
    .addHelpText('after', '\nExample:\n  chard run examples/digits/digits.ipynb -p trees=50');
  for (const load of commandsToLoad(words)) {
    (await load())(program, context, finish);
  }
  return program;
}

/** The one that the first word names; all of them for help and for a word that names none. */
function commandsToLoad(words: readonly string[]): (() => Promise<Register>)[] {
  const [first = ''] = words;
  const named = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  return named === undefined ? Object.values(COMMANDS) : [named];
}

function hasWord(words: readonly string[], word: string): boolean {
  const end = words.indexOf('--');
  return (end < 0 ? words : words.slice(0, end)).includes(word);
}

/** Says what went wrong, as JSON on standard output where that was asked for. */
function report(
  error: unknown,
  json: boolean,
  follow: boolean,
  { terminal, interrupted }: Context
): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) {
    return 0;
  }
  const { code, message, exitCode } = explain(error, interrupted.aborted);
  if (json) {
    printJson(terminal, { error: { code, message } }, follow);
  } else {
    terminal.err(`${terminal.paint.err('red', 'chard:')} ${message}\n`);
  }
  return exitCode;
}

function explain(
  error: unknown,
  interrupted: boolean
): { code: string; message: string; exitCode: ExitCode } {
  if (error instanceof CommanderError) {
    const [what = '', ...advice] = error.message.replace(/^error: /, '').split('\n');
    const sentences = [`${what.replace(/\.$/, '')}.`, ...advice, 'See `chard --help`.'];
    return { code: 'usage', message: sentences.join(' '), exitCode: 2 };
  }
  if (error instanceof ChardError) {
    return { code: error.code, message: error.message, exitCode: error.exitCode };
  }
  if (interrupted) {
    return { code: 'interrupted', message: 'Interrupted.', exitCode: 130 };
  }
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: 'internal',
    message: `This is a fault in Chard itself, not in the notebook; please report it with what follows.\n${what}`,
    exitCode: 1
  };
}
