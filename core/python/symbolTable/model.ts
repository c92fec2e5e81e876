import type {
  ClassDef,
  DictComp,
  FunctionDef,
  GeneratorExp,
  Lambda,
  ListComp,
  SetComp,
  TypeAlias,
  TypeVar,
  ParamSpec,
  TypeVarTuple
} from '../ast';
import type { SyntaxProblem } from '../syntax/model';

/** Where a name of a scope lives; see "Naming and binding" of the language reference. */
export type NameScope = 'local' | 'cell' | 'free' | 'global-explicit' | 'global-implicit';

/** What one scope does with one name. */
export interface PythonSymbol {
  /** Mangled where Python mangles (`__x` inside a class C is `_C__x`). */
  name: string;
  scope: NameScope;
  /** It is bound here: assigned, deleted, defined, imported, captured, a parameter. */
  bound: boolean;
  /** Bound other than by an import or as a parameter. */
  assigned: boolean;
  imported: boolean;
  parameter: boolean;
  /** It is read (`del` does not count). */
  referenced: boolean;
  /** It is the target of a simple annotated assignment. */
  annotated: boolean;
  /** By a `global` statement. */
  declaredGlobal: boolean;
  /** By a `nonlocal` statement. */
  declaredNonlocal: boolean;
  /** It is the target of a comprehension of this scope. */
  iterationVariable: boolean;
  /** In a class: a name of an enclosing function, used by a method, that the class also binds. */
  freeInClass: boolean;
  /** It is a type parameter (PEP 695). */
  typeParameter: boolean;
}

/** `type-parameters`: the scope around a generic definition; the others of annotations are those of PEP 695. */
export type ScopeKind =
  | 'module'
  | 'class'
  | 'function'
  | 'lambda'
  | 'comprehension'
  | 'type-parameters'
  | 'type-variable'
  | 'type-alias';

/** A node that opens a scope of its own. A generic definition opens two: see `ModuleScopes`. */
export type ScopeNode =
  | FunctionDef
  | ClassDef
  | Lambda
  | ListComp
  | SetComp
  | DictComp
  | GeneratorExp
  | TypeAlias
  | TypeVar
  | ParamSpec
  | TypeVarTuple;

export interface Scope {
  kind: ScopeKind;
  /** As CPython calls it: `top`, the name of a function or class, `lambda`, `listcomp`, `genexpr`, ... */
  name: string;
  /** Null for the module. */
  node: ScopeNode | null;
  parent: Scope | null;
  children: Scope[];
  /** In order of first mention. */
  symbols: Map<string, PythonSymbol>;
  isAsync: boolean;
  isGenerator: boolean;
}

export interface ModuleScopes {
  module: Scope;
  /**
   * The scope that a node opens. Of a generic definition it is that of its body, whose parent is the scope of
   * kind `type-parameters`; of a type parameter with a bound and a default it is that of the bound.
   */
  of: Map<ScopeNode, Scope>;
  /** What CPython's symbol table refuses: `global x` after a use of `x`, `nonlocal` without a binding, ... */
  errors: SyntaxProblem[];
}
