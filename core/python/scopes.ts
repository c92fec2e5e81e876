import type { Stmt } from './ast';
import { buildSymbolTable } from './symbolTable/build';
import type { ModuleScopes } from './symbolTable/model';
import { resolveNames } from './symbolTable/resolve';

export type {
  ModuleScopes,
  NameScope,
  PythonSymbol,
  Scope,
  ScopeKind,
  ScopeNode
} from './symbolTable/model';
export { mangle } from './symbolTable/mangle';

export interface ScopeOptions {
  /**
   * Annotations are not evaluated: a cell run before said `from __future__ import annotations`, which IPython keeps for
   * those that follow. What the module itself says is seen without it.
   */
  futureAnnotations?: boolean;
}

/**
 * Finds the scopes of a module and what every name is in each of them, by the rules of CPython's `symtable.c` (3.11, where
 * comprehensions have scopes of their own; type parameters as in 3.13). Half-typed code is analysed as far as it goes.
 */
export function analyseScopes(body: readonly Stmt[], options: ScopeOptions = {}): ModuleScopes {
  const table = buildSymbolTable(body, options.futureAnnotations ?? false);
  const errors = [...table.errors, ...resolveNames(table.module)];
  return { module: table.module.scope, of: table.of, errors };
}
