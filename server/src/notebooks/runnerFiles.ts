import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunnerFiles } from '@chard/core/targets/kfp';

/** What is of use on this machine alone: the fork server, what looks at the environment, and at files for snapshots. */
const LOCAL_ONLY = new Set([
  'chard_runner/attributes.py',
  'chard_runner/compile_cells.py',
  'chard_runner/environment.py',
  'chard_runner/forkserver.py'
]);

/** The sources (and licences) of the runner as steps in containers need them, by path, in a fixed order. */
export function runnerFiles(folder: string): RunnerFiles {
  const paths = ['chard', 'chard_runner'].flatMap(name =>
    readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' }).map(
      path => `${name}/${path.replaceAll('\\', '/')}`
    )
  );
  const wanted = paths.filter(path => /(?:\.py|\/LICENSE)$/.test(path) && !LOCAL_ONLY.has(path));
  return Object.fromEntries(
    wanted.sort().map(path => [path, readFileSync(join(folder, path), 'utf8')])
  );
}
