import type { Range } from '../diagnostics';

/**
 * The syntax tree of Python, plain data in the shape of CPython's `ast` module (names, order of fields), up to
 * Python 3.14. What differs, and why:
 *
 * - `kind` tells the nodes apart; every node has its `range` (line from 1, column from 0 in code points).
 * - `async` forms are a flag (`isAsync`), so that a walker cannot forget them; so is `except*` (`Try.isStar`).
 * - A constant carries its Python type; integers are decimal digits, so the tree survives JSON.
 * - `Invalid` stands for text that is not Python; what could be read inside it is kept below it.
 * - Identifiers are NFKC-normalised, as Python sees them, and not mangled (scopes.ts does that).
 */

export type ExprContext = 'Load' | 'Store' | 'Del';

export interface NodeBase {
  range: Range;
}

// Statements

export interface FunctionDef extends NodeBase {
  kind: 'FunctionDef';
  name: string;
  nameRange: Range;
  typeParams: TypeParam[];
  args: Arguments;
  body: Stmt[];
  decorators: Expr[];
  returns: Expr | null;
  isAsync: boolean;
}
export interface ClassDef extends NodeBase {
  kind: 'ClassDef';
  name: string;
  nameRange: Range;
  typeParams: TypeParam[];
  bases: Expr[];
  keywords: Keyword[];
  body: Stmt[];
  decorators: Expr[];
}
export interface Return extends NodeBase {
  kind: 'Return';
  value: Expr | null;
}
export interface Delete extends NodeBase {
  kind: 'Delete';
  targets: Expr[];
}
export interface Assign extends NodeBase {
  kind: 'Assign';
  /** One a `=`: `a = b = 1` has two, `a, b = 1, 2` one (a tuple). */
  targets: Expr[];
  value: Expr;
}
export interface TypeAlias extends NodeBase {
  kind: 'TypeAlias';
  name: Name;
  typeParams: TypeParam[];
  value: Expr;
}
export interface AugAssign extends NodeBase {
  kind: 'AugAssign';
  /** Its context is Store, as in CPython, though it is read too. */
  target: Expr;
  op: Operator;
  value: Expr;
}
export interface AnnAssign extends NodeBase {
  kind: 'AnnAssign';
  target: Expr;
  annotation: Expr;
  value: Expr | null;
  /** The target is a bare name without parentheses, the only form that makes it local. */
  simple: boolean;
}
export interface For extends NodeBase {
  kind: 'For';
  target: Expr;
  iter: Expr;
  body: Stmt[];
  orelse: Stmt[];
  isAsync: boolean;
}
export interface While extends NodeBase {
  kind: 'While';
  test: Expr;
  body: Stmt[];
  orelse: Stmt[];
}
export interface If extends NodeBase {
  kind: 'If';
  test: Expr;
  body: Stmt[];
  /** `elif` is a single `If` in here. */
  orelse: Stmt[];
}
export interface With extends NodeBase {
  kind: 'With';
  items: WithItem[];
  body: Stmt[];
  isAsync: boolean;
}
export interface Match extends NodeBase {
  kind: 'Match';
  subject: Expr;
  cases: MatchCase[];
}
export interface Raise extends NodeBase {
  kind: 'Raise';
  exc: Expr | null;
  cause: Expr | null;
}
export interface Try extends NodeBase {
  kind: 'Try';
  body: Stmt[];
  handlers: ExceptHandler[];
  orelse: Stmt[];
  finalbody: Stmt[];
  isStar: boolean;
}
export interface Assert extends NodeBase {
  kind: 'Assert';
  test: Expr;
  msg: Expr | null;
}
export interface Import extends NodeBase {
  kind: 'Import';
  names: Alias[];
}
export interface ImportFrom extends NodeBase {
  kind: 'ImportFrom';
  /** Null in `from . import x`. */
  module: string | null;
  /** A star import is the single alias `*`. */
  names: Alias[];
  /** Number of leading dots. */
  level: number;
}
export interface Global extends NodeBase {
  kind: 'Global';
  names: string[];
}
export interface Nonlocal extends NodeBase {
  kind: 'Nonlocal';
  names: string[];
}
export interface ExprStmt extends NodeBase {
  kind: 'Expr';
  value: Expr;
}
export interface Pass extends NodeBase {
  kind: 'Pass';
}
export interface Break extends NodeBase {
  kind: 'Break';
}
export interface Continue extends NodeBase {
  kind: 'Continue';
}
/** Text that is not a statement; a syntax problem has been reported for it. */
export interface InvalidStmt extends NodeBase {
  kind: 'InvalidStmt';
  /** What could be read inside it, in order of the text. */
  body: Stmt[];
}

