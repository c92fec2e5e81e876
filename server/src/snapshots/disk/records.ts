import { hash, randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Snapshot, type SnapshotId } from '@chard/core/snapshot';
import { z } from 'zod';
import { ChardError } from '../../errors';
import { errorCode, fileFailure, makeFolders, reasonOf } from '../../files';
import { syncFolder, writeDurably, type Layout } from './layout';

const Digest = z.string().regex(/^[0-9a-f]{64}$/);

/** What the store keeps of a snapshot, as JSON. Its id is the beginning of its SHA-256. */
export const SnapshotRecord = Snapshot.omit({ id: true, pins: true, sources: true }).extend({
  /** Two snapshots of the same are two. */
  nonce: z.string(),
  sources: z.array(
    Snapshot.shape.sources.element.extend({
      manifest: z.object({ digest: Digest, bytes: z.int().min(0), entries: z.int().min(0) }),
      /** Whether its entries have the extended attributes; those of the first version do not. */
      hasAttributes: z.boolean().default(false)
    })
  )
});
export type SnapshotRecord = z.infer<typeof SnapshotRecord>;

export interface KeptRecord extends SnapshotRecord {
  readonly id: SnapshotId;
}

/** A folder as a snapshot has it. */
export type KeptSource = KeptRecord['sources'][number];

const ID_LENGTH = 16;
const FILE = /^([0-9a-f]{16})\.json$/;
const MARK = /\.(adding|removing)-([0-9a-f]{16})$/;

/** How one of the two files of a record is. */
export type RecordState = 'sound' | 'lost' | 'changed';

/** The records of snapshots and their pins. A snapshot is there as soon as its record is. */
export class Records {
  /** @param instance of this process, by which others tell whether it still lives */
  constructor(
    private readonly layout: Layout,
    private readonly instance: string
  ) {}

  /** Writes a snapshot's record and pins. @returns its id. @throws ChardError `store-full`, ... */
  add(record: Omit<SnapshotRecord, 'nonce'>, pins: readonly string[]): SnapshotId {
    const text = JSON.stringify({ ...record, nonce: randomBytes(8).toString('hex') });
    const id = idOf(text);
    this.marked('adding', id, () => {
      for (const by of pins) this.writePin(id, by);
      for (const folder of [this.layout.copies, this.layout.records]) {
        writeDurably(join(folder, `${id}.json`), text);
      }
    });
    return id;
  }

  /** All ids, of which at least one of the two files is there; in no order. */
  ids(): SnapshotId[] {
    const names = [this.layout.records, this.layout.copies].flatMap(folder => this.names(folder));
    return [...new Set(names.flatMap(name => FILE.exec(name)?.[1] ?? []))];
  }

  /** Null where neither of its files is sound. */
  read(id: SnapshotId): KeptRecord | null {
    for (const folder of [this.layout.records, this.layout.copies]) {
      const text = this.text(folder, id);
      if (text === null || idOf(text) !== id) continue;
      const record = SnapshotRecord.safeParse(JSON.parse(text));
      if (record.success) return { id, ...record.data };
    }
    return null;
  }

  /** All that can be read, newest first. */
  all(): KeptRecord[] {
    return this.ids()
      .map(id => this.read(id))
      .filter(record => record !== null)
      .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
  }

  /** The files of a record, each with how it is. */
  files(id: SnapshotId): { path: string; state: RecordState }[] {
    return [this.layout.records, this.layout.copies].map(folder => {
      const text = this.text(folder, id);
      const state = text === null ? 'lost' : idOf(text) === id ? 'sound' : 'changed';
      return { path: join(folder, `${id}.json`), state };
    });
  }

  /** Writes both files again from the one that is sound. */
  mend(id: SnapshotId): void {
    const text = [this.layout.records, this.layout.copies]
      .map(folder => this.text(folder, id))
      .find(each => each !== null && idOf(each) === id);
    if (text === null || text === undefined) return;
    this.writing(() => {
      for (const folder of [this.layout.copies, this.layout.records]) {
        if (this.text(folder, id) !== text) writeDurably(join(folder, `${id}.json`), text);
      }
    });
  }

