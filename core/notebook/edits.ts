import type { NotebookEdit } from '../diagnostics';
import {
  appendItem,
  JsonText,
  layoutOf,
  offsetInString,
  printJson,
  removeItem,
  replaceValue,
  type Layout,
  type Span
} from './json-text';
import type { Json, JsonObject } from './model';
import { setPath } from './model-edits';
import { changeInList, sourceChange, type SourceChange } from './source-edit';

type ReplaceSource = Extract<NotebookEdit, { kind: 'replace-source' }>;
type TagEdit = Extract<NotebookEdit, { tag: string }>;

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Applies edits, one after the other, to a notebook's JSON text. What they do not touch stays byte for byte:
 * numbers as written, order of keys, indentation, escapes, line ends. Adding a tag that is there, and
 * removing or replacing one that is not, changes nothing.
 * Throws a `RangeError` for a cell, line or column that the notebook does not have, a `SyntaxError` for a text
 * that is not a notebook.
 */
export function applyEdits(text: string, edits: readonly NotebookEdit[]): string {
  const mark = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
  const body = text.slice(mark.length);
  const layout = layoutOf(body);
  const edited = editCells(body, edits, layout);
  return mark + edits.reduce((result, edit) => editNotebookMetadata(result, edit, layout), edited);
}

/**
 * What `applyEdits` does, on the parsed JSON of a notebook (as JupyterLab's shared model gives it). Gives a new
 * object and changes nothing in the old one.
 */
export function applyEditsToModel(
  notebook: JsonObject,
  edits: readonly NotebookEdit[]
): JsonObject {
  return edits.reduce((result, edit) => {
    if (edit.kind === 'set-metadata' && edit.cell === null) {
      return setPath(result, ['metadata', ...edit.path], edit.value);
    }
    const cells = Array.isArray(result.cells) ? result.cells : [];
    const index = checkedCell(edit, cells.length);
    return { ...result, cells: cells.with(index, applyEditToCell(asObject(cells[index]!), edit)) };
  }, notebook);
}

function checkedCell(edit: NotebookEdit, count: number): number {
  const index = edit.cell;
  if (index === null || index < 0 || index >= count) {
    throw new RangeError(`The notebook has no cell ${index}.`);
  }
  return index;
}

function editNotebookMetadata(text: string, edit: NotebookEdit, layout: Layout): string {
  if (edit.kind !== 'set-metadata' || edit.cell !== null) return text;
  const root = new JsonText(text).valueAt(0);
  return setPathInText(text, root, ['metadata', ...edit.path], edit.value, layout);
}

/** Cells are edited each in its own stretch of the text, so that a large notebook is walked once. */
function editCells(text: string, edits: readonly NotebookEdit[], layout: Layout): string {
  const inCells = edits.filter(edit => edit.cell !== null);
  if (inCells.length === 0) return text;
  const spans = cellSpans(text);
  const edited = new Map<number, string>();
  for (const edit of inCells) {
    const index = checkedCell(edit, spans.length);
    const span = spans[index]!;
    const cell = edited.get(index) ?? text.slice(span.start, span.end);
    edited.set(index, editCellText(cell, edit, layout));
  }
  const parts: string[] = [];
  let done = 0;
  for (const index of [...edited.keys()].sort((a, b) => a - b)) {
    parts.push(text.slice(done, spans[index]!.start), edited.get(index)!);
    done = spans[index]!.end;
  }
  return parts.join('') + text.slice(done);
}

function cellSpans(text: string): Span[] {
  const json = new JsonText(text);
  const root = json.valueAt(0);
  const cells = json.isObject(root) ? json.member(root, 'cells') : undefined;
  const spans = cells && json.isArray(cells.value) ? json.elements(cells.value) : null;
  if (!spans?.every(span => json.isObject(span))) {
    throw new SyntaxError('The text is not a notebook: it has no list of cells.');
  }
  return spans;
}