export type Stmt =
  | FunctionDef
  | ClassDef
  | Return
  | Delete
  | Assign
  | TypeAlias
  | AugAssign
  | AnnAssign
  | For
  | While
  | If
  | With
  | Match
  | Raise
  | Try
  | Assert
  | Import
  | ImportFrom
  | Global
  | Nonlocal
  | ExprStmt
  | Pass
  | Break
  | Continue
  | InvalidStmt;

// Expressions

export type Operator =
  '+' | '-' | '*' | '@' | '/' | '%' | '**' | '<<' | '>>' | '|' | '^' | '&' | '//';
export type UnaryOperator = '~' | 'not' | '+' | '-';
export type CompareOperator =
  '==' | '!=' | '<' | '<=' | '>' | '>=' | 'is' | 'is not' | 'in' | 'not in';

export interface BoolOp extends NodeBase {
  kind: 'BoolOp';
  op: 'and' | 'or';
  /** Two or more. */
  values: Expr[];
}
export interface NamedExpr extends NodeBase {
  kind: 'NamedExpr';
  target: Name;
  value: Expr;
}
export interface BinOp extends NodeBase {
  kind: 'BinOp';
  left: Expr;
  op: Operator;
  right: Expr;
}
export interface UnaryOp extends NodeBase {
  kind: 'UnaryOp';
  op: UnaryOperator;
  operand: Expr;
}
export interface Lambda extends NodeBase {
  kind: 'Lambda';
  args: Arguments;
  body: Expr;
}
export interface IfExp extends NodeBase {
  kind: 'IfExp';
  test: Expr;
  body: Expr;
  orelse: Expr;
}
export interface Dict extends NodeBase {
  kind: 'Dict';
  /** Null where the value is unpacked (`**value`). As long as `values`. */
  keys: (Expr | null)[];
  values: Expr[];
}
export interface SetExpr extends NodeBase {
  kind: 'Set';
  elts: Expr[];
}
export interface ListComp extends NodeBase {
  kind: 'ListComp';
  elt: Expr;
  generators: Comprehension[];
}
export interface SetComp extends NodeBase {
  kind: 'SetComp';
  elt: Expr;
  generators: Comprehension[];
}
export interface DictComp extends NodeBase {
  kind: 'DictComp';
  key: Expr;
  value: Expr;
  generators: Comprehension[];
}
export interface GeneratorExp extends NodeBase {
  kind: 'GeneratorExp';
  elt: Expr;
  generators: Comprehension[];
}
export interface Await extends NodeBase {
  kind: 'Await';
  value: Expr;
}
export interface Yield extends NodeBase {
  kind: 'Yield';
  value: Expr | null;
}
export interface YieldFrom extends NodeBase {
  kind: 'YieldFrom';
  value: Expr;
}
export interface Compare extends NodeBase {
  kind: 'Compare';
  left: Expr;
  ops: CompareOperator[];
  comparators: Expr[];
}
export interface Call extends NodeBase {
  kind: 'Call';
  func: Expr;
  args: Expr[];
  keywords: Keyword[];
}
/** An f-string; concatenated literals are one node, as in CPython. */
export interface JoinedStr extends NodeBase {
  kind: 'JoinedStr';
  /** String constants and interpolations. */
  values: Expr[];
}
export interface FormattedValue extends NodeBase {
  kind: 'FormattedValue';
  value: Expr;
  /** The letter after `!`. */
  conversion: 's' | 'r' | 'a' | null;
  formatSpec: JoinedStr | null;
}
/** A t-string (PEP 750). */
export interface TemplateStr extends NodeBase {
  kind: 'TemplateStr';
  values: Expr[];
}
export interface Interpolation extends NodeBase {
  kind: 'Interpolation';
  value: Expr;
  /** The text of the expression. */
  str: string;
  conversion: 's' | 'r' | 'a' | null;
  formatSpec: JoinedStr | null;
}
export interface Constant extends NodeBase {
  kind: 'Constant';
  value: ConstantValue;
}
export interface Attribute extends NodeBase {
  kind: 'Attribute';
  value: Expr;
  attr: string;
  ctx: ExprContext;
}
export interface Subscript extends NodeBase {
  kind: 'Subscript';
  value: Expr;
  slice: Expr;
  ctx: ExprContext;
}
export interface Starred extends NodeBase {
  kind: 'Starred';
  value: Expr;
  ctx: ExprContext;
}
export interface Name extends NodeBase {
  kind: 'Name';
  id: string;
  ctx: ExprContext;
}
export interface List extends NodeBase {
  kind: 'List';
  elts: Expr[];
  ctx: ExprContext;
}
export interface Tuple extends NodeBase {
  kind: 'Tuple';
  elts: Expr[];
  ctx: ExprContext;
}
export interface Slice extends NodeBase {
  kind: 'Slice';
  lower: Expr | null;
  upper: Expr | null;
  step: Expr | null;
}
/** Text that is not an expression; a syntax problem has been reported for it. */
export interface InvalidExpr extends NodeBase {
  kind: 'InvalidExpr';
  /** What could be read inside it, in order of the text. */
  values: Expr[];
}

