import { IGNORE_FILE, type Ignores } from '@chard/core/snapshot';
import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { ChardError } from '../../../errors';
import { Digests, type DigestIndex, errorCode, reasonOf } from '../../../files';
import type { ObservedChange } from './attribution';
import { stepIgnores } from './ignores';
import type { FileProblem, FileState } from './model';
import { changedPaths, lookAt, scanManifest, type Manifest, type ManifestEntry } from './scan';
import { stateOf } from './states';

export interface FolderOptions {
  /** Absolute path of the folder. */
  readonly folder: string;
  /** Absolute path of the notebook, left out where it, or a copy of it, lies in the folder; null for a volume. */
  readonly notebook: string | null;
  /** `$CHARD_HOME`, left out where it lies in the folder. */
  readonly home: string;
}

/** The notebook's folder as it was when it was last looked at, and what its files hold. */
export class WatchedFolder {
  private readonly states = new Map<string, FileState | null>();

  private constructor(
    /** Absolute, without links. */
    readonly path: string,
    private readonly ignores: Ignores,
    private readonly limit: number,
    readonly digests: Digests,
    private entries: Map<string, ManifestEntry>,
    private readonly startProblems: readonly FileProblem[],
    /** It holds more than the limit. */
    readonly isCut: boolean
  ) {}

  /** Looks at the folder. @param limit of entries @throws ChardError `folder-unavailable` */
  static async open(
    options: FolderOptions,
    limit: number,
    index: DigestIndex
  ): Promise<WatchedFolder> {
    const { path, ignores, problems } = places(options);
    const { files, problems: more, isCut } = await scanManifest(path, { ignores, limit });
    const entries = new Map(files);
    return new WatchedFolder(
      path,
      ignores,
      limit,
      new Digests(index),
      entries,
      [...problems, ...more],
      isCut
    );
  }

  /** Of a folder that is not looked at: what is in it is known from elsewhere. @throws ChardError `folder-unavailable` */
  static unseen(options: FolderOptions, index: DigestIndex): WatchedFolder {
    const { path, ignores, problems } = places(options);
    return new WatchedFolder(path, ignores, 0, new Digests(index), new Map(), problems, false);
  }

  /** What could not be looked at or read so far. */
  get problems(): readonly FileProblem[] {
    const unreadable = [...this.states].filter(([, state]) => state?.kind === 'unreadable');
    return [
      ...this.startProblems,
      ...unreadable.map(([path]) => ({
        path,
        message: 'It cannot be read, so a change that keeps its size and time is not seen.'
      }))
    ];
  }

  /** Takes over what is remembered of unchanged files. @returns the bytes of all others, which will have to be read */
  recall(): number {
    let bytes = 0;
    for (const [path, { kind, stamp, mode }] of this.entries) {
      if (kind !== 'file') continue;
      const digest = this.digests.remembered(join(this.path, path), stamp);
      if (digest === undefined) bytes += stamp.size;
      else this.states.set(path, { kind, digest, size: stamp.size, mode });
    }
    return bytes;
  }

  /** What every file holds. Reads those that are not remembered. */
  async all(): Promise<Map<string, FileState>> {
    const states = new Map<string, FileState>();
    for (const path of [...this.entries.keys()]) {
      const state = this.states.get(path) ?? (await this.state(path));
      if (state !== null) states.set(path, state);
    }
    this.digests.save();
    return states;
  }

  entry(path: string): ManifestEntry | undefined {
    return this.entries.get(path);
  }

  /** What a path holds; null where nothing is there, or what is there is left out. */
  async state(path: string): Promise<FileState | null> {
    const known = this.states.get(path);
    if (known !== undefined) return known;
    const entry = this.entries.get(path);
    const state = entry && (await stateOf(join(this.path, path), entry, this.digests));
    this.states.set(path, state ?? null);
    return state ?? null;
  }

  /** What a path was last known to hold, null for nothing. */
  known(path: string): FileState | null {
    return this.states.get(path) ?? null;
  }

  /** Takes what somebody else has found a path to hold. */
  know(path: string, state: FileState | null): void {
    this.states.set(path, state);
  }

  /** Looks again. @returns what is different from the last look. */
  async look(): Promise<ObservedChange[]> {
    const next: Manifest = await scanManifest(this.path, {
      ignores: this.ignores,
      limit: this.limit
    });
    const paths = changedPaths({ files: this.entries, problems: [], isCut: false }, next);
    const changes: ObservedChange[] = [];
    for (const path of paths) {
      changes.push({ path, before: this.known(path) });
      this.states.delete(path);
    }
    this.entries = new Map(next.files);
    return changes;
  }

  /** Takes what is at these paths now for known, so that `look` does not find it different. */
  accept(paths: readonly string[]): void {
    for (const path of paths) {
      this.states.delete(path);
      const entry = lookAt(this.path, path);
      if (entry === undefined) this.entries.delete(path);
      else this.entries.set(path, entry);
    }
  }

  /** Whether a relative path is left out. */
  leavesOut(path: string, isFolder: boolean): boolean {
    return this.ignores(path, isFolder);
  }

  /** The relative path of what an absolute one leads to; null where it is not in the folder or is left out. */
  inside(path: string): string | null {
    const inside = relativeTo(this.path, path);
    return inside === null || this.ignores(inside, false) ? null : inside;
  }

  /** Whether an absolute path leads into the folder, left out or not. */
  contains(path: string): boolean {
    return path === this.path || relativeTo(this.path, path) !== null;
  }
}

/** An absolute path without links; what is not there keeps its name below the nearest folder that is. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}

/** An absolute path whose folder is without links; the last part may be one. */
export function realName(path: string): string {
  return join(realPath(dirname(path)), basename(path));
}

/** A folder's absolute path without links. @throws ChardError `folder-unavailable` */
export function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const message =
      errorCode(error) === 'ENOENT'
        ? `The folder ${path} is not there any more. Put it back, then go on.`
        : `The folder ${path} cannot be opened: ${reasonOf(error)}.`;
    throw new ChardError('folder-unavailable', message, { path, cause: error });
  }
}

function relativeTo(folder: string, path: string): string | null {
  const inside = relative(folder, path);
  const isOutside = inside === '' || inside === '..' || inside.startsWith(`..${sep}`);
  return isOutside ? null : inside.split(sep).join('/');
}

function places({ folder, notebook, home }: FolderOptions): {
  path: string;
  ignores: Ignores;
  problems: FileProblem[];
} {
  const path = realFolder(folder);
  const own = notebook === null ? [] : [join(path, basename(notebook)), realPath(notebook)];
  const apart = [...own, realPath(home)];
  const inside = apart.map(each => relativeTo(path, each)).filter(each => each !== null);
  const { rules, problems } = readRules(path);
  return { path, ignores: stepIgnores(rules, new Set(inside)), problems };
}

function readRules(folder: string): { rules: string; problems: FileProblem[] } {
  try {
    return { rules: readFileSync(join(folder, IGNORE_FILE), 'utf8'), problems: [] };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { rules: '', problems: [] };
    const reason = reasonOf(error);
    const message = `Its rules are not followed, because it cannot be read: ${reason}`;
    return { rules: '', problems: [{ path: IGNORE_FILE, message }] };
  }
}
