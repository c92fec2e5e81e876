import type { JsonValue, PipelineSpec, PlatformSpec } from './spec';

/** What KFP splits the two documents by, to the letter. */
const SEPARATOR = '\n---\n';

/**
 * The pipeline and its platform spec as KFP's YAML, keys in the order of their code units. Texts are quoted, because
 * KFP's readers take more plain words for numbers, dates and booleans than YAML 1.2 does.
 */
export function printPipeline(pipeline: PipelineSpec, platform: PlatformSpec | null): string {
  const documents: object[] = platform === null ? [pipeline] : [pipeline, platform];
  return `${documents.map(document => printYaml(document as JsonValue)).join(SEPARATOR)}\n`;
}

/**
 * Plain JSON as block YAML that readers of YAML 1.1 and 1.2 read alike. Its own, because a printer that must consider
 * all of YAML for each text takes half of the time that a compilation has.
 */
export function printYaml(value: JsonValue): string {
  const lines: string[] = [];
  printNode(value, '', '', lines);
  return lines.join('\n');
}

/** Prints a value behind `head`, which opens its first line; what is within it is indented beyond `indent`. */
function printNode(value: JsonValue, head: string, indent: string, lines: string[]): void {
  if (typeof value === 'string') lines.push(head + printText(value, indent));
  else if (typeof value !== 'object' || value === null) lines.push(head + printScalar(value));
  else if (Array.isArray(value)) printList(value, head, indent, lines);
  else printMap(value, head, indent, lines);
}

function printList(items: JsonValue[], head: string, indent: string, lines: string[]): void {
  if (items.length === 0) {
    lines.push(`${head}[]`);
    return;
  }
  openBlock(head, lines);
  for (const item of items) printNode(item, `${indent}- `, `${indent}  `, lines);
}

function printMap(
  map: { [key: string]: JsonValue },
  head: string,
  indent: string,
  lines: string[]
): void {
  const keys = Object.keys(map).sort();
  if (keys.length === 0) {
    lines.push(`${head}{}`);
    return;
  }
  // The first key of a list's item stands on the line of its dash.
  let before = head.endsWith('- ') ? head : indent;
  if (before === indent) openBlock(head, lines);
  for (const key of keys) {
    const value = map[key]!;
    const name = printKey(key);
    if (name.length <= MAX_KEY) {
      const within = Array.isArray(value) ? indent : `${indent}  `;
      printNode(value, `${before}${name}: `, within, lines);
    } else {
      lines.push(`${before}? ${name}`);
      printNode(value, `${indent}: `, `${indent}  `, lines);
    }
    before = indent;
  }
}

function openBlock(head: string, lines: string[]): void {
  if (head !== '') lines.push(head.trimEnd());
}

/** Words that some reader takes for something else than a text. */
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
const PLAIN_KEY = /^[A-Za-z_][\w-]*$/;
/** YAML takes up to 1,024 characters for a key without being told. */
const MAX_KEY = 1000;

function printKey(key: string): string {
  return PLAIN_KEY.test(key) && !RESERVED.test(key) ? key : quote(key);
}

/** JSON's numbers in a form that YAML 1.1 reads as numbers, too: its exponents need a point before them. */
function printScalar(value: null | boolean | number): string {
  return String(value).replace(/^(-?\d+)e/, '$1.0e');
}

function printText(text: string, indent: string): string {
  return text.includes('\n') && isLiteral(text) ? literal(text, indent) : quote(text);
}

/** Whether it can stand line by line as it is. */
function isLiteral(text: string): boolean {
  return /^\S/.test(text) && !text.endsWith('\n\n') && isPrintable(text.replaceAll('\n', ''));
}

function literal(text: string, indent: string): string {
  const ends = text.endsWith('\n');
  const lines = (ends ? text.slice(0, -1) : text).split('\n');
  return [ends ? '|' : '|-', ...lines.map(line => (line === '' ? '' : indent + line))].join('\n');
}

function quote(text: string): string {
  if (isPrintable(text)) return `'${text.replaceAll("'", "''")}'`;
  return JSON.stringify(text).replace(
    UNPRINTABLE,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  );
}

/** Characters that readers do not take as they stand: control characters, other line ends, byte order marks. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u2028\u2029\p{Cs}\ufeff\ufffe\uffff]/gu;

function isPrintable(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text) || text.search(UNPRINTABLE) < 0;
}
