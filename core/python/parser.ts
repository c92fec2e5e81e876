import type { Range } from '../diagnostics';
import type { Stmt } from './ast';

/** Something that Python's compiler would refuse, with the place to show. */
export interface SyntaxProblem {
  message: string;
  range: Range;
}

/** What a source says, as far as it could be read. */
export interface ParsedModule {
  body: Stmt[];
  /** In order of the text. Empty: the source is well formed, as far as this parser knows. */
  errors: SyntaxProblem[];
}

/**
 * Reads Python. Half-typed code is no failure: what cannot be read is reported in `errors` and becomes
 * `InvalidStmt` or `InvalidExpr`, and everything around it is there.
 */
export interface PythonParser {
  /**
   * Parses a module or a cell (top-level `await` is allowed, as IPython allows it). IPython's own syntax must have been
   * transformed before. Pure: the same source gives the same tree, and no state is kept between calls.
   */
  parse(source: string): ParsedModule;
}
