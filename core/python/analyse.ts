import type { Stmt } from './ast';
import type { PythonParser, SyntaxProblem } from './parser';
import type { ModuleScopes, ScopeOptions } from './scopes';
import { analyseScopes } from './scopes';

/** A source's syntax and scopes. */
export interface AnalysedSource {
  body: Stmt[];
  scopes: ModuleScopes;
  /** Of both, in order of the text. */
  errors: SyntaxProblem[];
}

/**
 * Parses a source (Python, or what `transformCell` made of a cell) and finds its scopes. Pure: a caller may keep the result
 * by source and options.
 */
export function analyseSource(
  parser: PythonParser,
  source: string,
  options: ScopeOptions = {}
): AnalysedSource {
  const { body, errors } = parser.parse(source);
  const scopes = analyseScopes(body, options);
  return { body, scopes, errors: [...errors, ...scopes.errors].sort(byPlace) };
}

function byPlace(left: SyntaxProblem, right: SyntaxProblem): number {
  const { start } = left.range;
  const other = right.range.start;
  return start.line - other.line || start.column - other.column;
}
