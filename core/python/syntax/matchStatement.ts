import type { Match, MatchCase } from '../ast';
import { rangeOf } from './compoundStatements';
import { readPatterns } from './patterns';
import type { Reader } from './reader';
import { DEDENT, END, INDENT, NAME, NEWLINE, STARTS_EXPRESSION } from './words';

/** Whether `match` is the keyword here: its line ends with a colon. Elsewhere it is a name like any other. */
export function isMatch(reader: Reader): boolean {
  return (
    reader.next.text === 'match' &&
    (STARTS_EXPRESSION.has(reader.ahead(1)) || reader.ahead(1) === 'yield') &&
    reader.lastOfLine === ':'
  );
}

export function readMatch(reader: Reader): Match {
  const { start } = reader.take();
  const subject = readSubject(reader);
  reader.expect(':');
  const { end } = reader;
  const cases = readCases(reader);
  if (cases.length === 0) reader.problem('expected at least one case block', start, end);
  return { kind: 'Match', subject, cases, range: rangeOf(reader, start, cases) };
}

function readSubject(reader: Reader): Match['subject'] {
  const { start } = reader;
  const first = reader.grammar.element(reader);
  if (reader.code !== ',' && first.kind !== 'Starred') return first;
  const elts = [first];
  while (reader.accept(',') && reader.startsExpression) elts.push(reader.grammar.element(reader));
  return { kind: 'Tuple', elts, ctx: 'Load', range: reader.range(start) };
}

function readCases(reader: Reader): MatchCase[] {
  const cases: MatchCase[] = [];
  if (!reader.accept(NEWLINE) || !reader.accept(INDENT)) return cases;
  while (reader.code !== DEDENT && reader.code !== END) {
    reader.startStatement();
    if (reader.code === NAME && reader.next.text === 'case') cases.push(readCase(reader));
    else skipStatement(reader);
  }
  reader.accept(DEDENT);
  return cases;
}

/** Where a case should be. */
function skipStatement(reader: Reader): void {
  reader.unexpected();
  reader.skip(NEWLINE);
  if (!reader.accept(NEWLINE) || reader.code !== INDENT) return;
  let depth = 0;
  do {
    if (reader.is(INDENT)) depth += 1;
    if (reader.is(DEDENT)) depth -= 1;
    if (reader.is(END)) return;
    reader.take();
  } while (depth > 0);
}

function readCase(reader: Reader): MatchCase {
  const { start } = reader.take();
  const pattern = readPatterns(reader);
  const guard = reader.accept('if') ? reader.grammar.namedExpression(reader) : null;
  const body = reader.grammar.block(reader);
  return { kind: 'MatchCase', pattern, guard, body, range: rangeOf(reader, start, body) };
}
