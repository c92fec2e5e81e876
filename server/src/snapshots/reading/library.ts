import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  diffEntries,
  isWithin,
  type EntryChange,
  type Snapshot,
  type SnapshotEntry
} from '@chard/core/snapshot';
import { ChardError } from '../../errors';
import { errorCode, fileFailure } from '../../files';
import type { Access } from '../access';
import type { Layout } from '../disk/layout';
import { differingEntries, manifestEntries } from '../disk/manifests';
import {
  publicSnapshot,
  snapshotDamaged,
  snapshotUnknown,
  type KeptRecord,
  type KeptSource,
  type Records
} from '../disk/records';
import { publicEntry, type StoredEntry } from '../manifest/model';
import { Turns } from '../work/meter';
import type { ChildrenOptions, EntriesOptions } from '../snapshotStore';
import { findEntry, listFolder } from './browse';

/** The snapshots that a store has, and what is in them. */
export class Library {
  constructor(
    private readonly layout: Layout,
    private readonly records: Records,
    private readonly access: Access
  ) {}

  list(): Snapshot[] {
    if (!this.layout.exists) return [];
    this.layout.demandVersion();
    return this.records.all().map(record => this.describe(record));
  }

  /**
   * @param reference an id, as much of its beginning as tells it apart, or `latest`
   * @throws ChardError `snapshot-unknown`, `snapshot-ambiguous`, `snapshot-damaged`
   */
  find(reference: string): KeptRecord {
    if (this.layout.exists) this.layout.demandVersion();
    if (reference === 'latest') {
      const [newest] = this.records.all();
      if (newest === undefined) throw snapshotUnknown(reference, this.layout);
      return newest;
    }
    const ids = this.records.ids().filter(id => reference !== '' && id.startsWith(reference));
    const [id] = ids;
    if (id === undefined) throw snapshotUnknown(reference, this.layout);
    if (ids.length > 1) {
      throw new ChardError(
        'snapshot-ambiguous',
        `${reference} is the beginning of ${ids.length} snapshots: ${ids.sort().join(', ')}. Give more of its id.`,
        { exitCode: 2 }
      );
    }
    const record = this.records.read(id);
    if (record !== null) return record;
    throw snapshotDamaged(
      `The record of the snapshot ${id}`,
      join(this.layout.records, `${id}.json`)
    );
  }

  /** A record as others see it. */
  describe(record: KeptRecord): Snapshot {
    return publicSnapshot(record, this.records.pins(record.id));
  }

  async *entries(
    id: string,
    source: string,
    { under }: EntriesOptions = {}
  ): AsyncGenerator<readonly SnapshotEntry[]> {
    const { manifest } = sourceOf(this.find(id), source);
    const leave = await this.access.enter('reads a snapshot');
    try {
      for await (const batch of published(manifestEntries(this.layout, manifest.digest))) {
        const entries = under === undefined ? batch : batch.filter(e => isWithin(e.path, under));
        if (entries.length > 0) yield entries;
      }
    } finally {
      leave?.();
    }
  }

  children(
    id: string,
    source: string,
    folder: string,
    { behind, limit }: ChildrenOptions
  ): Promise<SnapshotEntry[]> {
    const { manifest } = sourceOf(this.find(id), source);
    return this.access.reading('reads a snapshot', undefined, async () => {
      const page = { folder, behind: behind ?? null, limit };
      const found = await listFolder(this.layout, manifest.digest, page);
      if (found === null) throw pathUnknown(folder);
      return found.map(publicEntry);
    });
  }

  entry(id: string, source: string, path: string): Promise<SnapshotEntry> {
    const { manifest } = sourceOf(this.find(id), source);
    return this.access.reading('reads a snapshot', undefined, async () => {
      const found = await findEntry(this.layout, manifest.digest, path);
      if (found === null) throw pathUnknown(path);
      return publicEntry(found);
    });
  }

  async *diff(before: string, after: string): AsyncGenerator<readonly EntryChange[]> {
    const [old, now] = [this.find(before), this.find(after)];
    const names = new Set([...old.sources, ...now.sources].map(({ name }) => name));
    const leave = await this.access.enter('compares snapshots');
    try {
      for (const source of names) {
        const [former, latter] = this.sides(old, now, source);
        for await (const changes of diffEntries(published(former), published(latter))) {
          yield changes.map(change => ({ source, ...change }));
        }
      }
    } finally {
      leave?.();
    }
  }

  /** What two snapshots have of a source, without much that is in both. */
  private sides(old: KeptRecord, now: KeptRecord, source: string): [Batches, Batches] {
    const [former, latter] = [old, now].map(
      ({ sources }) => sources.find(({ name }) => name === source)?.manifest.digest
    );
    if (former !== undefined && latter !== undefined) {
      return differingEntries(this.layout, former, latter);
    }
    const side = (digest: string | undefined): Batches =>
      digest === undefined ? [] : manifestEntries(this.layout, digest);
    return [side(former), side(latter)];
  }

  /** The bytes of a content, checked. @throws ChardError `snapshot-damaged`, `store-unavailable` */
  content(digest: string): Buffer {
    const path = this.layout.content(digest);
    let content: Buffer;
    try {
      content = readFileSync(path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT')
        throw snapshotDamaged('The content of a file', path, error);
      throw fileFailure(error, path, 'store');
    }
    if (hash('sha256', content, 'hex') !== digest) {
      throw snapshotDamaged('The content of a file', path);
    }
    return content;
  }
}

type Batches = Iterable<readonly StoredEntry[]>;

export function pathUnknown(path: string): ChardError {
  return new ChardError(
    'snapshot-path-unknown',
    `The snapshot has no ${JSON.stringify(path)}. \`chard snapshot show\` with --files lists what it has.`,
    { exitCode: 2, path }
  );
}

/** @throws ChardError `source-unknown` */
export function sourceOf({ id, sources }: KeptRecord, name: string): KeptSource {
  const source = sources.find(each => each.name === name);
  if (source !== undefined) return source;
  throw new ChardError(
    'source-unknown',
    `The snapshot ${id} has no folder "${name}". It has: ${sources.map(each => each.name).join(', ')}.`,
    { exitCode: 2 }
  );
}

/** Entries as others see them, with turns for others' work. */
export async function* published(
  batches: Batches
): AsyncGenerator<readonly SnapshotEntry[], void, void> {
  const turns = new Turns();
  for (const batch of batches) {
    if (turns.isDue) await turns.give();
    yield batch.map(publicEntry);
  }
}
