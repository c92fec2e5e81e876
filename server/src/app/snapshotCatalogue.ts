import type { SnapshotItem } from '@chard/core/protocol/api';
import type { Snapshot } from '@chard/core/snapshot';
import { runPin } from '../engines/local';
import { ChardError } from '../errors';
import { PURPOSE, TITLE_LABEL } from '../runs/runSnapshot';
import type { SnapshotStore } from '../snapshots/snapshotStore';
import type { Catalogue } from './catalogue';
import type { Root } from './root';

const MOST_RUNS = 20;
const RUN_PIN = runPin('');

/** The snapshots of folders below Jupyter's root; others are not there. */
export class SnapshotCatalogue {
  constructor(
    private readonly store: () => SnapshotStore,
    private readonly runs: Catalogue,
    private readonly root: Root
  ) {}

  /** Newest first. */
  async list(): Promise<Snapshot[]> {
    return (await this.store().list()).filter(each => this.isHere(each));
  }

  /** @throws ChardError `snapshot-unknown`, `snapshot-outside-root` */
  async get(id: string): Promise<Snapshot> {
    const snapshot = await this.store().get(id);
    if (this.isHere(snapshot)) return snapshot;
    throw new ChardError(
      'snapshot-outside-root',
      `The snapshot ${id} holds folders outside of the one that Jupyter serves. In a terminal \`chard snapshot show ${id}\` shows it, and \`chard snapshot restore ${id}\` brings it back.`
    );
  }

  /** All that is in it was below Jupyter's root. */
  isHere({ sources }: Snapshot): boolean {
    return sources.every(({ path }) => this.root.relativeFolder(path) !== null);
  }

  describe(snapshot: Snapshot): SnapshotItem {
    const { id, createdAt, labels, sources, addedBytes, problemCount, pins } = snapshot;
    return {
      id,
      createdAt,
      title: labels[TITLE_LABEL] ?? null,
      notebook: this.notebookOf(snapshot),
      isForRun: labels[PURPOSE.label] === PURPOSE.run,
      sources: sources.map(({ name, path, counts }) => ({
        name,
        folder: this.root.relativeFolder(path) ?? '',
        counts
      })),
      addedBytes,
      problemCount,
      needs: { count: pins.length, runs: this.runsOf(pins) }
    };
  }

  /** The notebook that a snapshot is of, below Jupyter's root. */
  notebookOf({ labels }: Snapshot): string | null {
    const path = labels['notebook'];
    return path === undefined ? null : this.root.relative(path);
  }

  private runsOf(pins: readonly string[]): SnapshotItem['needs']['runs'] {
    const runs: SnapshotItem['needs']['runs'] = [];
    for (const pin of pins) {
      if (runs.length === MOST_RUNS) break;
      const run = pin.startsWith(RUN_PIN) ? this.runs.find(pin.slice(RUN_PIN.length)) : null;
      if (run === null) continue;
      const { id, number, title, notebook } = run;
      runs.push({ id, number, title, notebook });
    }
    return runs;
  }
}
