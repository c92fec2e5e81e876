import { Command, CommanderError } from 'commander';
import { ChardError } from '../errors';
import { registerCheck } from './commands/check';
import { registerDoctor } from './commands/doctor';
import { registerGraph } from './commands/graph';
import { registerRun } from './commands/run';
import { registerRuns } from './commands/runs';
import { printJson, type Context, type ExitCode } from './context';

/** A command's own result reaches the caller through here: commander's actions return nothing. */
export type Finish = (code: ExitCode) => void;

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
  const program = createProgram(context, result => (code = result));
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    return report(error, wantsJson(words), context);
  }
}

function createProgram(context: Context, finish: Finish): Command {
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
  registerCheck(program, context, finish);
  registerGraph(program, context, finish);
  registerRun(program, context, finish);
  registerRuns(program, context, finish);
  registerDoctor(program, context, finish);
  return program;
}

function wantsJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return (end < 0 ? words : words.slice(0, end)).includes('--json');
}

/** Says what went wrong, as JSON on standard output where that was asked for. */
function report(error: unknown, json: boolean, { terminal, interrupted }: Context): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) {
    return 0;
  }
  const { code, message, exitCode } = explain(error, interrupted.aborted);
  if (json) {
    printJson(terminal, { error: { code, message } });
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
    const message = error.message.replace(/^error: /, '');
    return { code: 'usage', message: `${message}. See \`chard --help\`.`, exitCode: 2 };
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
