import { chardHome, findChardHome } from '../home';
import { runCommandLine } from './program';
import { readStandardInput } from './standardInput';
import { processTerminal } from './terminal';
import type { ExitCode } from './context';

/** Runs the command line of this process: its words, its streams, its signals. */
export function runProcess(): Promise<ExitCode> {
  let interrupted: AbortSignal | null = null;
  const { CHARD_SUGGESTER: startedSuggester } = process.env;
  // It is for this process alone.
  delete process.env['CHARD_SUGGESTER'];
  // A reader that closes the pipe (`chard ... | head`) has seen enough.
  process.stdout.on('error', error => {
    if ('code' in error && error.code === 'EPIPE') {
      process.exit(0);
    }
    throw error;
  });
  return runCommandLine(process.argv.slice(2), {
    terminal: processTerminal(),
    // Only what keeps something needs a place for it.
    get home() {
      return chardHome();
    },
    memory: findChardHome(),
    python: process.env['CHARD_PYTHON'] ?? 'python3',
    environment: process.env,
    readStandardInput,
    startedSuggester,
    get interrupted() {
      return (interrupted ??= interruptedBySignals());
    }
  });
}

/**
 * From here on signals no longer end the process by themselves. A command that has nothing to bring to an end never
 * asks for this: it can be ended at any moment, also while it is busy and no handler would get its turn.
 */
function interruptedBySignals(): AbortSignal {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interruption.abort(signal));
  }
  return interruption.signal;
}
