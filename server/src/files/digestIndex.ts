import { sameStamp, type Stamp } from './stamp';

export interface RememberedDigest {
  /** Absolute path. */
  readonly path: string;
  readonly stamp: Stamp;
  /** SHA-256, in hex. */
  readonly digest: string;
}

/** Remembers the digests of files. Only a memory: whatever it forgets is read again. */
export interface DigestIndex {
  /** The digest of the file where it has this very stamp. */
  get(path: string, stamp: Stamp): string | undefined;
  put(digests: readonly RememberedDigest[]): void;
}

export class MemoryDigestIndex implements DigestIndex {
  private readonly digests = new Map<string, RememberedDigest>();

  get(path: string, stamp: Stamp): string | undefined {
    const known = this.digests.get(path);
    return known !== undefined && sameStamp(known.stamp, stamp) ? known.digest : undefined;
  }

  put(digests: readonly RememberedDigest[]): void {
    for (const digest of digests) this.digests.set(digest.path, digest);
  }
}
