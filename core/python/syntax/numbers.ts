import type { ConstantValue } from '../ast';

/** The value of a numeric literal's text; null for what only Python 2 wrote (`10L`, `0777`). */
export function numberValue(text: string): ConstantValue | null {
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  if (/^[0-9]+$/.test(plain)) return decimalInteger(plain);
  if (/^0[xXoObB][0-9a-fA-F]+$/.test(plain)) {
    return { type: 'int', value: BigInt(plain.toLowerCase()).toString() };
  }
  if (/[jJ]$/.test(plain)) return { type: 'complex', value: Number(plain.slice(0, -1)) };
  const value = Number(plain);
  return Number.isNaN(value) ? null : { type: 'float', value };
}

function decimalInteger(digits: string): ConstantValue | null {
  if (digits[0] !== '0') return { type: 'int', value: digits };
  return /^0+$/.test(digits) ? { type: 'int', value: '0' } : null;
}