function editCellText(cell: string, edit: NotebookEdit, layout: Layout): string {
  switch (edit.kind) {
    case 'set-metadata':
      return setPathInText(
        cell,
        new JsonText(cell).valueAt(0),
        ['metadata', ...edit.path],
        edit.value,
        layout
      );
    case 'replace-source':
      return editSourceText(cell, edit, layout);
    default:
      return editTagsText(cell, edit, layout);
  }
}

/**
 * What an edit of one cell does, on the cell's parsed JSON (`metadata`, `source`). Gives a new object and changes
 * nothing in the old one. Throws a `RangeError` for a line or column that the cell does not have.
 */
export function applyEditToCell(cell: JsonObject, edit: NotebookEdit): JsonObject {
  switch (edit.kind) {
    case 'set-metadata':
      return setPath(cell, ['metadata', ...edit.path], edit.value);
    case 'replace-source':
      return { ...cell, source: editSourceModel(cell.source, edit) };
    default:
      return editTagsModel(cell, edit);
  }
}

/** What a tag edit means for a list of tags: which entries go, which one is replaced, what is added. */
function planTagEdit(
  tags: readonly unknown[],
  edit: TagEdit
): { replaced: number | null; by: string; removed: number[]; added: string | null } {
  const found = tags.flatMap((tag, index) => (tag === edit.tag ? [index] : []));
  const nothing = { replaced: null, by: '', removed: [], added: null };
  switch (edit.kind) {
    case 'add-tag':
      return { ...nothing, added: found.length === 0 ? edit.tag : null };
    case 'remove-tag':
      return { ...nothing, removed: found };
    case 'replace-tag':
      if (edit.tag === edit.with) return nothing;
      return tags.includes(edit.with)
        ? { ...nothing, removed: found }
        : { ...nothing, replaced: found[0] ?? null, by: edit.with, removed: found.slice(1) };
  }
}

function editTagsModel(cell: JsonObject, edit: TagEdit): JsonObject {
  const tags = asObject(cell.metadata ?? {}).tags;
  if (!Array.isArray(tags)) {
    return edit.kind === 'add-tag' ? setPath(cell, ['metadata', 'tags'], [edit.tag]) : cell;
  }
  const { replaced, by, removed, added } = planTagEdit(tags, edit);
  const changed = tags
    .map((tag, index) => (index === replaced ? by : tag))
    .filter((_, index) => !removed.includes(index));
  if (added !== null) changed.push(added);
  return setPath(cell, ['metadata', 'tags'], changed);
}

function editTagsText(cell: string, edit: TagEdit, layout: Layout): string {
  const json = new JsonText(cell);
  const root = json.valueAt(0);
  const metadata = json.member(root, 'metadata')?.value;
  const tags =
    metadata && json.isObject(metadata) ? json.member(metadata, 'tags')?.value : undefined;
  if (!tags || !json.isArray(tags)) {
    return edit.kind === 'add-tag'
      ? setPathInText(cell, root, ['metadata', 'tags'], [edit.tag], layout)
      : cell;
  }
  const items = json.elements(tags);
  const values = items.map(item =>
    cell[item.start] === '"' ? (JSON.parse(cell.slice(item.start, item.end)) as unknown) : null
  );
  const { replaced, by, removed, added } = planTagEdit(values, edit);
  if (added !== null) return appendItem(cell, tags, items, { key: null, value: added }, layout);
  const withoutRemoved = removeItems(cell, tags, items, removed);
  return replaced === null
    ? withoutRemoved
    : replaceValue(withoutRemoved, items[replaced]!, by, layout);
}

/** Removes several items; those before them keep their offsets. */
function removeItems(
  text: string,
  container: Span,
  items: readonly Span[],
  indexes: readonly number[]
): string {
  let result = text;
  let end = container.end;
  let left = [...items];
  for (const index of [...indexes].sort((a, b) => b - a)) {
    const shorter = removeItem(result, { start: container.start, end }, left, index);
    const gone = result.length - shorter.length;
    left = left
      .map((item, at) => (at > index ? { start: item.start - gone, end: item.end - gone } : item))
      .toSpliced(index, 1);
    end -= gone;
    result = shorter;
  }
  return result;
}

