import type { Value } from './arithmetic';
import { toLiteral } from './json';
import type { Literal, LiteralType } from './model';
import { readNumber, readValue } from './readText';

/** A parameter's value, or what is wrong with its text, in words. */
export type ParameterReading =
  { literal: Literal; problem?: undefined } | { literal?: undefined; problem: string };

const EXPECTED: Record<LiteralType, string> = {
  int: 'an integer like 3',
  float: 'a number like 0.1',
  str: 'text',
  bool: 'true or false',
  none: 'a value',
  list: 'a list like ["a", "b"]',
  dict: 'a dict like {"a": 1}'
};

function readBoolean(text: string): Value | null {
  const word = text.toLowerCase();
  return word === 'true' || word === 'false' ? { kind: 'bool', value: word === 'true' } : null;
}

/** A float parameter takes integers too, as far as a float can hold them. */
function readFloatText(text: string): Value | null {
  const number = readNumber(text);
  if (number?.kind !== 'int') return number;
  const value = Number(number.value);
  return Number.isFinite(value) ? { kind: 'float', value } : null;
}

function readAs(text: string, type: LiteralType): Value | null {
  const trimmed = text.trim();
  switch (type) {
    case 'str':
      return { kind: 'str', value: text };
    case 'none':
      return readValue(trimmed) ?? { kind: 'str', value: text };
    case 'bool':
      return readBoolean(trimmed);
    case 'float':
      return readFloatText(trimmed);
    case 'int': {
      const number = readNumber(trimmed);
      return number?.kind === 'int' ? number : null;
    }
    default: {
      const value = readValue(trimmed);
      const kind = value?.kind === 'tuple' ? 'list' : value?.kind;
      return kind === type ? value : null;
    }
  }
}

/**
 * Reads a parameter's value from the command line (`-p lr=0.1`).
 *
 * @param text What stands behind the `=`.
 * @param type The type of the parameter's default. Where that is None, the text itself decides; text that is no
 *   literal is a string.
 */
export function parseParameterText(text: string, type: LiteralType): ParameterReading {
  const value = readAs(text, type);
  if (value !== null) return { literal: toLiteral(value) };
  const shown = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  return { problem: `${JSON.stringify(shown)} is not ${EXPECTED[type]}.` };
}
