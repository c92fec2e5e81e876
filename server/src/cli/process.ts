import { chardHome } from '../home';
import { runCommandLine } from './program';
import { readStandardInput } from './standardInput';
import { processTerminal } from './terminal';
import type { ExitCode } from './context';

/** Runs the command line of this process: its words, its streams, its signals. */
export function runProcess(): Promise<ExitCode> {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interruption.abort(signal));
  }
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
    python: process.env['CHARD_PYTHON'] ?? 'python3',
    environment: process.env,
    readStandardInput,
    interrupted: interruption.signal
  });
}
