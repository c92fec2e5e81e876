import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interpreter, REAL_RUNNER } from './bench';

/** Why no step can have an overlay here, as `overlayProblem` has it; null where one can. Known before tests are told to Jest. */
const problem = overlayProblemNow();

/** A test of what overlays do; where the system has none it is skipped, and its name says why. */
export function itWithOverlays(name: string, body: () => Promise<void>): void {
  if (problem === null) it(name, body);
  else it.skip(`${name} (no overlays here: ${problem})`, body);
}

function overlayProblemNow(): string | null {
  if (process.platform !== 'linux') return 'only Linux has overlays';
  const folder = mkdtempSync(join(tmpdir(), 'chard-overlay-'));
  const script = join(REAL_RUNNER, 'chard_runner', 'overlay.py');
  const python = interpreter().executable;
  const { status, stdout } = spawnSync(python, ['-I', '-S', script, folder], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return status === 0 ? null : stdout.trim();
}
