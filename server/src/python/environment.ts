import { createHash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Interpreter } from './interpreter';
import { recall, remember } from './remembered';
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
 * Asking Python takes a tenth of a second, so the answer is remembered below `memory` for as long as the interpreter's
 * and its package folders' modification times stay.
 */
export async function describeEnvironment(
  interpreter: Interpreter,
  memory: string | null
): Promise<PythonEnvironment> {
  const file = memory && join(memory, 'environments', `${sha256(interpreter.executable)}.json`);
  const remembered = recall(file, Remembered);
  if (remembered?.witnesses.every(({ path, mtimeMs }) => modified(path) === mtimeMs)) {
    return remembered.environment;
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

function modified(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