  /** Removes a record; what it named is not needed by it any more. */
  remove(id: SnapshotId): void {
    this.marked('removing', id, () => {
      for (const folder of [this.layout.records, this.layout.copies]) {
        rmSync(join(folder, `${id}.json`), { force: true });
        syncFolder(folder);
      }
      rmSync(join(this.layout.pins, id), { recursive: true, force: true });
    });
  }

  /** Whether a process is, or was when it ended, between the two files of a record. */
  isUnsettled(id: SnapshotId): boolean {
    return this.names(this.layout.staging).some(name => MARK.exec(name)?.[2] === id);
  }

  /** Ends what a process had begun with a record, by the name of a file in `staging`. */
  settle(name: string): void {
    const [, work, id] = MARK.exec(name) ?? [];
    if (id === undefined) return;
    if (work === 'removing') this.remove(id);
    else this.mend(id);
  }

  pins(id: SnapshotId): string[] {
    return this.names(join(this.layout.pins, id)).map(decodeURIComponent).sort();
  }

  pin(id: SnapshotId, by: string): void {
    this.writing(() => this.writePin(id, by));
  }

  unpin(id: SnapshotId, by: string): void {
    this.writing(() => {
      const folder = join(this.layout.pins, id);
      if (!existsSync(folder)) return;
      rmSync(join(folder, encodeURIComponent(by)), { force: true });
      syncFolder(folder);
    });
  }

  /** A record is two files: should the process end between them, the mark says that neither is damage. */
  private marked(work: 'adding' | 'removing', id: SnapshotId, change: () => void): void {
    this.writing(() => {
      const mark = join(this.layout.staging, `${this.instance}.${work}-${id}`);
      writeDurably(mark, '');
      change();
      rmSync(mark, { force: true });
    });
  }

  private writePin(id: SnapshotId, by: string): void {
    const folder = join(this.layout.pins, id);
    makeFolders(folder, 0o700);
    // Empty, it is whole as soon as it has its name.
    closeSync(openSync(join(folder, encodeURIComponent(by)), 'a', 0o600));
    syncFolder(folder);
    syncFolder(this.layout.pins);
  }

  private text(folder: string, id: SnapshotId): string | null {
    const path = join(folder, `${id}.json`);
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw fileFailure(error, path, 'store');
    }
  }

  /** Temporary names begin with a dot. */
  private names(folder: string): string[] {
    try {
      return readdirSync(folder).filter(name => !name.startsWith('.'));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw fileFailure(error, folder, 'store');
    }
  }

  private writing<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw fileFailure(error, this.layout.folder, 'store');
    }
  }
}

/** A record as others see it. */
export function publicSnapshot(record: KeptRecord, pins: readonly string[]): Snapshot {
  const { id, createdAt, labels, documents, addedBytes, problems, problemCount } = record;
  const sources = record.sources.map(({ name, path, counts }) => ({ name, path, counts }));
  return {
    id,
    createdAt,
    labels,
    sources,
    documents,
    addedBytes,
    problems,
    problemCount,
    pins: [...pins]
  };
}

/** @throws ChardError `snapshot-unknown` */
export function snapshotUnknown(reference: string, { exists, folder }: Layout): ChardError {
  const advice = exists
    ? '`chard snapshot list` shows those there are.'
    : `It holds none: where its folder ${folder} was removed or moved, put it back.`;
  return new ChardError(
    'snapshot-unknown',
    `There is no snapshot ${reference} in this store. ${advice}`,
    { exitCode: 2 }
  );
}

export function snapshotDamaged(what: string, path: string, cause?: unknown): ChardError {
  const reason = cause === undefined ? '' : ` (${reasonOf(cause)})`;
  return new ChardError(
    'snapshot-damaged',
    `${what} is damaged: ${path} is not what was written${reason}. \`chard snapshot check --repair\` keeps all that is sound.`,
    { path, cause }
  );
}

function idOf(text: string): SnapshotId {
  return hash('sha256', text, 'hex').slice(0, ID_LENGTH);
}
