import type { Expr, Keyword } from '../ast';
import { readComprehension } from './comprehensions';
import type { Reader } from './reader';
import { NAME } from './words';

/** What stands between the parentheses of a call, or behind the name of a class. */
export interface Passed {
  args: Expr[];
  keywords: Keyword[];
}

/** `arguments`, parentheses included. */
export function readArguments(reader: Reader): Passed {
  const { start: open } = reader.take();
  const passed: Passed = { args: [], keywords: [] };
  let generator: Expr | null = null;
  while (reader.code !== ')') {
    const argument = readArgument(reader, passed, open);
    if (argument?.kind === 'GeneratorExp') generator = argument;
    if (!reader.accept(',')) break;
  }
  if (generator !== null && passed.args.length + passed.keywords.length > 1) {
    reader.refuse('Generator expression must be parenthesized', generator);
  }
  passed.args.push(...reader.close(')'));
  return passed;
}

/** @returns a generator that has no parentheses of its own; null for any other argument. */
function readArgument(reader: Reader, passed: Passed, open: number): Expr | null {
  const { start, code } = reader;
  if (code === '**') {
    reader.take();
    const value = reader.grammar.expression(reader);
    passed.keywords.push({ kind: 'Keyword', arg: null, value, range: reader.range(start) });
    return null;
  }
  if (code === NAME && reader.ahead(1) === '=') {
    passed.keywords.push(readKeyword(reader));
    return null;
  }
  return readPositional(reader, passed, open);
}

function readKeyword(reader: Reader): Keyword {
  const { start } = reader;
  const arg = reader.identifier(reader.take());
  reader.take();
  const value = reader.grammar.expression(reader);
  return { kind: 'Keyword', arg, value, range: reader.range(start) };
}

function readPositional(reader: Reader, passed: Passed, open: number): Expr | null {
  const argument =
    reader.code === '*' ? readStarredArgument(reader) : reader.grammar.element(reader);
  if (reader.code === 'for' || reader.code === 'async') {
    const generator = readGenerator(reader, argument, open);
    passed.args.push(generator);
    return generator;
  }
  passed.args.push(argument);
  checkPositional(reader, argument, passed.keywords);
  if (reader.code === '=') refuseAssignment(reader, argument, passed);
  return null;
}

/** `starred_expression`: what is unpacked into arguments or into an index may be any expression. */
export function readStarredArgument(reader: Reader): Expr {
  const { start } = reader.take();
  const value = reader.grammar.expression(reader);
  return { kind: 'Starred', value, ctx: 'Load', range: reader.range(start) };
}

/** A lone generator is as wide as the call's parentheses, as in CPython's tree. */
function readGenerator(reader: Reader, elt: Expr, open: number): Expr {
  const generators = readComprehension(reader);
  const { source, end, next, code } = reader;
  const range = source.range(open, code === ')' ? next.end : end);
  return { kind: 'GeneratorExp', elt, generators, range };
}

function checkPositional(reader: Reader, argument: Expr, keywords: readonly Keyword[]): void {
  const unpacked = keywords.some(keyword => keyword.arg === null);
  const isStarred = argument.kind === 'Starred';
  if (keywords.length === 0 || (isStarred && !unpacked)) return;
  const message = isStarred
    ? 'iterable argument unpacking follows keyword argument unpacking'
    : `positional argument follows keyword argument${unpacked ? ' unpacking' : ''}`;
  reader.refuse(message, argument);
}

function refuseAssignment(reader: Reader, argument: Expr, passed: Passed): void {
  const { end } = reader.take();
  const message = 'expression cannot contain assignment, perhaps you meant "=="?';
  reader.problems.push({
    message,
    range: { start: argument.range.start, end: reader.source.position(end) }
  });
  passed.args.push(reader.grammar.expression(reader));
}
