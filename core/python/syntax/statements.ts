import type { Stmt } from '../ast';
import { isMatch, readMatch } from './matchStatement';
import { readAsync, readClass, readDecorated, readFunction } from './definitions';
import { readFor, readIf, readTry, readWhile, readWith } from './compoundStatements';
import type { Reader } from './reader';
import { readSimpleStatement } from './simpleStatements';
import { DEDENT, END, INDENT, NAME, NEWLINE } from './words';

/** `statements`, up to the end of the block or of the source. */
export function readStatements(reader: Reader): Stmt[] {
  const body: Stmt[] = [];
  while (reader.code !== DEDENT && reader.code !== END) readStatement(reader, body);
  return body;
}

/** What follows the header of a compound statement: a colon, and a block or statements in the same line. */
export function readBlock(reader: Reader): Stmt[] {
  const hasColon = reader.expect(':');
  // Whoever has not yet typed the colon may have typed the block.
  if (!hasColon) skipLine(reader);
  if (!reader.accept(NEWLINE)) {
    const body: Stmt[] = [];
    if (!reader.isAtLineEnd) readLine(reader, body);
    return body;
  }
  if (!reader.accept(INDENT)) {
    if (hasColon) {
      const { start, end } = reader.next;
      reader.problem('expected an indented block', start, end);
    }
    return [];
  }
  if (!hasColon) reportIndent(reader);
  const body = readStatements(reader);
  reader.accept(DEDENT);
  return body;
}

function skipLine(reader: Reader): void {
  while (!reader.isAtLineEnd) reader.take();
}

function reportIndent(reader: Reader): void {
  const { start, end } = reader.next;
  reader.problem('unexpected indent', start, end);
}

function readStatement(reader: Reader, body: Stmt[]): void {
  reader.startStatement();
  switch (reader.code) {
    case INDENT:
      return readUnexpectedBlock(reader, body);
    case NEWLINE:
      reader.take();
      return;
    case 'if':
      return void body.push(readIf(reader));
    case 'for':
      return void body.push(readFor(reader));
    case 'while':
      return void body.push(readWhile(reader));
    case 'try':
      return void body.push(readTry(reader));
    case 'with':
      return void body.push(readWith(reader));
    case 'def':
      return void body.push(readFunction(reader, []));
    case 'class':
      return void body.push(readClass(reader, []));
    case '@':
      return void body.push(readDecorated(reader));
    case 'async':
      return void body.push(readAsync(reader));
    case NAME:
      if (isMatch(reader)) return void body.push(readMatch(reader));
  }
  readLine(reader, body);
}

/** A block that no header opens: its statements are those of the block around it. */
function readUnexpectedBlock(reader: Reader, body: Stmt[]): void {
  reader.take();
  reportIndent(reader);
  body.push(...readStatements(reader));
  reader.accept(DEDENT);
}

/** `simple_stmts`: statements with semicolons between them, and the line's end. */
function readLine(reader: Reader, body: Stmt[]): void {
  do {
    if (reader.code === NEWLINE) break;
    body.push(readSimpleStatement(reader));
  } while (reader.accept(';'));
  if (!reader.accept(NEWLINE) && reader.code !== END) readRest(reader, body);
}

/** The rest of a line that no rule of the grammar takes; the block below it is there all the same. */
function readRest(reader: Reader, body: Stmt[]): void {
  const { start } = reader;
  reader.unexpected();
  const rest: Stmt[] = [];
  for (const value of reader.skip(';')) rest.push({ kind: 'Expr', value, range: value.range });
  if (reader.accept(';')) readLine(reader, rest);
  else if (reader.accept(NEWLINE) && reader.accept(INDENT)) {
    rest.push(...readStatements(reader));
    reader.accept(DEDENT);
  }
  body.push({ kind: 'InvalidStmt', body: rest, range: reader.range(start) });
}
