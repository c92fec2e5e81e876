import type { Range } from '../../diagnostics';
import type { Node, Stmt } from '../ast';
import type { IPythonConstruct } from '../ipython';
import type { SyntaxProblem } from '../syntax/model';

/** The names of a scope, as Python resolves them. */
export interface FrameNames {
  /** Its own variables. */
  readonly own: ReadonlySet<string>;
  /** Declared `global`. */
  readonly global: ReadonlySet<string>;
}

/** One cell's source, read once: the same source always gives the same unit. */
export interface CodeUnit {
  readonly source: string;
  /** The Python that IPython runs for the cell. */
  readonly body: readonly Stmt[];
  /** What Python's compiler would refuse, at its place in the cell. */
  readonly problems: readonly SyntaxProblem[];
  /** IPython's own syntax in the cell, in order of the text. */
  readonly constructs: readonly IPythonConstruct[];
  /** A name that is used only where it exists (`$x` in a shell line). */
  isOptional(name: string, range: Range): boolean;
  /** Names that the cell binds, in functions by `global` too. */
  readonly boundNames: ReadonlySet<string>;
  /** A place of the Python code, in the cell as the person wrote it. */
  locate(range: Range): Range;
  /** The text of a node, as the person wrote it. */
  text(node: Node): string;
  /** Own names and `global` declarations of a function, class, lambda or comprehension of this unit. */
  namesOf(node: Node): FrameNames;
  /** Reads code given as a string, as `eval` and `exec` do. */
  parse(source: string): CodeUnit;
}

/** A unit at its place in a notebook. */
export interface CellCode {
  readonly cell: number;
  readonly unit: CodeUnit;
}