export type Expr =
  | BoolOp
  | NamedExpr
  | BinOp
  | UnaryOp
  | Lambda
  | IfExp
  | Dict
  | SetExpr
  | ListComp
  | SetComp
  | DictComp
  | GeneratorExp
  | Await
  | Yield
  | YieldFrom
  | Compare
  | Call
  | JoinedStr
  | FormattedValue
  | TemplateStr
  | Interpolation
  | Constant
  | Attribute
  | Subscript
  | Starred
  | Name
  | List
  | Tuple
  | Slice
  | InvalidExpr;

export type ConstantValue =
  | { type: 'str'; value: string }
  /** One character a byte (0 to 255). */
  | { type: 'bytes'; value: string }
  /** Decimal digits without sign, separators or leading zeros: integers have no bound. */
  | { type: 'int'; value: string }
  | { type: 'float'; value: number }
  /** The imaginary part. */
  | { type: 'complex'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'None' }
  | { type: 'Ellipsis' };

// Parts of statements and expressions

export interface Comprehension extends NodeBase {
  kind: 'Comprehension';
  target: Expr;
  iter: Expr;
  ifs: Expr[];
  isAsync: boolean;
}
export interface ExceptHandler extends NodeBase {
  kind: 'ExceptHandler';
  type: Expr | null;
  name: string | null;
  body: Stmt[];
}
export interface Arguments extends NodeBase {
  kind: 'Arguments';
  posonlyargs: Arg[];
  args: Arg[];
  vararg: Arg | null;
  kwonlyargs: Arg[];
  /** As long as `kwonlyargs`; null where a value must be given. */
  kwDefaults: (Expr | null)[];
  kwarg: Arg | null;
  /** Those of the last positional parameters. */
  defaults: Expr[];
}
export interface Arg extends NodeBase {
  kind: 'Arg';
  arg: string;
  annotation: Expr | null;
}
export interface Keyword extends NodeBase {
  kind: 'Keyword';
  /** Null in `**value`. */
  arg: string | null;
  value: Expr;
}
export interface Alias extends NodeBase {
  kind: 'Alias';
  /** Dotted name, or `*`. */
  name: string;
  asname: string | null;
}
export interface WithItem extends NodeBase {
  kind: 'WithItem';
  contextExpr: Expr;
  optionalVars: Expr | null;
}
export interface MatchCase extends NodeBase {
  kind: 'MatchCase';
  pattern: Pattern;
  guard: Expr | null;
  body: Stmt[];
}

// Patterns of `case`

export interface MatchValue extends NodeBase {
  kind: 'MatchValue';
  value: Expr;
}
export interface MatchSingleton extends NodeBase {
  kind: 'MatchSingleton';
  value: boolean | null;
}
export interface MatchSequence extends NodeBase {
  kind: 'MatchSequence';
  patterns: Pattern[];
}
export interface MatchMapping extends NodeBase {
  kind: 'MatchMapping';
  keys: Expr[];
  patterns: Pattern[];
  /** The name in `**rest`. */
  rest: string | null;
}
export interface MatchClass extends NodeBase {
  kind: 'MatchClass';
  cls: Expr;
  patterns: Pattern[];
  kwdAttrs: string[];
  kwdPatterns: Pattern[];
}
export interface MatchStar extends NodeBase {
  kind: 'MatchStar';
  /** Null in `*_`. */
  name: string | null;
}
export interface MatchAs extends NodeBase {
  kind: 'MatchAs';
  pattern: Pattern | null;
  /** A capture; null in the wildcard `_`. */
  name: string | null;
}
export interface MatchOr extends NodeBase {
  kind: 'MatchOr';
  patterns: Pattern[];
}

export type Pattern =
  | MatchValue
  | MatchSingleton
  | MatchSequence
  | MatchMapping
  | MatchClass
  | MatchStar
  | MatchAs
  | MatchOr;

// Type parameters (PEP 695, 696)

export interface TypeVar extends NodeBase {
  kind: 'TypeVar';
  name: string;
  bound: Expr | null;
  default: Expr | null;
}
export interface ParamSpec extends NodeBase {
  kind: 'ParamSpec';
  name: string;
  default: Expr | null;
}
export interface TypeVarTuple extends NodeBase {
  kind: 'TypeVarTuple';
  name: string;
  default: Expr | null;
}
export type TypeParam = TypeVar | ParamSpec | TypeVarTuple;

/** Any node of the tree. */
export type Node =
  | Stmt
  | Expr
  | Comprehension
  | ExceptHandler
  | Arguments
  | Arg
  | Keyword
  | Alias
  | WithItem
  | MatchCase
  | Pattern
  | TypeParam;
