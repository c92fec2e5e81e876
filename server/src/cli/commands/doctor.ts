import { statfsSync } from 'node:fs';
import type { Command } from 'commander';
import { ChardError } from '../../errors';
import { runnerFolder, wasmFile } from '../../installation';
import { describeEnvironment } from '../../python/environment';
import { findInterpreter } from '../../python/interpreter';
import { kernelFolders, listKernels } from '../../python/kernelspecs';
import { openStores } from '../../stores';
import { printJson, type CommonOptions, type Context, type Finish } from '../context';
import { byteSize, table } from '../terminal';

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
}

export function registerDoctor(program: Command, context: Context, finish: Finish): void {
  const { terminal } = context;
  program
    .command('doctor')
    .description('Looks at everything that Chard needs on this machine.')
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText('after', '\nExample:\n  chard doctor')
    .action(async ({ json }: CommonOptions) => {
      const findings = [
        await examine('node', () => process.version),
        await examine('runner', runnerFolder),
        await examine('parser', () => wasmFile('tree-sitter-python.wasm')),
        await examine('python', () => describePython(context)),
        await examine('kernels', () => describeKernels(context)),
        await examine('store', () => describeStore(context.home))
      ];
      finish(findings.every(({ ok }) => ok) ? 0 : 1);
      if (json) {
        return printJson(terminal, { findings });
      }
      terminal.out(
        table(
          findings.map(({ what, ok, detail }) => [
            ok ? terminal.paint.out('green', '✓') : terminal.paint.out('red', '✗'),
            what,
            detail
          ])
        )
      );
    });
}

async function examine(what: string, look: () => string | Promise<string>): Promise<Finding> {
  try {
    return { what, ok: true, detail: await look() };
  } catch (error) {
    if (error instanceof ChardError) {
      return { what, ok: false, detail: error.message };
    }
    throw error;
  }
}

async function describePython({ python, environment, home }: Context): Promise<string> {
  const interpreter = findInterpreter(null, python, environment);
  const { version, packages, executable } = await describeEnvironment(interpreter, home);
  const ipython = packages['ipython'];
  return `${version} at ${executable}, ${ipython === undefined ? 'without IPython: cells run as plain Python' : `IPython ${ipython}`}`;
}

function describeKernels({ python, environment }: Context): string {
  const { kernels, broken } = listKernels(kernelFolders(python, environment));
  const names = kernels.filter(({ language }) => language === 'python').map(({ name }) => name);
  const complaint = broken
    .map(({ name, reason }) => `; ${name} cannot be read: ${reason}`)
    .join('');
  return (names.join(', ') || 'none installed; notebooks run in this Python') + complaint;
}

function describeStore(home: string): string {
  openStores(home).close();
  const { bavail, bsize } = statfsSync(home);
  return `${home}, ${byteSize(bavail * bsize)} free`;
}
