const WIDTH = 32;
const FIRST_SLOTS = 1024;

/** Digests (SHA-256, in hex), 64 bytes each at most: a store of a million files is gone through with them. */
export class DigestSet {
  private slots = FIRST_SLOTS;
  private table = Buffer.alloc(FIRST_SLOTS * WIDTH);
  private used = new Uint8Array(FIRST_SLOTS);
  private readonly key = Buffer.alloc(WIDTH);
  size = 0;

  /** @returns false where it was there already */
  add(digest: string): boolean {
    if (this.size * 2 >= this.slots) this.grow();
    this.key.write(digest, 'hex');
    return this.insert(this.key);
  }

  has(digest: string): boolean {
    this.key.write(digest, 'hex');
    return this.used[this.find(this.key)] === 1;
  }

  *[Symbol.iterator](): Generator<string> {
    for (let slot = 0; slot < this.slots; slot += 1) {
      if (this.used[slot] === 1) yield this.table.toString('hex', slot * WIDTH, (slot + 1) * WIDTH);
    }
  }

  private insert(key: Buffer): boolean {
    const slot = this.find(key);
    if (this.used[slot] === 1) return false;
    this.used[slot] = 1;
    key.copy(this.table, slot * WIDTH);
    this.size += 1;
    return true;
  }

  /** The slot of a key, or the free one where it would be. A digest's first bytes are as good as a hash of it. */
  private find(key: Buffer): number {
    let slot = key.readUInt32LE(0) % this.slots;
    while (
      this.used[slot] === 1 &&
      key.compare(this.table, slot * WIDTH, (slot + 1) * WIDTH) !== 0
    ) {
      slot = (slot + 1) % this.slots;
    }
    return slot;
  }

  private grow(): void {
    const { table, used, slots } = this;
    this.slots = slots * 2;
    this.table = Buffer.alloc(this.slots * WIDTH);
    this.used = new Uint8Array(this.slots);
    this.size = 0;
    for (let slot = 0; slot < slots; slot += 1) {
      if (used[slot] === 1) this.insert(table.subarray(slot * WIDTH, (slot + 1) * WIDTH));
    }
  }
}
