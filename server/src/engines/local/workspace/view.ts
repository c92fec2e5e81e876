import { createHash } from 'node:crypto';
import type { FileState, StepView } from './model';
import { sameState, signature } from './states';

/** A view as text, one line a path, sorted: the same for the same files in whatever order they were found. */
export function viewText(files: ReadonlyMap<string, FileState>): string {
  const lines: string[] = [];
  for (const [path, state] of files) {
    const line = signature(state);
    if (line !== '') lines.push(`${JSON.stringify(path)} ${line}\n`);
  }
  return lines.sort().join('');
}

/** What a step finds in the folder, with the digest that goes into its result's key. */
export function workspaceDigest(files: ReadonlyMap<string, FileState>): StepView {
  return { digest: createHash('sha256').update(viewText(files)).digest('hex'), files };
}

/** Path to the rest of its line, of a text that `viewText` made. */
export function parseViewText(text: string): Map<string, string> {
  const lines = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^("(?:[^"\\]|\\.)*") (.+)$/.exec(line);
    if (match) lines.set(String(JSON.parse(match[1] ?? '')), match[2] ?? '');
  }
  return lines;
}

/** Where two views differ, sorted by path. */
export function viewChanges(before: ReadonlyMap<string, string>, after: StepView): FileChange[] {
  const changes: FileChange[] = [];
  for (const [path, line] of before) {
    const now = signature(after.files.get(path));
    if (now === '') changes.push({ path, how: 'removed' });
    else if (now !== line) changes.push({ path, how: 'changed' });
  }
  for (const [path, state] of after.files) {
    if (!before.has(path) && signature(state) !== '') changes.push({ path, how: 'added' });
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export interface FileChange {
  readonly path: string;
  readonly how: 'changed' | 'added' | 'removed';
}

/** How a file differs, null where it does not. */
export function changeOf(
  path: string,
  before: FileState | null | undefined,
  after: FileState | null | undefined
): FileChange | null {
  if (sameState(before, after)) return null;
  if (signature(before) === '') return { path, how: 'added' };
  return { path, how: signature(after) === '' ? 'removed' : 'changed' };
}

const WORDS = { changed: 'changed', added: 'is new', removed: 'is gone' };
const MANY_WORDS = { changed: 'changed', added: 'are new', removed: 'are gone' };
const SHOWN = 3;

/** "data.csv changed", "3 files changed: a.csv, b.csv, c.csv", "5 files are new: a, b, c, ..."; null for none. */
export function describeChanges(changes: readonly FileChange[]): string | null {
  const sentences: string[] = [];
  for (const how of ['changed', 'added', 'removed'] as const) {
    const paths = changes.filter(change => change.how === how).map(({ path }) => path);
    if (paths.length === 1) sentences.push(`${paths[0]} ${WORDS[how]}`);
    if (paths.length > 1)
      sentences.push(`${paths.length} files ${MANY_WORDS[how]}: ${listed(paths)}`);
  }
  return sentences.length === 0 ? null : sentences.join('; ');
}

/** "a, b, c" and, where there are more, "...". */
export function listed(paths: readonly string[]): string {
  return paths.slice(0, SHOWN).join(', ') + (paths.length > SHOWN ? ', ...' : '');
}
