import { close, open, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CheckReport, SnapshotId, StoreDamage } from '@chard/core/snapshot';
import { ChardError } from '../../errors';
import { errorCode, fileFailure, makeFolders } from '../../files';
import { DigestSet } from '../work/digestSet';
import { Intake } from '../taking/intake';
import type { Layout } from '../disk/layout';
import { forgetLost, noteLost } from '../disk/lost';
import { manifestEntries, mendManifest, surveyManifestFiles } from '../disk/manifests';
import { Meter, Turns } from '../work/meter';
import { nativePath } from '../paths/names';
import { within } from '../paths/nativePaths';
import type { KeptTrees, TreeRecord } from '../trees/keptTrees';
import { OrderedQueue } from '../work/queue';
import type { KeptRecord, Records } from '../disk/records';
import type { CheckOptions } from '../snapshotStore';
import { contentFiles, type ContentFile } from './sweep';
import { ReadFailure, transfer } from '../work/transfer';

const SIDE_BY_SIDE = 4;
const MOST_TOUCHES = 100;
const openAsync = promisify(open);
const closeAsync = promisify(close);

interface BadContent {
  how: StoreDamage['how'];
  readonly path: string;
  bytes: number | null;
  readonly touches: StoreDamage['touches'];
  touchCount: number;
  isDocument: boolean;
  /** Where files of the folders may still have it: absolute paths. */
  readonly places: string[];
}

/** What checking needs of a store. */
interface CheckedStore {
  readonly layout: Layout;
  readonly records: Records;
  readonly trees: KeptTrees;
}

/** Reads everything. @param instance names the folder for what is being mended. @throws ChardError */
export async function checkStore(
  store: CheckedStore,
  instance: string,
  options: CheckOptions
): Promise<CheckReport> {
  try {
    return await new Check(store, instance, options).run();
  } catch (error) {
    throw fileFailure(error, store.layout.folder, 'store');
  }
}

/** Whether it is known of what version the store is. @param repair says so again where it is not. @throws ChardError `store-newer` */
export function checkFormat(layout: Layout, repair: boolean): StoreDamage[] {
  try {
    layout.demandVersion();
    return [];
  } catch (error) {
    if (!(error instanceof ChardError && error.code === 'store-damaged')) throw error;
  }
  if (repair) layout.writeFormat();
  const repaired = repair ? 'written again' : null;
  const where = { path: layout.format, bytes: null, touches: [], touchCount: 0 };
  return [{ what: 'record', how: 'changed', ...where, repaired, isMended: repair }];
}

class Check {
  private readonly damages: StoreDamage[] = [];
  private readonly needed = new DigestSet();
  private readonly present = new DigestSet();
  private readonly bad = new Map<string, BadContent>();
  private readonly meter: Meter;
  private readonly turns = new Turns();
  private contents = 0;
  private bytes = 0;

  private readonly layout: Layout;
  private readonly records: Records;
  private readonly trees: KeptTrees;

  constructor(
    { layout, records, trees }: CheckedStore,
    private readonly instance: string,
    private readonly options: CheckOptions
  ) {
    this.layout = layout;
    this.records = records;
    this.trees = trees;
    this.meter = new Meter(options);
  }

  async run(): Promise<CheckReport> {
    this.checkRecords();
    const records = this.records.all();
    this.checkManifests(records);
    await this.gatherNeeds(records);
    await this.checkContents();
    this.findLost();
    await this.findTouched(records);
    await this.tellContents();
    await this.checkTrees();
    this.meter.end();
    const { contents, bytes, damages } = this;
    return { snapshots: records.length, contents, bytes, damages };
  }

  private checkRecords(): void {
    for (const id of this.records.ids()) {
      // Another process is between the two files of it.
      if (this.records.isUnsettled(id)) continue;
      const files = this.records.files(id);
      const isMendable = this.records.read(id) !== null;
      const damaged = files.filter(({ state }) => state !== 'sound' || !isMendable);
      if (this.options.repair === true && damaged.length > 0) {
        if (isMendable) this.records.mend(id);
        else for (const { path } of files) this.putAside(path);
      }
      for (const { path, state } of damaged) {
        this.tell({
          what: 'record',
          how: state === 'lost' ? 'lost' : 'changed',
          path,
          bytes: null,
          ...touching(isMendable ? [] : [id]),
          repaired:
            this.options.repair !== true
              ? null
              : isMendable
                ? 'written again from its copy'
                : `put aside: the snapshot ${id} cannot be used any more`,
          isMended: this.options.repair === true && isMendable
        });
      }
    }
  }

