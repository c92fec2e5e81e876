import type { Pipeline } from '@chard/core/pipeline';
import type { RunSnapshotUse } from '@chard/core/run';
import { totalCounts, type Snapshot } from '@chard/core/snapshot';
import { byteSize, grouped } from '@chard/core/text';
import { ChardError } from '../errors';
import type { SnapshotStore, SourceFolder, Watch } from '../snapshots/snapshotStore';
import { NOTEBOOK_SOURCE, volumesHere } from './volumes';

/** Bytes up to which files are copied for a run where they cannot be shared. */
export const COPY_LIMIT = 2 ** 30;
/** A folder that was never frozen and holds more is most likely not meant. */
const MAX_FILES = 200_000;
const MAX_BYTES = 64 * 2 ** 30;
/** On the snapshots that are made for runs: they go with the last run that needs them. */
export const PURPOSE = { label: 'for', run: 'run' } as const;

/** What a person has called a snapshot. */
export const TITLE_LABEL = 'title';

export interface SnapshotRequest {
  /** Absolute path. */
  readonly notebook: string;
  readonly pipeline: Pick<Pipeline, 'volumes' | 'name'>;
  /** What is recorded of the Python environment. JSON. */
  readonly environment: unknown;
  /** Whether an absolute path may be looked at. */
  readonly isAllowed: (path: string) => boolean;
}

/** The folders that a notebook's snapshot takes. */
export function sourcesOf({ notebook, pipeline, isAllowed }: SnapshotRequest): SourceFolder[] {
  return volumesHere(notebook, pipeline, isAllowed).flatMap(({ source, path, leftOut }) =>
    path === null || leftOut !== null ? [] : [{ name: source, path }]
  );
}

/**
 * Freezes a notebook's folder, its volumes and its environment for a run.
 * @throws ChardError `snapshot-too-large` where nobody has frozen so much before; the store's.
 */
export async function takeRunSnapshot(
  store: SnapshotStore,
  request: SnapshotRequest,
  watch: Watch = {}
): Promise<Snapshot> {
  const { notebook } = request;
  const isKnown = (await store.list()).some(({ labels }) => labels['notebook'] === notebook);
  if (!isKnown) await demandReasonable(store, sourcesOf(request), watch);
  return take(store, request, { [PURPOSE.label]: PURPOSE.run }, watch);
}

/** Freezes the same for a person, who has seen how much it is: it stays until it is removed. */
export async function takeKeptSnapshot(
  store: SnapshotStore,
  request: SnapshotRequest,
  title: string | null,
  watch: Watch = {}
): Promise<Snapshot> {
  return take(store, request, title === null ? {} : { [TITLE_LABEL]: title }, watch);
}

async function take(
  store: SnapshotStore,
  request: SnapshotRequest,
  labels: Readonly<Record<string, string>>,
  watch: Watch
): Promise<Snapshot> {
  const { notebook, pipeline, environment } = request;
  return store.create(sourcesOf(request), {
    ...watch,
    orLast: true,
    labels: { notebook, pipeline: pipeline.name, ...labels },
    documents: { 'environment.json': Buffer.from(JSON.stringify(environment ?? null)) }
  });
}

async function demandReasonable(
  store: SnapshotStore,
  sources: readonly SourceFolder[],
  { signal }: Watch
): Promise<void> {
  const counts = await store.measure(sources, { ...(signal && { signal }) });
  for (const { name, path } of sources) {
    const { files = 0, bytes = 0 } = counts[name] ?? {};
    if (files <= MAX_FILES && bytes <= MAX_BYTES) continue;
    throw new ChardError(
      'snapshot-too-large',
      `No snapshot was taken: ${path} holds ${grouped(files)} files of ${byteSize(bytes)}. ` +
        'Name what is no data of the notebook in a file .chardignore there, or run without a snapshot. ' +
        'If all of it is meant, take a first snapshot by hand: chard snapshot create.'
    );
  }
}

/** A snapshot as a run uses it. @throws ChardError `snapshot-unsuitable` where it does not hold the notebook's folder. */
export function snapshotUse(snapshot: Snapshot, copyLimit: number | null): RunSnapshotUse {
  const source = snapshot.sources.find(({ name }) => name === NOTEBOOK_SOURCE);
  if (source === undefined) {
    throw new ChardError(
      'snapshot-unsuitable',
      `The snapshot ${snapshot.id} does not hold a notebook's folder, so no run can work on it.`
    );
  }
  const { files, bytes } = source.counts;
  const { id } = snapshot;
  return {
    id,
    source: source.name,
    files,
    bytes,
    copyLimit: copyLimit ?? COPY_LIMIT,
    brings: true
  };
}

/** "12 files, 3.4 MB; 1.2 MB of it new". */
export function describeSnapshot(snapshot: Snapshot): string {
  const { files, bytes } = totalCounts(snapshot);
  const count = `${grouped(files)} ${files === 1 ? 'file' : 'files'}`;
  return `${count}, ${byteSize(bytes)}; ${byteSize(snapshot.addedBytes)} of it new`;
}
