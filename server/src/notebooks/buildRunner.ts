import { createHash } from 'node:crypto';
import { packRunner, type RunnerFiles } from '@chard/core/targets/kfp';
import { runnerFiles } from './runnerFiles';

/** What the build puts beside the bundle: the runner as pipelines carry it, and the digest of what it was made from. */
export interface BuiltRunner {
  readonly digest: string;
  readonly packed: string;
}

/** Called by `build.mjs`. */
export function buildRunner(folder: string): BuiltRunner {
  const files = runnerFiles(folder);
  return { digest: digestOf(files), packed: packRunner(files) };
}

export function digestOf(files: RunnerFiles): string {
  return createHash('sha256').update(JSON.stringify(files)).digest('hex');
}
