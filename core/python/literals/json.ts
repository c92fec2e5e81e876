import type { Value } from './arithmetic';
import type { Literal, LiteralJson } from './model';

/** JavaScript sorts such keys before all others. */
const INTEGER_KEY = /^(?:0|[1-9]\d*)$/;
const TAGS = new Set(['$int', '$float', '$tuple', '$dict']);

/** A float as Python's `repr` would read it back, `nan`, `inf` and `-inf` for those without a literal. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** The float that a text means; null when it is none. The reverse of `floatText`, and a little more tolerant. */
export function readFloat(text: string): number | null {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special !== null) {
    const size = special[2]!.toLowerCase() === 'nan' ? NaN : Infinity;
    return special[1] === '-' ? -size : size;
  }
  const isFloat =
    /^[+-]?(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:e[+-]?\d(?:_?\d)*)?$/i.test(text);
  return isFloat ? Number(text.replace(/_/g, '')) : null;
}

function isPlainDict(keys: readonly string[]): boolean {
  if (keys.some(key => INTEGER_KEY.test(key) || key === '__proto__')) return false;
  return keys.length !== 1 || !TAGS.has(keys[0]!);
}

function dictJson(entries: ReadonlyMap<string, Value>): { [key: string]: LiteralJson } {
  const pairs = [...entries].map(([key, value]): [string, LiteralJson] => [key, toJson(value)]);
  return isPlainDict([...entries.keys()]) ? Object.fromEntries(pairs) : { $dict: pairs };
}

function toJson(value: Value): LiteralJson {
  switch (value.kind) {
    case 'none':
      return null;
    case 'int': {
      const number = Number(value.value);
      return Number.isSafeInteger(number) ? number : { $int: value.value.toString() };
    }
    case 'float': {
      const { value: number } = value;
      return Number.isFinite(number) && !Number.isInteger(number)
        ? number
        : { $float: floatText(number) };
    }
    case 'list':
      return value.items.map(toJson);
    case 'tuple':
      return { $tuple: value.items.map(toJson) };
    case 'dict':
      return dictJson(value.entries);
    default:
      return value.value;
  }
}

export function toLiteral(value: Value): Literal {
  switch (value.kind) {
    case 'none':
      return { type: 'none', value: null };
    case 'int': {
      const number = Number(value.value);
      return { type: 'int', value: Number.isSafeInteger(number) ? number : value.value.toString() };
    }
    case 'float': {
      const { value: number } = value;
      if (Number.isFinite(number)) return { type: 'float', value: number };
      return { type: 'float', value: floatText(number) as 'nan' | 'inf' | '-inf' };
    }
    case 'list':
      return { type: 'list', value: value.items.map(toJson) };
    case 'tuple':
      return { type: 'list', value: value.items.map(toJson), tuple: true };
    case 'dict':
      return { type: 'dict', value: dictJson(value.entries) };
    default:
      return { type: value.kind, value: value.value } as Literal;
  }
}
