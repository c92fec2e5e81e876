import { existsSync, readFileSync } from 'node:fs';
import { packRunner } from '@chard/core/targets/kfp';
import { builtRunnerFile, runnerFolder } from '../installation';
import { digestOf, type BuiltRunner } from './buildRunner';
import { runnerFiles } from './runnerFiles';

/**
 * The runner as pipelines carry it: as the build packed it where that was the runner that lies here, because packing it
 * takes a fifth of a command's time; in a checkout it may have changed since.
 */
export function packedRunner(): string {
  const files = runnerFiles(runnerFolder());
  const built = readBuilt();
  return built?.digest === digestOf(files) ? built.packed : packRunner(files);
}

function readBuilt(): BuiltRunner | null {
  const file = builtRunnerFile();
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as BuiltRunner) : null;
}
