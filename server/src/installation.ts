import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChardError } from './errors';

const here = dirname(fileURLToPath(import.meta.url));

/** What lies beside the bundle: in the wheel below `jupyterlab_chard/`, in a checkout the runner at the top. */
function find(what: string, candidates: readonly string[]): string {
  const found = candidates.find(candidate => existsSync(candidate));
  if (found === undefined) {
    throw new ChardError(
      'broken-installation',
      `${what} is missing (looked for ${candidates.join(' and ')}). Install jupyterlab-chard again; in a checkout run \`make setup\`.`
    );
  }
  return found;
}

/** The folder that goes on a step's `PYTHONPATH`: it holds `chard_runner` and `chard`. */
export function runnerFolder(): string {
  const folder = find('The Python runner', [
    join(here, '../runner/chard_runner'),
    join(here, '../../runner/chard_runner')
  ]);
  return dirname(folder);
}

/** The folder that holds `chard_suggester`, for the Python that Chard is installed in. */
export function suggesterFolder(): string {
  const folder = find('The suggester', [
    join(here, '../suggester/chard_suggester'),
    join(here, '../../suggester/chard_suggester')
  ]);
  return dirname(folder);
}

/** Path of the program that Katib's trials run. */
export function trialScript(): string {
  return join(runnerFolder(), 'chard_katib/trial.py');
}

/** Path of the protobuf descriptors that what is compiled for Kubeflow is checked against. */
export function kfpDescriptors(): string {
  const name = 'kfp-2.17.fds.bin';
  return find(name, [join(here, name)]);
}

/** Where the build puts the packed runner; a bundle that `--watch` made may lack it. */
export function builtRunnerFile(): string {
  return join(here, 'kfp-runner.json');
}