  private checkManifests(records: readonly KeptRecord[]): void {
    const users = new Map<string, SnapshotId[]>();
    for (const { id, sources } of records) {
      for (const { manifest } of sources) {
        users.set(manifest.digest, [...(users.get(manifest.digest) ?? []), id]);
      }
    }
    for (const [digest, ids] of users) {
      this.meter.add(0, 0);
      const files = surveyManifestFiles(this.layout, digest);
      const isMendable = files.some(({ state }) => state === 'sound');
      const isMended = this.options.repair === true && isMendable;
      if (isMended) mendManifest(files);
      for (const { path, state } of files) {
        if (state === 'sound') continue;
        this.tell({
          what: 'manifest',
          how: state,
          path,
          bytes: null,
          ...touching(isMendable ? [] : ids),
          repaired: isMended ? 'written again from its copy' : null,
          isMended
        });
      }
    }
  }

  private async gatherNeeds(records: readonly KeptRecord[]): Promise<void> {
    for (const record of records) {
      for (const { digest } of Object.values(record.documents)) this.needed.add(digest);
      for (const { manifest } of record.sources) {
        for (const entries of this.entries(manifest.digest)) {
          for (const { digest } of entries) if (digest !== null) this.needed.add(digest);
          if (this.turns.isDue) await this.turns.give();
        }
      }
    }
  }

  private async checkContents(): Promise<void> {
    const queue = new OrderedQueue<object>(SIDE_BY_SIDE, () => undefined);
    try {
      for (const file of contentFiles(this.layout)) {
        const { digest } = file;
        if (digest === null) continue;
        this.present.add(digest);
        await queue.room();
        void queue.add(() => this.checkContent(file, digest));
      }
      await queue.empty();
    } finally {
      await queue.settle();
    }
  }

  private async checkContent(file: ContentFile, digest: string): Promise<object> {
    const found = await this.read(file.path);
    this.contents += 1;
    this.bytes += found?.bytes ?? 0;
    this.meter.add(1, 0);
    if (found?.digest !== digest) this.note(digest, file.path, 'changed');
    return file;
  }

