import type { Constant, Expr, FormattedValue, Interpolation, JoinedStr, TemplateStr } from '../ast';
import { fieldTokens, type Token } from '../lexer';
import { decodeBytes, decodeString } from '../stringEscapes';
import { Reader } from './reader';
import { END, readInnerWords, STRING } from './words';

/** A literal of which a string is made: where its text lies, and how that is read. */
interface Literal {
  token: Token;
  kind: 'str' | 'bytes' | 'format' | 'template';
  raw: boolean;
  /** Of the text between the quotes. */
  start: number;
  end: number;
}

/** `strings`: a literal, or several side by side, which Python joins. */
export function readStrings(reader: Reader): Expr {
  const { start } = reader;
  const literals: Literal[] = [];
  while (reader.code === STRING) literals.push(readLiteral(reader.take()));
  const isPlain = literals.every(({ kind }) => kind === 'str' || kind === 'bytes');
  return isPlain ? plain(reader, literals, start) : formatted(reader, literals, start);
}

function readLiteral(token: Token): Literal {
  const { text } = token;
  let length = 0;
  while (text[length] !== "'" && text[length] !== '"') length += 1;
  const prefix = text.slice(0, length).toLowerCase();
  const quote = text[length]!;
  const quotes = text.startsWith(quote.repeat(3), length) ? 3 : 1;
  const kind = prefix.includes('b')
    ? 'bytes'
    : prefix.includes('f')
      ? 'format'
      : prefix.includes('t')
        ? 'template'
        : 'str';
  const start = token.start + length + quotes;
  return { token, kind, raw: prefix.includes('r'), start, end: token.end - quotes };
}

function plain(reader: Reader, literals: readonly Literal[], start: number): Constant {
  const type = literals[0]!.kind === 'bytes' ? 'bytes' : 'str';
  if (literals.some(({ kind }) => kind !== type)) refuseMix(reader, start);
  const decode = type === 'bytes' ? decodeBytes : decodeString;
  let value = '';
  for (const literal of literals) {
    const text = reader.source.slice(literal.start, literal.end);
    value += literal.raw ? text : decode(text);
  }
  return { kind: 'Constant', value: { type, value }, range: reader.range(start) };
}

function refuseMix(reader: Reader, start: number): void {
  reader.problem('cannot mix bytes and nonbytes literals', start, reader.end);
}

function formatted(
  reader: Reader,
  literals: readonly Literal[],
  start: number
): JoinedStr | TemplateStr {
  if (literals.some(({ kind }) => kind === 'bytes')) refuseMix(reader, start);
  const parts = new Parts(reader);
  for (const literal of literals) {
    if (literal.kind === 'format' || literal.kind === 'template') {
      new FormattedText(reader, literal, parts).read();
    } else {
      const text = reader.source.slice(literal.start, literal.end);
      parts.text(literal.raw ? text : decodeString(text), literal.start, literal.end);
    }
  }
  const isTemplate = literals.some(({ kind }) => kind === 'template');
  const kind = isTemplate ? 'TemplateStr' : 'JoinedStr';
  return { kind, values: parts.values, range: reader.range(start) };
}

/** The parts of an f-string: constants side by side become one, empty ones none. */
class Parts {
  readonly values: Expr[] = [];

  constructor(private readonly reader: Reader) {}

  text(value: string, start: number, end: number): void {
    if (value === '') return;
    const range = this.reader.source.range(start, end);
    const last = this.values.at(-1);
    if (last?.kind === 'Constant' && last.value.type === 'str') {
      last.value = { type: 'str', value: last.value.value + value };
      last.range = { start: last.range.start, end: range.end };
    } else this.values.push({ kind: 'Constant', value: { type: 'str', value }, range });
  }
}

/** The text of one f- or t-string, from its opening quotes to its closing ones. */
class FormattedText {
  private at: number;

  constructor(
    private readonly reader: Reader,
    private readonly literal: Literal,
    private readonly parts: Parts
  ) {
    this.at = literal.start;
  }

  read(): void {
    this.readText(this.parts, this.literal.end, false);
  }

