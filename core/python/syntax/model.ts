import type { Range } from '../../diagnostics';
import type { Stmt } from '../ast';

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
