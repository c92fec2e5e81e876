import type { Constant, Expr, FormattedValue, Interpolation, JoinedStr, TemplateStr } from '../ast';
import { decodeBytes, decodeString } from '../stringEscapes';
import type { Cst } from './cst';
import type { Lowering } from './lowering';
import { items } from './lowering';

interface Opening {
  raw: boolean;
  kind: 'str' | 'bytes' | 'format' | 'template';
}

function readOpening(start: string): Opening {
  const prefix = start.replace(/['"]+$/, '').toLowerCase();
  const kind = prefix.includes('b')
    ? 'bytes'
    : prefix.includes('f')
      ? 'format'
      : prefix.includes('t')
        ? 'template'
        : 'str';
  return { raw: prefix.includes('r'), kind };
}

function constant(
  lowering: Lowering,
  type: 'str' | 'bytes',
  value: string,
  node: { start: number; end: number }
): Constant {
  return { kind: 'Constant', value: { type, value }, range: lowering.range(node) };
}

/** A literal, or several side by side, which Python joins. */
export function lowerString(lowering: Lowering, node: Cst): Expr {
  const parts = node.type === 'concatenated_string' ? items(node) : [node];
  const openings = parts.map(part => readOpening(lowering.text(part.children[0] ?? part)));
  if (openings.every(opening => opening.kind === 'str' || opening.kind === 'bytes')) {
    return lowerPlain(lowering, node, parts, openings);
  }
  if (openings.some(opening => opening.kind === 'bytes')) {
    lowering.problem('cannot mix bytes and nonbytes literals', node);
  }
  const values: Expr[] = [];
  parts.forEach((part, index) => appendParts(lowering, part, openings[index]!, values));
  const kind = openings.some(opening => opening.kind === 'template') ? 'TemplateStr' : 'JoinedStr';
  const joined: JoinedStr | TemplateStr = { kind, values, range: lowering.range(node) };
  return joined;
}

function lowerPlain(lowering: Lowering, node: Cst, parts: Cst[], openings: Opening[]): Constant {
  const type = openings[0]?.kind === 'bytes' ? 'bytes' : 'str';
  if (openings.some(opening => opening.kind !== type)) {
    lowering.problem('cannot mix bytes and nonbytes literals', node);
  }
  const values = parts.map((part, index) => {
    const text = innerText(lowering, part);
    if (openings[index]!.raw) return text;
    return type === 'bytes' ? decodeBytes(text) : decodeString(text);
  });
  return constant(lowering, type, values.join(''), node);
}

/** The text between the quotes. */
function innerText(lowering: Lowering, node: Cst): string {
  const { start, end } = innerBounds(lowering, node);
  return lowering.source.slice(start, end);
}

function quoteLength(opening: string): number {
  return /(?:'''|""")$/.test(opening) ? 3 : 1;
}

function innerBounds(lowering: Lowering, node: Cst): { start: number; end: number } {
  const [first] = node.children;
  const start = first?.type === 'string_start' ? first.end : node.start;
  const isClosed = node.children.at(-1)?.type === 'string_end';
  // The grammar puts the backslashes of r'\\' into the end of the string.
  const end = isClosed
    ? node.end - quoteLength(lowering.source.slice(node.start, start))
    : node.end;
  return { start, end: Math.max(start, end) };
}

/** Appends constants and interpolations; constants side by side become one, empty ones none. */
function appendParts(lowering: Lowering, node: Cst, opening: Opening, values: Expr[]): void {
  const bounds = innerBounds(lowering, node);
  const isFormatted = opening.kind === 'format' || opening.kind === 'template';
  let at = bounds.start;
  const flush = (end: number): void => {
    const text = lowering.source.slice(at, end);
    const unescaped = isFormatted ? text.replaceAll('{{', '{').replaceAll('}}', '}') : text;
    const value = opening.raw ? unescaped : decodeString(unescaped);
    appendConstant(lowering, values, value, { start: at, end });
  };
  for (const child of node.children) {
    if (child.type !== 'interpolation') continue;
    flush(child.start);
    appendInterpolation(lowering, child, opening.kind === 'template', values);
    at = child.end;
  }
  flush(bounds.end);
}

function appendConstant(
  lowering: Lowering,
  values: Expr[],
  value: string,
  place: { start: number; end: number }
): void {
  if (value === '') return;
  const last = values.at(-1);
  if (last?.kind === 'Constant' && last.value.type === 'str') {
    last.value = { type: 'str', value: last.value.value + value };
    last.range = { start: last.range.start, end: lowering.range(place).end };
  } else values.push(constant(lowering, 'str', value, place));
}

function appendInterpolation(
  lowering: Lowering,
  node: Cst,
  isTemplate: boolean,
  values: Expr[]
): void {
  const [open, expression] = node.children.filter(child => child.type !== 'ERROR');
  const value = lowering.optionalExpression(expression === open ? undefined : expression, node);
  const debug = node.child('=');
  const conversionNode = node.child('type_conversion');
  const specNode = node.child('format_specifier');
  const formatSpec = specNode ? lowerFormatSpec(lowering, specNode) : null;
  const endOfText = debug === undefined ? expression?.end : endOfDebug(lowering, debug);
  const text = lowering.source.slice(node.start + 1, endOfText ?? node.start + 1);
  if (debug !== undefined) {
    appendConstant(lowering, values, text, { start: node.start + 1, end: debug.end });
  }
  const conversion =
    readConversion(lowering, conversionNode) ?? (debug && formatSpec === null ? 'r' : null);
  const common = { value, conversion, formatSpec, range: lowering.range(node) };
  const interpolation: FormattedValue | Interpolation = isTemplate
    ? { kind: 'Interpolation', str: text.replace(/\s*=\s*$/, '').trim(), ...common }
    : { kind: 'FormattedValue', ...common };
  values.push(interpolation);
}

function endOfDebug(lowering: Lowering, debug: Cst): number {
  const blanks = /^\s*/.exec(lowering.source.text.slice(debug.end, debug.end + 1000))!;
  return debug.end + blanks[0].length;
}

function readConversion(lowering: Lowering, node: Cst | undefined): 's' | 'r' | 'a' | null {
  if (node === undefined) return null;
  const letter = lowering.text(node).slice(1);
  if (letter === 's' || letter === 'r' || letter === 'a') return letter;
  lowering.problem(`f-string: invalid conversion character '${letter}'`, node);
  return null;
}

function lowerFormatSpec(lowering: Lowering, node: Cst): JoinedStr {
  const values: Expr[] = [];
  let at = node.start + 1;
  const flush = (end: number): void =>
    appendConstant(lowering, values, decodeString(lowering.source.slice(at, end)), {
      start: at,
      end
    });
  for (const child of node.children) {
    if (child.type !== 'format_expression') continue;
    flush(child.start);
    appendInterpolation(lowering, child, false, values);
    at = child.end;
  }
  flush(node.end);
  return { kind: 'JoinedStr', values, range: lowering.range(node) };
}
