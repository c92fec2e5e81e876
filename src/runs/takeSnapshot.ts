import { byteSize } from '@chard/core/text';
import { takeSnapshotOf } from '@chard/core/protocol/api';
import { totalCounts } from '@chard/core/snapshot';
import type { TranslationBundle } from '@jupyterlab/translation';
import { LaunchFailure, type LaunchContext } from '../tokens';
import { ApiError, type ChardApi } from './api';
import { progressInWords } from './longWork';

/** The stage in which a run's snapshot is taken; leaves its id to the start of the run. @returns what was done */
export async function takeSnapshot(
  api: ChardApi,
  { notebook: { panel }, signal, results, progress: tell }: LaunchContext,
  trans: TranslationBundle
): Promise<string> {
  const path = panel.context.contentsModel?.path ?? panel.context.path;
  try {
    const { snapshot } = await api.work(
      takeSnapshotOf,
      { params: {}, query: {}, body: { path, forRun: true } },
      {
        signal,
        progress: progress => tell(trans.__('Snapshot: %1', progressInWords(progress, trans)))
      }
    );
    results.set('snapshot', snapshot.id);
    const { files, bytes: size } = totalCounts(snapshot);
    return trans._n('Snapshot: %1 file, %2', 'Snapshot: %1 files, %2', files, byteSize(size));
  } catch (error) {
    if (!(error instanceof ApiError) || signal.aborted) throw error;
    throw new LaunchFailure(error.message, [], 'volumes');
  }
}
