/** Names of files are bytes; here they are texts in which a byte that is not UTF-8 stands as U+DC80 to U+DCFF (PEP 383). */

const NOT_ASCII = /[^\0-\x7f]/;
/** A surrogate without its first half. */
const ESCAPED = /(?<![\ud800-\udbff])[\udc80-\udcff]/;
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A name of which each character is one byte, as `readdir` gives it with the encoding `latin1`. */
export function decodeName(bytes: string): string {
  return NOT_ASCII.test(bytes) ? decodeBytes(Buffer.from(bytes, 'latin1')) : bytes;
}

export function decodeBytes(bytes: Buffer): string {
  try {
    return strict.decode(bytes);
  } catch {
    return escapeBytes(bytes);
  }
}

/** The bytes of a name or path. */
export function encodeName(name: string): Buffer {
  if (!ESCAPED.test(name)) return Buffer.from(name, 'utf8');
  const parts: Buffer[] = [];
  let start = 0;
  for (let at = 0; at < name.length; at += 1) {
    if (!isEscape(name, at)) continue;
    parts.push(Buffer.from(name.slice(start, at), 'utf8'));
    parts.push(Buffer.from([name.charCodeAt(at) - 0xdc00]));
    start = at + 1;
  }
  parts.push(Buffer.from(name.slice(start), 'utf8'));
  return Buffer.concat(parts);
}

/** A path as Node's functions take it: a text where that says the same, else its bytes. */
export function nativePath(path: string): string | Buffer {
  return ESCAPED.test(path) ? encodeName(path) : path;
}

/** The length of a name or path in bytes. */
export function byteLength(name: string): number {
  return NOT_ASCII.test(name) ? encodeName(name).length : name.length;
}

function isEscape(name: string, at: number): boolean {
  const code = name.charCodeAt(at);
  if (code < 0xdc80 || code > 0xdcff) return false;
  const before = at > 0 ? name.charCodeAt(at - 1) : 0;
  return before < 0xd800 || before > 0xdbff;
}

function escapeBytes(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      text += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
      at += 1;
    } else {
      text += bytes.toString('utf8', at, at + length);
      at += length;
    }
  }
  return text;
}

/** How many bytes the character at a place has; 0 where there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length === 0 || first > 0xf4 || at + length > bytes.length) return 0;
  try {
    strict.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}
