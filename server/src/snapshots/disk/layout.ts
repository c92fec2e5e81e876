import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { ChardError } from '../../errors';
import { errorCode, fileFailure, makeFolders } from '../../files';

/** The version of what lies on the disk; a store with a higher one is of a newer Chard. */
const VERSION = 1;
/** The version is said twice, so that no single damage makes another one of it. */
const Format = z
  .object({ format: z.string(), version: z.int().min(1) })
  .refine(({ format, version }) => format === formatOf(version));

function formatOf(version: number): string {
  return `chard-snapshots ${version}`;
}

/** Where everything of a snapshot store lies. */
export class Layout {
  readonly format: string;
  /** The content of files, by digest. */
  readonly contents: string;
  readonly manifests: string;
  readonly records: string;
  /** Every record once more. */
  readonly copies: string;
  /** A folder for each snapshot that has any, in it an empty file for each pin. */
  readonly pins: string;
  readonly locks: string;
  /** What is not finished, a folder for each process that works on it. */
  readonly staging: string;
  /** What `check --repair` could not mend and has put aside; made when there is the first. */
  readonly damaged: string;
  /** The contents that the last repair has missed. */
  readonly lost: string;
  /** Trees for runs, kept for the next one; made when there is the first. */
  readonly trees: string;

  /** @param folder absolute */
  constructor(readonly folder: string) {
    this.format = join(folder, 'format.json');
    this.contents = join(folder, 'contents');
    this.manifests = join(folder, 'manifests');
    this.records = join(folder, 'records');
    this.copies = join(folder, 'copies');
    this.pins = join(folder, 'pins');
    this.locks = join(folder, 'locks');
    this.staging = join(folder, 'staging');
    this.damaged = join(folder, 'damaged');
    this.lost = join(folder, 'lost.json');
    this.trees = join(folder, 'trees');
  }

  /** Folders that hold nothing are of a store that another process is just making: the format comes last. */
  get exists(): boolean {
    const holds = (folder: string): boolean => existsSync(folder) && readdirSync(folder).length > 0;
    return existsSync(this.format) || holds(this.records) || holds(this.copies);
  }

  content(digest: string): string {
    return join(this.contents, digest.slice(0, 2), digest);
  }

  manifest(digest: string): string {
    return join(this.manifests, digest);
  }

  /** Makes what is missing. @throws ChardError `store-newer`, `store-damaged`, `store-full`, ... */
  make(): void {
    try {
      if (this.exists) return this.demandVersion();
      for (const folder of [
        this.contents,
        this.manifests,
        this.records,
        this.copies,
        this.pins,
        this.locks,
        this.staging
      ]) {
        makeFolders(folder, 0o700);
      }
      this.writeFormat();
    } catch (error) {
      throw fileFailure(error, this.folder, 'store');
    }
  }

  writeFormat(): void {
    const format: z.infer<typeof Format> = { format: formatOf(VERSION), version: VERSION };
    writeDurably(this.format, JSON.stringify(format));
  }

  /** @throws ChardError `store-newer`, `store-damaged` */
  demandVersion(): void {
    const version = this.version();
    if (version === null) {
      throw new ChardError(
        'store-damaged',
        `${this.format} is lost or damaged, so it is not known what the snapshots beside it are. ` +
          'Write it again with `chard snapshot check --repair`, if no newer Chard has used them.',
        { path: this.format }
      );
    }
    if (version > VERSION) {
      throw new ChardError(
        'store-newer',
        `The snapshots in ${this.folder} are of a newer Chard (version ${version} of the store; this one knows ${VERSION}). ` +
          'Update Chard, or set CHARD_HOME to another folder.',
        { path: this.folder }
      );
    }
  }

  /** Null where nothing says it. */
  private version(): number | null {
    let text: string;
    try {
      text = readFileSync(this.format, 'utf8');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw fileFailure(error, this.format, 'store');
    }
    try {
      return Format.parse(JSON.parse(text)).version;
    } catch {
      // Neither JSON nor ours: told by null.
      return null;
    }
  }
}

/** Writes a file whole or not at all, and brings it onto the disk. @throws the system's error */
export function writeDurably(path: string, content: string | Uint8Array): void {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  const bytes = Buffer.from(content);
  try {
    const file = openSync(temporary, 'wx', 0o600);
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Brings what has come into a folder and gone from it onto the disk. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
