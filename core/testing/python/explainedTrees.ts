/** Files of the standard library whose tree differs from CPython's `ast`. */
export const EXPLAINED_TREES: Readonly<Record<string, string>> = {
  'test/test_future_stmt/badsyntax_future8.py':
    '`from __future__ import *` passes the parser of CPython and is refused by its compiler; here the parser refuses it.'
};