/** `setPath`, on the text. */
function setPathInText(
  text: string,
  object: Span,
  path: readonly string[],
  value: Json,
  layout: Layout
): string {
  const json = new JsonText(text);
  const [key, ...rest] = path as readonly [string, ...string[]];
  const members = json.members(object);
  const spans = members.map(member => member.span);
  const indexes = members.flatMap((member, index) => (member.key === key ? [index] : []));
  const found = indexes.length === 0 ? undefined : members[indexes.at(-1)!]!;
  if (found && rest.length > 0 && json.isObject(found.value)) {
    return setPathInText(text, found.value, rest, value, layout);
  }
  if (value === null) {
    return found && rest.length === 0 ? removeItems(text, object, spans, indexes) : text;
  }
  const inner = rest.reduceRight<Json>((nested, each) => ({ [each]: nested }), value);
  return found
    ? replaceValue(text, found.value, inner, layout)
    : appendItem(text, object, spans, { key, value: inner }, layout);
}

function editSourceModel(source: Json | undefined, edit: ReplaceSource): Json {
  if (source === undefined || typeof source === 'string') {
    const change = sourceChange(source ?? '', edit.range, edit.text);
    return (source ?? '').slice(0, change.start) + change.text + (source ?? '').slice(change.end);
  }
  const list = asSourceList(source);
  const change = sourceChange(list.join(''), edit.range, edit.text);
  const { from, to, lines } = changeInList(list, change);
  return list.toSpliced(from, to - from, ...lines);
}

function editSourceText(cell: string, edit: ReplaceSource, layout: Layout): string {
  const json = new JsonText(cell);
  const root = json.valueAt(0);
  const source = json.member(root, 'source')?.value;
  if (!source) {
    const value = editSourceModel(undefined, edit);
    return setPathInText(cell, root, ['source'], value, layout);
  }
  const value = JSON.parse(cell.slice(source.start, source.end)) as Json;
  if (typeof value === 'string') {
    return replaceInString(cell, source, sourceChange(value, edit.range, edit.text));
  }
  const list = asSourceList(value);
  const change = sourceChange(list.join(''), edit.range, edit.text);
  const { from, to, lines } = changeInList(list, change);
  return replaceItems(cell, source, json.elements(source), from, to, lines, layout);
}

function replaceInString(
  text: string,
  string: Span,
  { start, end, text: by }: SourceChange
): string {
  return (
    text.slice(0, offsetInString(text, string, start)) +
    JSON.stringify(by).slice(1, -1) +
    text.slice(offsetInString(text, string, end))
  );
}

/** Replaces the entries `from` to `to` (not included) of a list of strings by `lines`. */
function replaceItems(
  text: string,
  list: Span,
  items: readonly Span[],
  from: number,
  to: number,
  lines: readonly string[],
  layout: Layout
): string {
  if (from === to) {
    return lines.length === 0 ? text : replaceValue(text, list, [...lines], layout);
  }
  if (lines.length === 0) {
    const indexes = items.flatMap((_, index) => (index >= from && index < to ? [index] : []));
    return removeItems(text, list, items, indexes);
  }
  const separator =
    items.length > 1
      ? text.slice(items[0]!.end, items[1]!.start)
      : `,${text.slice(list.start + 1, items[0]!.start)}`;
  return (
    text.slice(0, items[from]!.start) +
    lines.map(line => printJson(line, layout, '')).join(separator) +
    text.slice(items[to - 1]!.end)
  );
}

function asObject(value: Json): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function asSourceList(value: Json): string[] {
  if (Array.isArray(value) && value.every(each => typeof each === 'string')) return value;
  throw new SyntaxError("The cell's source is neither a text nor a list of texts.");
}
