/** Escape sequences of string literals ("String and Bytes literals" in the language reference). */

const ESCAPE =
  /\\(?:\n|([\\'"abfnrtv])|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g;
const BYTES_ESCAPE = /\\(?:\n|([\\'"abfnrtv])|([0-7]{1,3})|x([0-9a-fA-F]{2}))/g;

const SIMPLE: Record<string, string> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v'
};

function fromCodePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
}

/**
 * The value of a string literal's text (without quotes). `\N{NAME}` stays as it is written: the names of all characters
 * are not carried here.
 */
export function decodeString(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    ESCAPE,
    (_all, simple?: string, octal?: string, hex?: string, short?: string, long?: string) => {
      if (simple !== undefined) return SIMPLE[simple]!;
      if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
      const code = hex ?? short ?? long;
      return code === undefined ? '' : fromCodePoint(parseInt(code, 16));
    }
  );
}

/** The value of a bytes literal's text, one character a byte. */
export function decodeBytes(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(BYTES_ESCAPE, (_all, simple?: string, octal?: string, hex?: string) => {
    if (simple !== undefined) return SIMPLE[simple]!;
    if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8) & 0xff);
    return hex === undefined ? '' : String.fromCharCode(parseInt(hex, 16));
  });
}
