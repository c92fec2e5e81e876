import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { ChardError } from '../errors';
import { errorCode } from '../files';

/** Jupyter's root folder: what is outside of it is not there. */
export class Root {
  /** Absolute, links resolved. */
  readonly folder: string;
  private readonly aliases: readonly string[];

  /** @throws ChardError `root-missing`. */
  constructor(folder: string) {
    const real = realPath(resolve(folder));
    if (real === null) {
      throw new ChardError(
        'root-missing',
        `Jupyter's root folder ${folder} is not there or cannot be read.`
      );
    }
    this.folder = real;
    // A run that was started through a link to the root has the link in its notebook's path.
    this.aliases = [...new Set([real, resolve(folder)])];
  }

  /**
   * The absolute path of what Jupyter calls `path`. It need not be there, but where it or a folder on the way is a
   * link, it leads to a place below the root.
   * @throws ChardError `path-outside-root`.
   */
  resolve(path: string): string {
    const absolute = join(this.folder, path);
    if (!isBelow(absolute, this.folder) || !this.leadsInside(absolute)) {
      throw new ChardError(
        'path-outside-root',
        `${path} is not below Jupyter's root folder, or leads out of it through a link.`
      );
    }
    return absolute;
  }

  /** What Jupyter calls an absolute path; null for one outside of the root. */
  relative(absolute: string): string | null {
    const root = this.aliases.find(alias => isBelow(absolute, alias));
    if (root === undefined) return null;
    const below = absolute.slice(withSeparator(root).length);
    return below.split(sep).join('/');
  }

  /** The same of a folder, which may be the root itself: empty then. */
  relativeFolder(absolute: string): string | null {
    return this.aliases.includes(absolute) ? '' : this.relative(absolute);
  }

  /** Whether an absolute path, links resolved, is below the root; one that is not there goes by its folder. */
  leadsInside(absolute: string): boolean {
    for (let path = absolute; ; path = dirname(path)) {
      const real = realPath(path);
      if (real !== null) return real === this.folder || isBelow(real, this.folder);
      if (isLink(path) || path === dirname(path)) return false;
    }
  }
}

/** Null where there is nothing, or nothing that may be looked at. */
function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return null;
  }
}

/** A link that leads nowhere may lead anywhere later. */
function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(withSeparator(folder)) && path.length > withSeparator(folder).length;
}

function withSeparator(folder: string): string {
  return folder.endsWith(sep) ? folder : folder + sep;
}