  /** Null where it cannot be read. */
  private async read(path: string | Buffer): Promise<{ digest: string; bytes: number } | null> {
    let file: number;
    try {
      file = await openAsync(path, 'r');
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'EACCES') return null;
      throw error;
    }
    try {
      const options = { from: file, to: null, limit: Infinity, holes: false } as const;
      return await transfer({ ...options, onBytes: count => this.meter.add(0, count) });
    } catch (error) {
      if (error instanceof ReadFailure) return null;
      throw error;
    } finally {
      await closeAsync(file);
    }
  }

  /** Trees that runs share: by the stamp of each file and, of copies, by what they hold. */
  private async checkTrees(): Promise<void> {
    for await (const tree of this.trees.survey(this.options.signal)) {
      if (tree.isAsMade && (tree.way === 'reflink' || (await this.holdsTheSame(tree)))) continue;
      const isRepair = this.options.repair === true;
      if (isRepair) this.trees.discard(tree.files);
      this.tell({
        what: 'tree',
        how: 'changed',
        path: tree.files,
        bytes: null,
        ...touching([]),
        repaired: isRepair ? 'not used any more: the next run makes another one' : null,
        isMended: isRepair
      });
    }
  }

  private async holdsTheSame({
    snapshot,
    source,
    files
  }: TreeRecord & { files: string }): Promise<boolean> {
    const kept = this.records.read(snapshot)?.sources.find(({ name }) => name === source);
    if (kept === undefined) return true;
    for (const entries of this.entries(kept.manifest.digest)) {
      for (const { path, digest } of entries) {
        // What is lost in the store was not put there either.
        if (digest === null || this.bad.has(digest)) continue;
        const found = await this.read(within(files, path));
        if (found !== null && found.digest !== digest) return false;
      }
    }
    return true;
  }

  private findLost(): void {
    for (const digest of this.needed) {
      if (!this.present.has(digest)) this.note(digest, this.layout.content(digest), 'lost');
    }
  }

  private note(digest: string, path: string, how: StoreDamage['how']): void {
    this.bad.set(digest, {
      how,
      path,
      bytes: null,
      touches: [],
      touchCount: 0,
      isDocument: false,
      places: []
    });
  }

  private async findTouched(records: readonly KeptRecord[]): Promise<void> {
    if (this.bad.size === 0) return;
    for (const { id, sources, documents } of records) {
      for (const [name, { digest, bytes }] of Object.entries(documents)) {
        this.touch(digest, bytes, { snapshot: id, source: '', path: name }, null);
      }
      for (const { name, path, manifest } of sources) {
        for (const entries of this.entries(manifest.digest)) {
          if (this.turns.isDue) await this.turns.give();
          for (const entry of entries) {
            if (entry.digest === null) continue;
            const touched = { snapshot: id, source: name, path: entry.path };
            this.touch(entry.digest, entry.size, touched, `${path}/${entry.path}`);
          }
        }
      }
    }
  }

  private touch(
    digest: string,
    bytes: number,
    touched: StoreDamage['touches'][number],
    place: string | null
  ): void {
    const bad = this.bad.get(digest);
    if (bad === undefined) return;
    bad.bytes = bytes;
    bad.touchCount += 1;
    if (bad.touches.length < MOST_TOUCHES) bad.touches.push(touched);
    if (place === null) bad.isDocument = true;
    else if (bad.places.length < MOST_TOUCHES && !bad.places.includes(place))
      bad.places.push(place);
  }

  private async tellContents(): Promise<void> {
    const intake = this.options.repair === true ? new Intake(this.layout, this.instance) : null;
    const lost: string[] = [];
    try {
      if (intake !== null) forgetLost(this.layout);
      for (const [digest, bad] of this.bad) {
        const size = statSync(bad.path, { throwIfNoEntry: false })?.size;
        if (size !== undefined && bad.bytes !== null && size < bad.bytes) bad.how = 'cut';
        const found = intake === null ? null : await this.takeAgain(digest, bad, intake);
        if (found === null) lost.push(digest);
        this.tell({
          what: bad.isDocument ? 'document' : 'content',
          how: bad.how,
          path: bad.path,
          bytes: bad.bytes,
          touches: bad.touches,
          touchCount: bad.touchCount,
          repaired:
            intake === null
              ? null
              : found === null
                ? this.lossOf(bad)
                : `taken again from ${found}`,
          isMended: found !== null || (intake !== null && bad.touchCount === 0)
        });
      }
      if (intake !== null) noteLost(this.layout, lost);
    } finally {
      intake?.close();
    }
  }

  /** Puts aside what is damaged and looks for it where the snapshots' files were. @returns the place, or null */
  private async takeAgain(
    digest: string,
    { how, path, places }: BadContent,
    intake: Intake
  ): Promise<string | null> {
    if (how !== 'lost') this.putAside(path);
    for (const place of places) if (await this.takeBack(digest, place, intake)) return place;
    return null;
  }

  private lossOf({ how, touchCount }: BadContent): string {
    if (touchCount === 0) return 'put aside: no snapshot needs it';
    return how === 'lost'
      ? 'there is no other copy: the files are lost'
      : `there is no other copy: what is left of it lies in ${this.layout.damaged}`;
  }

  private async takeBack(digest: string, place: string, intake: Intake): Promise<boolean> {
    const native = nativePath(place);
    let from: number;
    try {
      from = await openAsync(native, 'r');
    } catch {
      // It is not there any more, or not to be read: no copy.
      return false;
    }
    try {
      const path = intake.newPath();
      const to = intake.open(path);
      try {
        const onBytes = (count: number): void => this.meter.add(0, count);
        const copy = await transfer({ from, to, limit: Infinity, holes: true, onBytes });
        if (copy.digest !== digest) return false;
        intake.adopt(digest, path, copy.bytes);
      } finally {
        await closeAsync(to);
      }
      await intake.publish();
      return true;
    } catch (error) {
      if (error instanceof ReadFailure) return false;
      throw error;
    } finally {
      await closeAsync(from);
    }
  }

  /** What is damaged is worth more than nothing to whoever has nothing else. */
  private putAside(path: string): void {
    makeFolders(this.layout.damaged, 0o700);
    try {
      renameSync(path, join(this.layout.damaged, path.slice(path.lastIndexOf('/') + 1)));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }

  private entries(digest: string): ReturnType<typeof manifestEntries> {
    // Told already, by `checkManifests`.
    return manifestEntries(this.layout, digest, () => undefined);
  }

  private tell(damage: StoreDamage): void {
    this.damages.push(damage);
  }
}

/** The whole of some snapshots. */
function touching(ids: readonly SnapshotId[]): Pick<StoreDamage, 'touches' | 'touchCount'> {
  const touches = ids.map(snapshot => ({ snapshot, source: '', path: '' }));
  return { touches, touchCount: touches.length };
}
