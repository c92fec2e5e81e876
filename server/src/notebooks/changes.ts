import { createHash } from 'node:crypto';
import { comparePipelines, isDifferent, type PipelineDifference } from '@chard/core/pipeline';
import { ChardError } from '../errors';
import { analyseNotebook, readNotebook } from './load';

/** What has become of a notebook since a run of it began. */
export type NotebookChange =
  /** A run of it now would execute what the run executed. */
  | { readonly kind: 'none' }
  | { readonly kind: 'changed'; readonly difference: PipelineDifference }
  /** It has errors, so that it cannot be run as it is. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/**
 * Compares a notebook with what it was. Outputs, comments and white space are no change.
 *
 * @param path the notebook's, as it is now.
 * @param bytes the notebook as it was.
 */
export async function notebookChange(path: string, bytes: Uint8Array): Promise<NotebookChange> {
  let present: Uint8Array;
  try {
    present = await readNotebook(path);
  } catch (error) {
    if (!(error instanceof ChardError)) {
      throw error;
    }
    return { kind: 'unreadable', reason: error.message };
  }
  if (sha256(present) === sha256(bytes)) {
    return { kind: 'none' };
  }
  const [before, now] = [await analyseNotebook(path, bytes), await analyseNotebook(path, present)];
  if (before.pipeline === null || now.pipeline === null) {
    return { kind: 'broken' };
  }
  const difference = comparePipelines(before.pipeline, now.pipeline);
  return isDifferent(difference) ? { kind: 'changed', difference } : { kind: 'none' };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
