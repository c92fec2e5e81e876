import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Cell {
  readonly tags: readonly string[];
  readonly source: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A code cell; `tags` are separated by blanks. */
export function cell(tags: string, source: string, metadata: Cell['metadata'] = {}): Cell {
  return { tags: tags.split(' ').filter(Boolean), source, metadata };
}

/** The text of a notebook. */
export function notebookText(
  cells: readonly Cell[],
  kernelspec: unknown = { name: 'python3', display_name: 'Python 3', language: 'python' }
): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec },
    cells: cells.map(({ tags, source, metadata }, index) => ({
      cell_type: 'code',
      id: `cell-${index}`,
      metadata: { ...metadata, tags },
      source,
      execution_count: null,
      outputs: []
    }))
  });
}

/** Writes a notebook into a folder of its own below `folder`; gives its path. */
export function writeNotebook(folder: string, name: string, text: string): string {
  const path = join(folder, name, `${name}.ipynb`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}
