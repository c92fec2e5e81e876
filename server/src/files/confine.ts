import { lstatSync, type Stats } from 'node:fs';
import { join, sep } from 'node:path';
import { ChardError } from '../errors';
import { errorCode } from './systemErrors';

/**
 * Whether a relative path names something below a folder by its text alone: `/` between the parts, none of them empty,
 * `.` or `..`, no NUL.
 */
export function isConfined(path: string): boolean {
  if (path.includes('\0') || (sep === '\\' && /[\\:]/.test(path))) return false;
  return path.split('/').every(part => part !== '' && part !== '.' && part !== '..');
}

/**
 * The absolute path of `path` below `folder`. Every folder on the way must be a real one or not be there yet: a link could
 * lead anywhere. @param folder absolute and itself without links. @throws ChardError `path-outside`, `replay-blocked`.
 */
export function confine(folder: string, path: string): string {
  if (!isConfined(path)) {
    throw new ChardError('path-outside', `${JSON.stringify(path)} is not a path below ${folder}.`, {
      path
    });
  }
  const parts = path.split('/');
  let parent = folder;
  for (const part of parts.slice(0, -1)) {
    parent = join(parent, part);
    const stats = lstatOrNull(parent);
    if (stats === null) break;
    if (stats.isSymbolicLink()) {
      throw new ChardError(
        'path-outside',
        `${path} leads through the link ${parent}, which may point outside ${folder}. Replace the link by a folder, or run the step.`,
        { path: parent }
      );
    }
    if (!stats.isDirectory()) {
      throw new ChardError(
        'replay-blocked',
        `${path} cannot be written: ${parent} is not a folder. Move it away, or run the step.`,
        { path: parent }
      );
    }
  }
  return join(folder, ...parts);
}

function lstatOrNull(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
