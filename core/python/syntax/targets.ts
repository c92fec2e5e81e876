import type { Expr, ExprContext } from '../ast';
import type { Reader } from './reader';

type TargetUse = Exclude<ExprContext, 'Load'>;

const DESCRIPTIONS: Partial<Record<Expr['kind'], string>> = {
  Call: 'function call',
  Constant: 'literal',
  BinOp: 'expression',
  UnaryOp: 'expression',
  BoolOp: 'expression',
  Compare: 'comparison',
  Lambda: 'lambda',
  IfExp: 'conditional expression',
  Dict: 'dict literal',
  Set: 'set display',
  ListComp: 'list comprehension',
  SetComp: 'set comprehension',
  DictComp: 'dict comprehension',
  GeneratorExp: 'generator expression',
  Await: 'await expression',
  Yield: 'yield expression',
  YieldFrom: 'yield expression',
  NamedExpr: 'named expression',
  JoinedStr: 'f-string expression',
  TemplateStr: 't-string expression',
  Attribute: 'attribute',
  Subscript: 'subscript',
  Tuple: 'tuple',
  List: 'list',
  Starred: 'starred'
};

/** Makes an expression the target of an assignment or a `del`; what cannot be one is reported. */
export function toTarget(reader: Reader, expr: Expr, ctx: TargetUse): Expr {
  switch (expr.kind) {
    case 'Name':
    case 'Attribute':
    case 'Subscript':
      expr.ctx = ctx;
      break;
    case 'Starred':
      expr.ctx = ctx;
      toTarget(reader, expr.value, ctx);
      break;
    case 'List':
    case 'Tuple':
      expr.ctx = ctx;
      for (const element of expr.elts) toTarget(reader, element, ctx);
      break;
    case 'InvalidExpr':
      break;
    default:
      reader.refuse(refusal(expr, ctx), expr);
  }
  return expr;
}

function refusal(expr: Expr, ctx: TargetUse): string {
  const what = describe(expr);
  return ctx === 'Del' ? `cannot delete ${what}` : `cannot assign to ${what}`;
}

/** What an expression is, in CPython's words. */
export function describe(expr: Expr): string {
  if (expr.kind === 'Constant') {
    switch (expr.value.type) {
      case 'bool':
        return expr.value.value ? 'True' : 'False';
      case 'None':
        return 'None';
      case 'Ellipsis':
        return 'ellipsis';
    }
  }
  return DESCRIPTIONS[expr.kind] ?? 'expression';
}
