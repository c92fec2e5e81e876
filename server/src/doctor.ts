import { statfsSync } from 'node:fs';
import type { Finding } from '@chard/core/protocol/api';
import { byteSize } from '@chard/core/text';
import { ChardError } from './errors';
import type { Host } from './host';
import { runnerFolder } from './installation';
import { describeEnvironment } from './python/environment';
import { findInterpreter } from './python/interpreter';
import { kernelFolders, listKernels } from './python/kernelspecs';
import { openStores } from './stores';

/** Looks at everything that Chard needs on this machine. */
export async function examineMachine(host: Host): Promise<Finding[]> {
  return [
    await examine('node', () => process.version),
    await examine('runner', runnerFolder),
    await examine('python', () => describePython(host)),
    await examine('kernels', () => describeKernels(host)),
    await examine('store', () => describeStore(host.home))
  ];
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

async function describePython({ python, environment, memory }: Host): Promise<string> {
  const interpreter = findInterpreter(null, python, environment);
  const { version, packages, executable } = await describeEnvironment(interpreter, memory);
  const ipython = packages['ipython'];
  return `${version} at ${executable}, ${ipython === undefined ? 'without IPython: cells run as plain Python' : `IPython ${ipython}`}`;
}

function describeKernels({ python, environment }: Host): string {
  const { kernels, broken } = listKernels(kernelFolders(python, environment));
  const names = kernels.filter(({ language }) => language === 'python').map(({ name }) => name);
  const complaint = broken
    .map(({ name, reason }) => `; ${name} cannot be read: ${reason}`)
    .join('');
  return (names.join(', ') || 'none installed; notebooks run in this Python') + complaint;
}

function describeStore(home: string): string {
  const stores = openStores(home);
  try {
    stores.demandWritable();
  } finally {
    stores.close();
  }
  const { bavail, bsize } = statfsSync(home);
  return `${home}, ${byteSize(bavail * bsize)} free`;
}
