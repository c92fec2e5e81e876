import { diffArrays } from 'diff';
import { isJsonObject } from '../fields';
import type { Cell, CellType, Json, JsonObject } from '../model';
import { parseNotebook } from '../read';
import { compareLines, type LineRow } from './lines';
import { pairCells } from './pairs';

/** A cell as a comparison shows it. */
export interface CellSide {
  /** Counts from 0 over all cells. */
  readonly index: number;
  readonly type: CellType;
  readonly source: string;
  readonly tags: readonly string[];
}

/** In what a cell differs. */
export type CellAspect = 'source' | 'type' | 'tags' | 'metadata' | 'outputs';

/** A cell of one notebook beside the one of the other that it was, or became. */
export interface ComparedCell {
  /** `outputs`: nothing but what it has put out is different. */
  readonly how: 'same' | 'outputs' | 'changed' | 'added' | 'removed';
  /** It stands elsewhere among the cells that both have. */
  readonly isMoved: boolean;
  readonly aspects: readonly CellAspect[];
  readonly before: CellSide | null;
  readonly after: CellSide | null;
  /** Side by side; empty where the source is the same. */
  readonly lines: readonly LineRow[];
}

/** Two notebooks cell by cell, in the order of the second; what it does not have any more stands where it was. */
export interface NotebookComparison {
  readonly cells: readonly ComparedCell[];
}

/** A notebook that cannot be compared: why. */
export class UnreadableNotebook extends Error {}

/** A cell with what it has put out, as text. */
interface Version extends Cell {
  readonly outputs: string;
}

/** @param before and `after` the JSON of notebooks. @throws UnreadableNotebook */
export function compareNotebooks(before: string, after: string): NotebookComparison {
  const [old, now] = [versionsOf(before), versionsOf(after)];
  const pairs = pairCells(old, now);
  const partners = new Map(pairs.map(([from, to]) => [to, from]));
  const moved = movedOf(pairs);
  const kept = new Set(pairs.map(([from]) => from));
  const cells: ComparedCell[] = [];
  let next = 0;
  /** The cells that went, up to the one that stands at `end` in the first notebook. */
  const tellRemoved = (end: number): void => {
    for (; next < end; next += 1) {
      if (!kept.has(next)) cells.push(oneSided('removed', old[next]!));
    }
  };
  for (const [to, cell] of now.entries()) {
    const from = partners.get(to);
    if (from === undefined) {
      cells.push(oneSided('added', cell));
      continue;
    }
    if (!moved.has(from)) {
      tellRemoved(from);
      next = Math.max(next, from + 1);
    }
    cells.push(compared(old[from]!, cell, moved.has(from)));
  }
  tellRemoved(old.length);
  return { cells };
}

function compared(old: Version, now: Version, isMoved: boolean): ComparedCell {
  const aspects: CellAspect[] = [];
  if (old.source !== now.source) aspects.push('source');
  if (old.type !== now.type) aspects.push('type');
  if (!isEqual(tagged(old), tagged(now))) aspects.push('tags');
  if (!isEqual(untagged(old.metadata), untagged(now.metadata))) aspects.push('metadata');
  if (old.outputs !== now.outputs) aspects.push('outputs');
  const isOutputsOnly = aspects.length === 1 && aspects[0] === 'outputs';
  return {
    how: aspects.length === 0 ? 'same' : isOutputsOnly ? 'outputs' : 'changed',
    isMoved,
    aspects,
    before: side(old),
    after: side(now),
    lines: aspects.includes('source') ? compareLines(old.source, now.source) : []
  };
}

function oneSided(how: 'added' | 'removed', cell: Version): ComparedCell {
  const isAdded = how === 'added';
  return {
    how,
    isMoved: false,
    aspects: [],
    before: isAdded ? null : side(cell),
    after: isAdded ? side(cell) : null,
    lines: isAdded ? compareLines('', cell.source) : compareLines(cell.source, '')
  };
}

function side({ index, type, source, tags }: Version): CellSide {
  return { index, type, source, tags };
}

/** Which of the first notebook's cells are not in the longest run of cells that kept their order. */
function movedOf(pairs: readonly (readonly [number, number])[]): Set<number> {
  const before = pairs.map(([from]) => from).sort((a, b) => a - b);
  const after = pairs.toSorted(([, a], [, b]) => a - b).map(([from]) => from);
  const changes = diffArrays(before, after);
  return new Set(changes.flatMap(({ added, value }) => (added ? value : [])));
}

/** @throws UnreadableNotebook */
function versionsOf(text: string): Version[] {
  const { notebook, diagnostics } = parseNotebook(text);
  if (notebook === null) {
    throw new UnreadableNotebook(diagnostics[0]?.message ?? 'It is no notebook.');
  }
  const outputs = outputsOf(JSON.parse(text.replace(/^\uFEFF/, '')) as Json);
  return notebook.cells.map(cell => ({ ...cell, outputs: outputs[cell.index] ?? '' }));
}

/** What each cell has put out, without how often it was executed. */
function outputsOf(notebook: Json): string[] {
  const cells = isJsonObject(notebook) && Array.isArray(notebook['cells']) ? notebook['cells'] : [];
  return cells.map(cell => {
    const outputs = isJsonObject(cell) && Array.isArray(cell['outputs']) ? cell['outputs'] : [];
    return JSON.stringify(
      outputs.map(output => (isJsonObject(output) ? without(output, 'execution_count') : output))
    );
  });
}

const tagged = ({ tags }: Version): readonly string[] => tags;

const untagged = (metadata: JsonObject): JsonObject => without(metadata, 'tags');

function without(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
