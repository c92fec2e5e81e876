import type { z } from 'zod';
import type { Fix } from '../diagnostics';
import type { Json, JsonObject } from './model';

/** Where a field stands, for messages and fixes. */
export interface FieldPlace {
  /** Index over all cells; null for the notebook's own metadata. */
  readonly cell: number | null;
  /** Below the metadata: `['chard', 'retries']`. */
  readonly path: readonly string[];
  /** Where only an entry of the field's list is wrong: the list without it. */
  readonly rest?: Json;
}

type Path = readonly PropertyKey[];

/** Of a value that is one of a few so many are offered. */
const MOST_CHOICES = 3;

/**
 * Repairs of one thing that is wrong with a field, the best first: the same value in the form that is wanted or those that there can be, and
 * the field without as little of it as helps. Each leaves fewer faults than there were.
 *
 * @param issue where it is wrong, below the field.
 */
export function repairs(
  value: Json,
  schema: z.ZodType,
  issue: z.core.$ZodIssue,
  place: FieldPlace
): Fix[] {
  const { path } = issue;
  const faults = faultsOf(schema, value);
  const helps = (changed: Json | undefined): changed is Json =>
    changed !== undefined && faultsOf(schema, changed) < faults;
  const fixes: Fix[] = [];
  const choices = issue.code === 'invalid_value' ? issue.values.filter(isText) : [];
  const others = [...choices.slice(0, MOST_CHOICES), inOtherForm(valueAt(value, path))];
  for (const other of others) {
    if (other === null || !helps(changedAt(value, path, other))) continue;
    const title = `Write ${JSON.stringify(other)}`;
    fixes.push({ title, edits: [edit(value, path, other, place)] });
  }
  for (let depth = path.length; depth > 0; depth -= 1) {
    const part = path.slice(0, depth);
    if (!helps(changedAt(value, part, null))) continue;
    return [...fixes, { title: removal(part, place), edits: [edit(value, part, null, place)] }];
  }
  return [...fixes, { title: removal([], place), edits: [edit(value, [], null, place)] }];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function faultsOf(schema: z.ZodType, value: Json): number {
  return schema.safeParse(value).error?.issues.length ?? 0;
}

/** A number or a truth value as a text, a text as the number that it spells. */
function inOtherForm(value: Json | undefined): Json | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function removal(part: Path, { path }: FieldPlace): string {
  const isEntry = typeof part.at(-1) === 'number';
  const name = [...path, ...(isEntry ? part.slice(0, -1) : part).map(String)].join('.');
  return isEntry ? `Remove this entry of "${name}"` : `Remove the field "${name}"`;
}

/** An edit's path leads through objects only: a list is set as a whole. */
function edit(value: Json, path: Path, to: Json | null, { cell, path: field }: FieldPlace) {
  const list = path.findIndex((_, at) => Array.isArray(valueAt(value, path.slice(0, at))));
  const end = list < 0 ? path.length : list;
  const inside = path.slice(end);
  const set = inside.length === 0 ? to : changedAt(valueAt(value, path.slice(0, end))!, inside, to);
  return {
    kind: 'set-metadata' as const,
    cell,
    path: [...field, ...path.slice(0, end).map(String)],
    value: set ?? null
  };
}

function valueAt(value: Json, path: Path): Json | undefined {
  let found: Json | undefined = value;
  for (const key of path) {
    if (Array.isArray(found)) found = found[Number(key)];
    else if (isJsonObject(found) && Object.hasOwn(found, key)) found = found[String(key)];
    else return undefined;
  }
  return found;
}

/** The value with another one at a path; null takes away what is there. Undefined where the path leads nowhere. */
function changedAt(value: Json, [key, ...rest]: Path, to: Json | null): Json | undefined {
  if (key === undefined) return to ?? undefined;
  const inner = valueAt(value, [key]);
  if (inner === undefined) return undefined;
  const changed = rest.length === 0 ? to : changedAt(inner, rest, to);
  if (changed === undefined) return undefined;
  if (Array.isArray(value)) {
    return changed === null ? value.toSpliced(Number(key), 1) : value.with(Number(key), changed);
  }
  if (!isJsonObject(value)) return undefined;
  const entries = Object.entries(value);
  return Object.fromEntries(
    changed === null
      ? entries.filter(([each]) => each !== key)
      : entries.map(([each, old]) => [each, each === key ? changed : old])
  );
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
