const NAMED: Record<string, string> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t'
};

/** Controls, Unicode's line ends, the byte order mark, and surrogates without their other half. */
const SPECIAL = /[\\'\p{Cc}\u2028\u2029\ufeff]|\p{Cs}/gu;

function escapeUnit(unit: string): string {
  const named = NAMED[unit];
  if (named !== undefined) return named;
  const code = unit.charCodeAt(0);
  const digits = code.toString(16);
  return code < 0x100 ? `\\x${digits.padStart(2, '0')}` : `\\u${digits.padStart(4, '0')}`;
}

/**
 * A Python string literal of one line for any text, in ASCII quotes, safe to be written as UTF-8 and to be split into
 * lines by any rule.
 */
export function printString(text: string): string {
  return `'${text.replace(SPECIAL, escapeUnit)}'`;
}
