import { execFile } from 'node:child_process';
import { suggesterEnvironment } from './environment';
import type { PythonHost } from './pythonProcess';

/** Those of some modules that the Python which suggests has not got. It looks for them and imports none; where it cannot be asked, none. */
export function missingPackages(
  { python, environment }: PythonHost,
  modules: readonly string[]
): Promise<readonly string[]> {
  if (modules.length === 0) return Promise.resolve([]);
  const words = ['-m', 'chard_suggester.packages', ...modules];
  return new Promise(resolve => {
    execFile(python, words, { env: suggesterEnvironment(environment) }, (error, out) =>
      // A Python that does not start says so when it is to suggest.
      resolve(error === null ? out.split('\n').filter(name => modules.includes(name)) : [])
    );
  });
}
