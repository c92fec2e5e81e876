import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { systemCode } from '../errors';
import type { Interpreter } from './interpreter';
import { runRunnerModule } from './runnerModule';

/** What `python -m chard_runner.environment` tells of the interpreter it runs in. */
export const PythonEnvironment = z.object({
  executable: z.string(),
  version: z.string(),
  implementation: z.string(),
  platform: z.string(),
  prefix: z.string(),
  paths: z.object({ purelib: z.string(), platlib: z.string() }),
  /** Distribution name to version. */
  packages: z.record(z.string(), z.string())
});
export type PythonEnvironment = z.infer<typeof PythonEnvironment>;

/** Something that changes when a package is installed, removed or changed, and is quick to look at. */
const Witness = z.object({ path: z.string(), mtimeMs: z.number().nullable() });
const Remembered = z.object({ environment: PythonEnvironment, witnesses: z.array(Witness) });

/**
 * The packages and version of an interpreter, for a run's record and for reuse.
 *
 * Asking Python takes a tenth of a second, so the answer is remembered under `home` for as long as the interpreter's
 * and its package folders' modification times stay.
 */
export async function describeEnvironment(
  interpreter: Interpreter,
  home: string
): Promise<PythonEnvironment> {
  const file = join(home, 'environments', `${sha256(interpreter.executable)}.json`);
  const remembered = recall(file);
  if (remembered !== null) {
    return remembered;
  }
  const environment = PythonEnvironment.parse(
    await runRunnerModule(interpreter, 'chard_runner.environment')
  );
  const witnesses = [
    realpathSync(interpreter.executable),
    join(environment.prefix, 'pyvenv.cfg'),
    ...new Set([environment.paths.purelib, environment.paths.platlib])
  ].map(path => ({ path, mtimeMs: modified(path) }));
  remember(file, { environment, witnesses });
  return environment;
}

/** Changes whenever the interpreter or a package does. */
export function environmentFingerprint(environment: PythonEnvironment): string {
  const packages = Object.entries(environment.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  const { executable, version, implementation, platform } = environment;
  return sha256(JSON.stringify([executable, version, implementation, platform, packages]));
}

function recall(file: string): PythonEnvironment | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === undefined) {
      throw error;
    }
    return null;
  }
  const read = Remembered.safeParse(parseJson(text));
  const holds =
    read.success && read.data.witnesses.every(({ path, mtimeMs }) => modified(path) === mtimeMs);
  return holds ? read.data.environment : null;
}

/** A cut-off file (the machine went down while it was written) is as good as none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function remember(file: string, value: z.infer<typeof Remembered>): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(value), { mode: 0o600 });
  renameSync(temporary, file);
}

function modified(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
