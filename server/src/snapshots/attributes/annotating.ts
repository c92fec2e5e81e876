import type { StoredEntry } from '../manifest/model';
import { AttributesUnavailable, type ExtendedAttributes, type Listed } from './model';

/** Entries that are asked about together. */
const BATCH = 512;
/** Batches on their way. */
const MOST_BATCHES = 16;

interface Asked {
  readonly entry: StoredEntry;
  readonly isKnown: boolean;
}

/** Who gets the entries, and hears what is wrong. */
export interface Annotated {
  readonly keep: (entry: StoredEntry) => void;
  /** @param path empty for all of them */
  readonly report: (path: string, why: string) => void;
}

/** Puts the extended attributes of files into their entries, and hands these on in the order in which they came. */
export class Annotating {
  private batch: Asked[] = [];
  private onTheWay = 0;
  private tail: Promise<void> = Promise.resolve();
  private isBroken: boolean;

  /** @param helper null where there is no way to any attributes @param root absolute path of the folder */
  constructor(
    private readonly helper: ExtendedAttributes | null,
    private readonly root: string,
    private readonly annotated: Annotated
  ) {
    this.isBroken = helper === null;
  }

  /** Whether it was possible to ask. */
  get couldAsk(): boolean {
    return !this.isBroken;
  }

  /** Whether all are handed on. */
  get isIdle(): boolean {
    return this.batch.length === 0 && this.onTheWay === 0;
  }

  /** @param isKnown whether its attributes are in it; a link has none */
  add(entry: StoredEntry, isKnown: boolean): void {
    if (this.helper === null || (isKnown && this.isIdle)) return this.annotated.keep(entry);
    if (!isKnown && !this.isBroken) this.helper.begin();
    this.batch.push({ entry, isKnown });
    if (this.batch.length >= BATCH) this.send(this.helper);
  }

  get isFull(): boolean {
    return this.onTheWay >= MOST_BATCHES;
  }

  /** Waits until what is on its way is handed on. @throws what `keep` threw */
  async room(): Promise<void> {
    await this.tail;
  }

  /** Waits until all are handed on. @throws what `keep` threw */
  async end(): Promise<void> {
    if (this.helper !== null) this.send(this.helper);
    await this.tail;
  }

  private send(helper: ExtendedAttributes): void {
    const { batch } = this;
    this.batch = [];
    const asked = batch.filter(({ isKnown }) => !isKnown);
    const answer = this.ask(
      helper,
      asked.map(({ entry }) => entry.path)
    );
    this.onTheWay += 1;
    this.tail = this.tail.then(async () => {
      const listed = (await answer)[Symbol.iterator]();
      for (const { entry, isKnown } of batch) {
        this.annotated.keep(isKnown ? entry : this.annotate(entry, listed.next().value));
      }
      this.onTheWay -= 1;
    });
    // It is asked for only later: one that fails before that would count as nobody's.
    this.tail.catch(() => undefined);
  }

  private annotate(entry: StoredEntry, listed: Listed | undefined): StoredEntry {
    if (listed === undefined) return entry;
    if ('attributes' in listed) return { ...entry, attributes: listed.attributes };
    this.annotated.report(entry.path, listed.why);
    // So that it is asked about again.
    return { ...entry, isRacy: true };
  }

  private async ask(
    helper: ExtendedAttributes,
    paths: readonly string[]
  ): Promise<readonly Listed[]> {
    if (paths.length === 0 || this.isBroken) return [];
    try {
      return await helper.list(this.root, paths);
    } catch (error) {
      if (!(error instanceof AttributesUnavailable)) throw error;
      if (!this.isBroken) this.annotated.report('', error.message);
      this.isBroken = true;
      return [];
    }
  }
}
