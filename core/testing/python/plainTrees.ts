import type { Stmt } from '../../python';

/** A tree as `asts.py` prints it. */
export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };

function hexadecimal(value: number): string {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, value);
  return bytes.getBigUint64(0).toString(16).padStart(16, '0');
}

interface Rangeable {
  range: { start: { line: number; column: number }; end: { line: number; column: number } };
}

const STATEMENTS = new Set(
  (
    'FunctionDef ClassDef Return Delete Assign TypeAlias AugAssign AnnAssign For While If With Match Raise Try Assert ' +
    'Import ImportFrom Global Nonlocal Expr Pass Break Continue InvalidStmt'
  ).split(' ')
);
const PARTS = new Set(
  'Comprehension ExceptHandler Arguments Arg Keyword Alias WithItem MatchCase'.split(' ')
);

function place(kind: string, node: Rangeable): Plain | undefined {
  const { start, end } = node.range;
  if (PARTS.has(kind) || (kind.startsWith('Match') && kind !== 'Match')) return undefined;
  if (STATEMENTS.has(kind)) return [start.line, start.column];
  return [start.line, start.column, end.line, end.column];
}

function write(value: unknown, places: boolean): Plain {
  if (Array.isArray(value)) return value.map(item => write(item, places));
  if (typeof value !== 'object' || value === null) return value as Plain;
  const entries = Object.entries(value as Record<string, unknown>);
  const kind = (value as { kind?: string }).kind;
  if (kind === undefined) {
    const constant = value as { type: string; value?: unknown };
    const isFloat = constant.type === 'float' || constant.type === 'complex';
    return isFloat
      ? { type: constant.type, value: hexadecimal(constant.value as number) }
      : (constant as Plain);
  }
  const result: { [key: string]: Plain } = {};
  const at = places ? place(kind, value as Rangeable) : undefined;
  if (at !== undefined) result['at'] = at;
  const inside = places && kind !== 'JoinedStr';
  for (const [key, field] of entries) {
    if (key !== 'range' && key !== 'nameRange') result[key] = write(field, inside);
  }
  return result;
}

/** Our tree in the shape that `asts.py` prints. */
export function plainTree(body: readonly Stmt[]): Plain {
  return write(body, true);
}

/** The path of the first place where two trees differ, with both values; null when they are equal. */
export function firstDifference(ours: Plain, theirs: Plain, path = ''): string | null {
  if (ours === theirs) return null;
  const differ = `${path}: ${short(ours)} instead of ${short(theirs)}`;
  if (typeof ours !== 'object' || typeof theirs !== 'object') return differ;
  if (ours === null || theirs === null || Array.isArray(ours) !== Array.isArray(theirs)) {
    return differ;
  }
  const left = ours as { [key: string]: Plain };
  const right = theirs as { [key: string]: Plain };
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const key of keys) {
    const hasBoth = key in left && key in right;
    if (!hasBoth) return `${path}.${key}: ${key in left ? 'only ours' : 'only theirs'}; ${differ}`;
    const found = firstDifference(left[key]!, right[key]!, `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

function short(value: Plain): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 160);
}
