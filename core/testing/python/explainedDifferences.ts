import type { CorpusEntry } from './corpus';

/** A place where our analysis and CPython's differ, and why. Anything else that differs fails the conformance test. */
export interface ExplainedDifference {
  /** Below the standard library; a string in it is named by file and line, and only the file counts. */
  file: string;
  /** Text of the source by which it is known. */
  containing: string;
  /** `problem`: the scopes are the same, but a problem is reported where CPython sees none. */
  in: 'names' | 'tree' | 'problem';
  why: string;
}

/** Files of the standard library whose tree differs from CPython's `ast`. */
export const EXPLAINED_TREES: Readonly<Record<string, string>> = {
  'test/test_future_stmt/badsyntax_future8.py':
    '`from __future__ import *` passes the parser of CPython and is refused by its compiler; here the parser refuses it.'
};

export const EXPLAINED_DIFFERENCES: readonly ExplainedDifference[] = [
  {
    file: 'test/test_tools/test_i18n.py',
    containing: 'def foo2(bar: List[1:2])',
    in: 'problem',
    why: 'A slice in an annotation, which no type means: the grammar reads `List[1:2]` as a generic type with a bound.'
  }
];

/** The explanation of a difference, if there is one. */
export function explain(
  entry: CorpusEntry,
  difference: ExplainedDifference['in']
): ExplainedDifference | undefined {
  return EXPLAINED_DIFFERENCES.find(
    known =>
      known.in === difference &&
      entry.name.replace(/:\d+$/, '') === known.file &&
      entry.source.includes(known.containing)
  );
}
