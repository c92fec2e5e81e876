import type { Stmt } from '../ast';
import { checkTokens } from '../lexicalChecks';
import type { Token } from '../lexer';
import { tokenize } from '../lexer';
import type { ParsedModule, SyntaxProblem } from './model';
import { normaliseNewlines, SourceText } from '../sourceText';
import { checkSyntax } from '../syntaxChecks';
import {
  readAssigned,
  readElement,
  readExpression,
  readExpressions,
  readNamedExpression
} from './expressions';
import { withoutOpenBrackets } from './openBrackets';
import { readDisjunction, readOperand } from './operators';
import { Reader, type Grammar } from './reader';
import { readBlock, readStatements } from './statements';
import { END, readWords } from './words';

export type { ParsedModule, SyntaxProblem } from './model';

const GRAMMAR: Grammar = {
  expression: readExpression,
  namedExpression: readNamedExpression,
  element: readElement,
  expressions: readExpressions,
  assigned: readAssigned,
  disjunction: readDisjunction,
  operand: readOperand,
  block: readBlock
};

const TOO_DEEP = 'too many nested parentheses, blocks or operators';

/**
 * Reads Python 3 up to 3.14, a module or a cell (top-level `await` is allowed, as IPython allows it). IPython's own syntax
 * must have been transformed before. Half-typed code is no failure: what cannot be read is reported in `errors` and
 * becomes `InvalidStmt` or `InvalidExpr`, and everything around it is there.
 *
 * A descent through the full grammar of the language reference (https://docs.python.org/3/reference/grammar.html); the
 * rules that CPython's compiler adds are in `syntaxChecks`.
 */
export function parsePython(source: string): ParsedModule {
  const text = new SourceText(normaliseNewlines(source));
  try {
    return parseText(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The stack is exhausted: CPython, too, bounds how deep a source may nest.
    const range = text.range(0, text.text.length);
    return { body: [], errors: [{ message: TOO_DEEP, range }] };
  }
}

function parseText(source: SourceText): ParsedModule {
  const tokens = tokenize(source.text);
  const lexical = checkTokens(source, tokens);
  // A bracket that is never closed would take the rest of the cell into its line.
  const sound = lexical.length === 0 ? tokens : withoutOpenBrackets(source.text, tokens);
  const grammatical: SyntaxProblem[] = [];
  const body = readModule(source, sound, grammatical);
  const problems = [...lexical, ...grammatical, ...checkSyntax(body)];
  return { body, errors: problems.length === 0 ? problems : inOrder(problems) };
}

function readModule(
  source: SourceText,
  tokens: readonly Token[],
  problems: SyntaxProblem[]
): Stmt[] {
  const reader = new Reader(source, readWords(source, tokens, problems), problems, GRAMMAR);
  const body = readStatements(reader);
  // What is left behind a block that nothing opened.
  while (reader.code !== END) {
    reader.take();
    body.push(...readStatements(reader));
  }
  return body;
}

/** In order of the text, one for each place: the first says most. */
function inOrder(problems: readonly SyntaxProblem[]): SyntaxProblem[] {
  const sorted = [...problems].sort(
    (left, right) =>
      left.range.start.line - right.range.start.line ||
      left.range.start.column - right.range.start.column
  );
  return sorted.filter((problem, index) => {
    const previous = sorted[index - 1];
    return (
      previous === undefined ||
      previous.range.start.line !== problem.range.start.line ||
      previous.range.start.column !== problem.range.start.column
    );
  });
}
