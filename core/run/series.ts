/**
 * A list that only grows and is never seen to change: appending gives a new list in constant time, because lists
 * that grew from one another share their storage. Curves of 100,000 points stay linear that way.
 */
export class Series<T> implements Iterable<T> {
  private constructor(
    private readonly storage: T[],
    readonly length: number
  ) {}

  static empty<T>(): Series<T> {
    return new Series<T>([], 0);
  }

  /** A list with one more item; this one stays as it is. */
  append(item: T): Series<T> {
    const isNewest = this.storage.length === this.length;
    const storage = isNewest ? this.storage : this.storage.slice(0, this.length);
    storage.push(item);
    return new Series(storage, this.length + 1);
  }

  /** The item at `index`, which counts from 0 (from the end where negative); undefined outside. */
  at(index: number): T | undefined {
    const place = index < 0 ? this.length + index : index;
    return place >= 0 && place < this.length ? this.storage[place] : undefined;
  }

  toArray(): T[] {
    return this.storage.slice(0, this.length);
  }

  toJSON(): T[] {
    return this.toArray();
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let index = 0; index < this.length; index += 1) yield this.storage[index] as T;
  }
}
