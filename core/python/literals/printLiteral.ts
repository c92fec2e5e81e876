import { floatText, readFloat } from './json';
import type { Literal, LiteralJson } from './model';
import { printString } from './printString';

function printFloat(value: number | string): string {
  const number = typeof value === 'number' ? value : readFloat(value)!;
  const text = floatText(number);
  return /[nf]/.test(text) ? `float('${text}')` : text;
}

function printTuple(items: readonly LiteralJson[]): string {
  const printed = items.map(printJson);
  return printed.length === 1 ? `(${printed[0]!},)` : `(${printed.join(', ')})`;
}

/** The entries of a dict in their order: those of `$dict` where it is the only key. */
function dictEntries(value: { [key: string]: LiteralJson }): [string, LiteralJson][] {
  const entries = Object.entries(value);
  const [only] = entries;
  const isTagged = entries.length === 1 && only![0] === '$dict' && Array.isArray(only![1]);
  return isTagged ? (only![1] as [string, LiteralJson][]) : entries;
}

function printDict(value: { [key: string]: LiteralJson }): string {
  const entries = dictEntries(value);
  return `{${entries.map(([key, item]) => `${printString(key)}: ${printJson(item)}`).join(', ')}}`;
}

function printObject(value: { [key: string]: LiteralJson }): string {
  const keys = Object.keys(value);
  if (keys.length === 1) {
    const [only] = Object.values(value);
    if (keys[0] === '$int' && typeof only === 'string') return only;
    if (keys[0] === '$float' && typeof only === 'string') return printFloat(only);
    if (keys[0] === '$tuple' && Array.isArray(only)) return printTuple(only);
  }
  return printDict(value);
}

/** A value inside a list or a dict. */
function printJson(value: LiteralJson): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return printString(value);
  return Array.isArray(value) ? `[${value.map(printJson).join(', ')}]` : printObject(value);
}

/** Python source of one line for a literal: what `evaluateLiteral` reads back as the same. */
export function printLiteral(literal: Literal): string {
  switch (literal.type) {
    case 'int':
      return String(literal.value);
    case 'float':
      return printFloat(literal.value);
    case 'list':
      return literal.tuple === true ? printTuple(literal.value) : printJson(literal.value);
    case 'dict':
      return printDict(literal.value);
    default:
      return printJson(literal.value);
  }
}
