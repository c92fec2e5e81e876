import { enableCompileCache } from 'node:module';
import { readStandardInput } from './cli/standardInput';
import { runCommandLine } from './cli/program';
import { processTerminal } from './cli/terminal';
import { chardHome } from './home';

enableCompileCache();
process.exitCode = await main();

async function main(): Promise<number> {
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
    home: chardHome(),
    python: process.env['CHARD_PYTHON'] ?? 'python3',
    environment: process.env,
    readStandardInput,
    interrupted: interruption.signal
  });
}
