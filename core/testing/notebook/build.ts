import type { JsonObject } from '../../notebook/model';

/** A cell as a test writes it. */
export interface CellDraft {
  readonly type?: 'code' | 'markdown' | 'raw';
  readonly source?: string | string[];
  readonly tags?: string[];
  readonly metadata?: JsonObject;
}

/** The JSON of a notebook of nbformat 4.4 with these cells. */
export function notebookJson(cells: readonly CellDraft[], metadata: JsonObject = {}): JsonObject {
  return {
    cells: cells.map(({ type = 'code', source = 'pass', tags, metadata: own = {} }) => ({
      cell_type: type,
      ...(type === 'code' ? { execution_count: null, outputs: [] } : {}),
      metadata: tags ? { ...own, tags } : own,
      source
    })),
    metadata,
    nbformat: 4,
    nbformat_minor: 4
  };
}

/** A notebook as nbformat writes it to a file. */
export function notebookText(cells: readonly CellDraft[], metadata: JsonObject = {}): string {
  return `${JSON.stringify(notebookJson(cells, metadata), null, 1)}\n`;
}
