import { readFloat } from './json';
import type { Literal, LiteralJson, LiteralType } from './model';

const DIGITS = /^-?\d+$/;

function isRecord(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPair(value: unknown): value is [string, LiteralJson] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    typeof value[0] === 'string' &&
    isLiteralJson(value[1])
  );
}

function isLiteralJson(value: unknown): value is LiteralJson {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isLiteralJson);
  return isRecord(value) && isDictJson(value);
}

function isDictJson(value: { [key: string]: unknown }): value is { [key: string]: LiteralJson } {
  const keys = Object.keys(value);
  if (keys.length === 1) {
    const only = value[keys[0]!];
    if (keys[0] === '$int') return typeof only === 'string' && DIGITS.test(only);
    if (keys[0] === '$float') return typeof only === 'string' && readFloat(only) !== null;
    if (keys[0] === '$tuple') return Array.isArray(only) && only.every(isLiteralJson);
    if (keys[0] === '$dict') return Array.isArray(only) && only.every(isPair);
  }
  return Object.values(value).every(isLiteralJson);
}

function isTagged(value: { [key: string]: unknown }): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && ['$int', '$float', '$tuple'].includes(keys[0]!);
}

/** The literal that a type and a JSON value from outside make; null where they do not fit. */
export function asLiteral(type: LiteralType, value: unknown): Literal | null {
  switch (type) {
    case 'none':
      return value === null ? { type, value } : null;
    case 'bool':
      return typeof value === 'boolean' ? { type, value } : null;
    case 'str':
      return typeof value === 'string' ? { type, value } : null;
    case 'int':
      if (typeof value === 'string') return DIGITS.test(value) ? { type, value } : null;
      return Number.isSafeInteger(value) ? { type, value: value as number } : null;
    case 'float':
      if (value === 'nan' || value === 'inf' || value === '-inf') return { type, value };
      return typeof value === 'number' && Number.isFinite(value) ? { type, value } : null;
    case 'list':
      return Array.isArray(value) && value.every(isLiteralJson) ? { type, value } : null;
    case 'dict':
      return isRecord(value) && !isTagged(value) && isDictJson(value) ? { type, value } : null;
  }
}