  /** @param isSpec In a format, braces are not doubled, and `}` ends it. */
  private readText(parts: Parts, end: number, isSpec: boolean): void {
    const text = this.reader.source.text;
    let from = this.at;
    const flush = (): void => {
      const raw = text.slice(from, this.at);
      const plain = isSpec ? raw : raw.replaceAll('{{', '{').replaceAll('}}', '}');
      parts.text(this.literal.raw ? plain : decodeString(plain), from, this.at);
    };
    while (this.at < end) {
      const char = text[this.at];
      if (char === '\\') this.skipEscape(text);
      else if (!isSpec && (char === '{' || char === '}') && text[this.at + 1] === char)
        this.at += 2;
      else if (char === '{') {
        flush();
        this.readField(parts, end, isSpec);
        from = this.at;
      } else if (char === '}') {
        if (isSpec) break;
        this.reader.problem("f-string: single '}' is not allowed", this.at, this.at + 1);
        this.at += 1;
      } else this.at += 1;
    }
    flush();
  }

  /** A backslash takes what follows it along, but never a brace; `\N{...}` is a character's name. */
  private skipEscape(text: string): void {
    const next = text[this.at + 1];
    if (next === 'N' && text[this.at + 2] === '{' && !this.literal.raw) {
      const close = text.indexOf('}', this.at);
      if (close !== -1 && close < this.literal.end) {
        this.at = close + 1;
        return;
      }
    }
    this.at += next === '{' || next === '}' ? 1 : 2;
  }

  /** `{expression=!r:format}`; those of a format are formatted, in a t-string, too. */
  private readField(parts: Parts, end: number, isInSpec: boolean): void {
    const { source } = this.reader;
    const open = this.at;
    const { tokens, end: fieldEnd } = fieldTokens(source.text, open + 1, end);
    const inner = this.innerReader(tokens, fieldEnd);
    const value = inner.code === END ? this.missing(fieldEnd) : inner.grammar.assigned(inner);
    const valueEnd = inner.end;
    const isDebug = inner.accept('=');
    if (inner.code !== END) inner.unexpected();
    this.at = fieldEnd;
    const textEnd = isDebug ? this.endOfBlanks(inner.end) : valueEnd;
    const text = source.slice(open + 1, textEnd);
    if (isDebug) parts.text(text, open + 1, inner.end);
    const conversion = this.readConversion();
    const formatSpec = this.readSpec(end);
    this.closeField(end);
    const common = {
      value,
      conversion: conversion ?? (isDebug && formatSpec === null ? 'r' : null),
      formatSpec,
      range: source.range(open, this.at)
    };
    parts.values.push(
      this.literal.kind === 'template' && !isInSpec
        ? ({ kind: 'Interpolation', str: trimDebug(text, isDebug), ...common } as Interpolation)
        : ({ kind: 'FormattedValue', ...common } as FormattedValue)
    );
  }

  private innerReader(tokens: readonly Token[], end: number): Reader {
    const { source, problems, grammar } = this.reader;
    return new Reader(source, readInnerWords(tokens, end), problems, grammar);
  }

  private missing(at: number): Expr {
    this.reader.problem('f-string: an expression is missing here', at, at);
    return { kind: 'InvalidExpr', values: [], range: this.reader.source.range(at, at) };
  }

  private endOfBlanks(from: number): number {
    const { text } = this.reader.source;
    let at = from;
    while (/\s/.test(text[at] ?? '')) at += 1;
    return at;
  }

  private readConversion(): 's' | 'r' | 'a' | null {
    const { text } = this.reader.source;
    if (text[this.at] !== '!') return null;
    const found = /[^:}'"\s]*/y;
    found.lastIndex = this.at + 1;
    const letter = found.exec(text)![0];
    const start = this.at;
    this.at = this.endOfBlanks(found.lastIndex);
    if (letter === 's' || letter === 'r' || letter === 'a') return letter;
    const message = `f-string: invalid conversion character '${letter}'`;
    this.reader.problem(message, start, found.lastIndex);
    return null;
  }

  private readSpec(end: number): JoinedStr | null {
    const { source } = this.reader;
    if (source.text[this.at] !== ':') return null;
    this.at += 1;
    const start = this.at;
    const parts = new Parts(this.reader);
    this.readText(parts, end, true);
    return { kind: 'JoinedStr', values: parts.values, range: source.range(start - 1, this.at) };
  }

  private closeField(end: number): void {
    if (this.reader.source.text[this.at] === '}' && this.at < end) {
      this.at += 1;
      return;
    }
    this.reader.problem("f-string: expecting '}'", this.at, this.at);
    const close = this.reader.source.text.indexOf('}', this.at);
    this.at = close === -1 || close >= end ? end : close + 1;
  }
}

function trimDebug(text: string, isDebug: boolean): string {
  return (isDebug ? text.replace(/\s*=\s*$/, '') : text).trim();
}
