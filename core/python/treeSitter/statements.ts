import type { ExceptHandler, Expr, MatchCase, Name, Operator, Stmt, Try } from '../ast';
import { splitAs } from './asPatterns';
import { Cst } from './cst';
import { lowerArguments, readableExpressions } from './expressions';
import { lowerFutureImport, lowerImport, lowerImportFrom } from './imports';
import type { Lowering } from './lowering';
import { after, items, readable } from './lowering';
import { lowerParameters } from './parameters';
import { lowerCasePatterns } from './patterns';
import { toTarget } from './targets';
import { lowerWithItems } from './withItems';

/** Lowers the statements directly below a module or a block; what is none of them becomes `InvalidStmt`. */
export function lowerBody(lowering: Lowering, node: Cst | undefined): Stmt[] {
  if (node === undefined) return [];
  const body: Stmt[] = [];
  for (const child of node.children) {
    if (child.type === ';') continue;
    body.push(lowerStatement(lowering, child));
  }
  return body;
}

/** The block of a compound statement, which must not be empty. */
function lowerBlock(lowering: Lowering, node: Cst, block = node.child('block')): Stmt[] {
  const body = lowerBody(lowering, block);
  if (body.length === 0) lowering.problem('expected an indented block', block ?? node);
  return body;
}

function lowerStatement(lowering: Lowering, node: Cst): Stmt {
  const statement = lowerKnown(lowering, node);
  if (statement === null) return lowerInvalid(lowering, node);
  const lost = node.children.filter(child => child.type === 'ERROR');
  if (lost.length === 0) return statement;
  const rest = lost.flatMap(error => lowerRemains(lowering, error));
  return { kind: 'InvalidStmt', body: [...rest, statement], range: statement.range };
}

function lowerInvalid(lowering: Lowering, node: Cst): Stmt {
  if (node.type !== 'ERROR') lowering.problem('invalid syntax', node);
  return {
    kind: 'InvalidStmt',
    body: lowerRemains(lowering, node),
    range: lowering.range(node)
  };
}

/** The statements and expressions that can be read inside an error. */
function lowerRemains(lowering: Lowering, node: Cst): Stmt[] {
  return node.children.flatMap(child => {
    const statement = child.type === 'ERROR' ? null : lowerKnown(lowering, child);
    if (statement !== null) return [statement];
    if (child.type === 'block') return lowerBody(lowering, child);
    const wrapper = new Cst('ERROR', child.start, child.end, [child]);
    return readableExpressions(lowering, wrapper).map((value): Stmt => ({
      kind: 'Expr',
      value,
      range: value.range
    }));
  });
}

function lowerKnown(lowering: Lowering, node: Cst): Stmt | null {
  const range = lowering.range(node);
  switch (node.type) {
    case 'expression_statement':
      return lowerExpressionStatement(lowering, node);
    case 'if_statement':
      return lowerIf(lowering, node, node.children);
    case 'function_definition':
      return lowerFunction(lowering, node, []);
    case 'return_statement': {
      const value = after(node, 'return');
      return { kind: 'Return', value: value ? lowering.element(value) : null, range };
    }
    case 'import_statement':
      return lowerImport(lowering, node);
    case 'import_from_statement':
      return lowerImportFrom(lowering, node);
    case 'future_import_statement':
      return lowerFutureImport(lowering, node);
    case 'for_statement':
      return lowerFor(lowering, node);
    case 'while_statement':
      return {
        kind: 'While',
        test: lowering.optionalExpression(after(node, 'while'), node),
        body: lowerBlock(lowering, node),
        orelse: lowerElse(lowering, node),
        range
      };
    case 'class_definition':
      return lowerClass(lowering, node, []);
    case 'decorated_definition':
      return lowerDecorated(lowering, node);
    case 'with_statement':
      return {
        kind: 'With',
        items: lowerWithItems(lowering, node),
        body: lowerBlock(lowering, node),
        isAsync: node.has('async'),
        range
      };
    case 'try_statement':
      return lowerTry(lowering, node);
    case 'match_statement':
      return lowerMatch(lowering, node);
    case 'raise_statement':
      return lowerRaise(lowering, node);
    case 'assert_statement':
      return lowerAssert(lowering, node);
    case 'delete_statement':
      return lowerDelete(lowering, node);
    case 'global_statement':
    case 'nonlocal_statement':
      return {
        kind: node.type === 'global_statement' ? 'Global' : 'Nonlocal',
        names: node.children
          .filter(child => child.type === 'identifier')
          .map(child => lowering.identifier(child)),
        range
      };
    case 'pass_statement':
      return { kind: 'Pass', range };
    case 'break_statement':
      return { kind: 'Break', range };
    case 'continue_statement':
      return { kind: 'Continue', range };
    case 'type_alias_statement':
      return lowerTypeAlias(lowering, node);
    default:
      return null;
  }
}

// Simple statements

function lowerExpressionStatement(lowering: Lowering, node: Cst): Stmt {
  const parts = items(node);
  const first = parts[0];
  if (first?.type === 'assignment') return lowerAssignment(lowering, first);
  if (first?.type === 'augmented_assignment') return lowerAugmented(lowering, first);
  const range = lowering.range(node);
  if (parts.length === 1 && !node.has(',')) {
    return { kind: 'Expr', value: lowering.optionalElement(first, node), range };
  }
  const elts = parts.map(part => lowering.element(part));
  return { kind: 'Expr', value: { kind: 'Tuple', elts, ctx: 'Load', range }, range };
}

function lowerAssignment(lowering: Lowering, node: Cst): Stmt {
  if (node.has(':')) return lowerAnnotated(lowering, node);
  const range = lowering.range(node);
  const targets: Expr[] = [];
  let current: Cst | undefined = node;
  while (current?.type === 'assignment') {
    if (current.has(':')) lowering.problem('invalid syntax', current);
    targets.push(
      toTarget(lowering, lowering.optionalExpression(readable(current)[0], current), 'Store')
    );
    current = after(current, '=');
  }
  for (const target of targets) {
    if (target.kind === 'Starred') {
      lowering.problems.push({
        message: 'starred assignment target must be in a list or tuple',
        range: target.range
      });
    }
  }
  return { kind: 'Assign', targets, value: lowerRightSide(lowering, current, node), range };
}

function lowerRightSide(lowering: Lowering, node: Cst | undefined, around: Cst): Expr {
  if (node?.type === 'assignment' || node?.type === 'augmented_assignment') {
    lowering.problem('invalid syntax', node);
    return { kind: 'InvalidExpr', values: [], range: lowering.range(node) };
  }
  return lowering.optionalElement(node, around);
}

function lowerAnnotated(lowering: Lowering, node: Cst): Stmt {
  const left = readable(node)[0];
  const target = toTarget(lowering, lowering.optionalExpression(left, node), 'Store');
  if (target.kind === 'Tuple' || target.kind === 'List') {
    const what = target.kind === 'Tuple' ? 'tuple' : 'list';
    lowering.problems.push({
      message: `only single target (not ${what}) can be annotated`,
      range: target.range
    });
  }
  const annotation = lowering.optionalExpression(after(node, ':'), node);
  const value = node.has('=') ? lowerRightSide(lowering, after(node, '='), node) : null;
  const simple = target.kind === 'Name' && left?.type === 'identifier';
  return { kind: 'AnnAssign', target, annotation, value, simple, range: lowering.range(node) };
}

function lowerAugmented(lowering: Lowering, node: Cst): Stmt {
  const [left, operator, right] = readable(node);
  const target = toTarget(lowering, lowering.optionalExpression(left, node), 'Store');
  if (target.kind === 'Tuple' || target.kind === 'List') {
    lowering.problems.push({
      message: `'${target.kind.toLowerCase()}' is an illegal expression for augmented assignment`,
      range: target.range
    });
  }
  return {
    kind: 'AugAssign',
    target,
    op: (operator?.type.slice(0, -1) ?? '+') as Operator,
    value: lowerRightSide(lowering, right, node),
    range: lowering.range(node)
  };
}

function lowerRaise(lowering: Lowering, node: Cst): Stmt {
  const exc = after(node, 'raise');
  return {
    kind: 'Raise',
    exc: exc === undefined || exc.type === 'from' ? null : lowering.expression(exc),
    cause: node.has('from') ? lowering.optionalExpression(after(node, 'from'), node) : null,
    range: lowering.range(node)
  };
}

function lowerAssert(lowering: Lowering, node: Cst): Stmt {
  const [test, msg] = items(node).slice(1);
  return {
    kind: 'Assert',
    test: lowering.optionalExpression(test, node),
    msg: msg === undefined ? null : lowering.expression(msg),
    range: lowering.range(node)
  };
}

function lowerDelete(lowering: Lowering, node: Cst): Stmt {
  const operand = after(node, 'del');
  const targets =
    operand?.type === 'expression_list'
      ? items(operand).map(item => lowering.element(item))
      : [lowering.optionalExpression(operand, node)];
  for (const target of targets) toTarget(lowering, target, 'Del');
  return { kind: 'Delete', targets, range: lowering.range(node) };
}

function lowerTypeAlias(lowering: Lowering, node: Cst): Stmt {
  const left = node.children[1];
  const nameNode = left && firstIdentifier(left);
  const name: Name | null = nameNode
    ? {
        kind: 'Name',
        id: lowering.identifier(nameNode),
        ctx: 'Store',
        range: lowering.range(nameNode)
      }
    : null;
  const value = lowering.optionalExpression(after(node, '='), node);
  const range = lowering.range(node);
  if (name === null || nameNode === undefined) {
    lowering.problem('invalid syntax', node);
    return { kind: 'InvalidStmt', body: [{ kind: 'Expr', value, range: value.range }], range };
  }
  const typeParams = lowering.typeParams.get(nameNode.start) ?? [];
  return { kind: 'TypeAlias', name, typeParams, value, range };
}

function firstIdentifier(node: Cst): Cst | undefined {
  if (node.type === 'identifier') return node;
  return node.type === 'type' && node.children[0] ? firstIdentifier(node.children[0]) : undefined;
}

// Compound statements

function lowerElse(lowering: Lowering, node: Cst): Stmt[] {
  const clause = node.child('else_clause');
  return clause === undefined ? [] : lowerBlock(lowering, clause);
}

/** `rest`: the `elif` and `else` clauses that follow. */
function lowerIf(lowering: Lowering, node: Cst, rest: readonly Cst[]): Stmt {
  const keyword = node.type === 'elif_clause' ? 'elif' : 'if';
  const test = lowering.optionalExpression(after(node, keyword), node);
  const body = lowerBlock(lowering, node);
  const clauses = rest.filter(
    clause => clause.type === 'elif_clause' || clause.type === 'else_clause'
  );
  const [next, ...others] = clauses;
  const orelse =
    next === undefined
      ? []
      : next.type === 'elif_clause'
        ? [lowerIf(lowering, next, others)]
        : lowerBlock(lowering, next);
  const end = clauses.at(-1)?.end ?? node.end;
  return { kind: 'If', test, body, orelse, range: lowering.range({ start: node.start, end }) };
}

function lowerFor(lowering: Lowering, node: Cst): Stmt {
  return {
    kind: 'For',
    target: toTarget(lowering, lowering.optionalExpression(after(node, 'for'), node), 'Store'),
    iter: lowering.optionalExpression(after(node, 'in'), node),
    body: lowerBlock(lowering, node),
    orelse: lowerElse(lowering, node),
    isAsync: node.has('async'),
    range: lowering.range(node)
  };
}

function lowerTry(lowering: Lowering, node: Cst): Stmt {
  const clauses = node.children.filter(child => child.type === 'except_clause');
  const handlers = clauses.map(clause => lowerHandler(lowering, clause));
  const final = node.child('finally_clause');
  const result: Try = {
    kind: 'Try',
    body: lowerBlock(lowering, node),
    handlers,
    orelse: lowerElse(lowering, node),
    finalbody: final === undefined ? [] : lowerBlock(lowering, final),
    isStar: clauses.some(isStarClause),
    range: lowering.range(node)
  };
  if (clauses.length === 0 && final === undefined) {
    lowering.problem("expected 'except' or 'finally' block", node);
  }
  if (result.isStar && !clauses.every(isStarClause)) {
    lowering.problem("cannot have both 'except' and 'except*' on the same 'try'", node);
  }
  return result;
}

function isStarClause(clause: Cst): boolean {
  return clause.children[1]?.type === '*' || clause.children[1]?.type === 'list_splat';
}

function lowerHandler(lowering: Lowering, clause: Cst): ExceptHandler {
  const colon = clause.children.findIndex(child => child.type === ':');
  const head = clause.children
    .slice(1, colon === -1 ? undefined : colon)
    .filter(child => child.type !== 'ERROR' && child.type !== '*')
    .map(child => (child.type === 'list_splat' ? child.children[1]! : child));
  const { types, name } = splitAlias(head);
  return {
    kind: 'ExceptHandler',
    type: handlerType(lowering, types),
    name: name === undefined ? null : handlerName(lowering, name),
    body: lowerBlock(lowering, clause),
    range: lowering.range(clause)
  };
}

/** The grammar has `as` both in the clause and in the expression. */
function splitAlias(head: readonly Cst[]): { types: readonly Cst[]; name: Cst | undefined } {
  const only = head[0];
  if (head.length === 1 && only !== undefined) {
    const { value, target } = splitAs(only);
    return { types: [value], name: target };
  }
  const at = head.findIndex(child => child.type === 'as');
  return at === -1
    ? { types: head, name: undefined }
    : { types: head.slice(0, at), name: head[at + 1] };
}

function handlerType(lowering: Lowering, types: readonly Cst[]): Expr | null {
  const [first] = types;
  if (first === undefined) return null;
  if (types.length === 1) return lowering.expression(first);
  const elts = types.filter(type => type.type !== ',').map(type => lowering.expression(type));
  const range = lowering.range({ start: first.start, end: types.at(-1)!.end });
  return { kind: 'Tuple', elts, ctx: 'Load', range };
}

function handlerName(lowering: Lowering, node: Cst): string | null {
  if (node.type === 'identifier') return lowering.identifier(node);
  lowering.problem('cannot use except statement with this target', node);
  return null;
}

function lowerMatch(lowering: Lowering, node: Cst): Stmt {
  const colon = node.children.findIndex(child => child.type === ':');
  const head = node.children.slice(1, colon).filter(child => child.type !== 'ERROR');
  const subjects = head.filter(child => child.type !== ',').map(child => lowering.element(child));
  const isTuple = head.some(child => child.type === ',') || subjects[0]?.kind === 'Starred';
  const subject: Expr =
    subjects.length === 1 && !isTuple
      ? subjects[0]!
      : {
          kind: 'Tuple',
          elts: subjects,
          ctx: 'Load',
          range: lowering.range({
            start: head[0]?.start ?? node.start,
            end: head.at(-1)?.end ?? node.start
          })
        };
  const clauses = node.child('block')?.children ?? [];
  const cases = clauses
    .filter(clause => clause.type === 'case_clause')
    .map(clause => lowerCase(lowering, clause));
  if (cases.length === 0) lowering.problem('expected at least one case block', node);
  return { kind: 'Match', subject, cases, range: lowering.range(node) };
}

function lowerCase(lowering: Lowering, clause: Cst): MatchCase {
  const guard = clause.child('if_clause');
  return {
    kind: 'MatchCase',
    pattern: lowerCasePatterns(lowering, clause),
    guard: guard === undefined ? null : lowering.optionalExpression(after(guard, 'if'), guard),
    body: lowerBlock(lowering, clause),
    range: lowering.range(clause)
  };
}

// Definitions

function lowerDecorated(lowering: Lowering, node: Cst): Stmt | null {
  const decorators = node.children
    .filter(child => child.type === 'decorator')
    .map(child => lowering.optionalExpression(after(child, '@'), child));
  const definition = node.children.find(
    child => child.type === 'function_definition' || child.type === 'class_definition'
  );
  if (definition === undefined) return null;
  return definition.type === 'class_definition'
    ? lowerClass(lowering, definition, decorators)
    : lowerFunction(lowering, definition, decorators);
}

function lowerFunction(lowering: Lowering, node: Cst, decorators: Expr[]): Stmt | null {
  const name = node.child('identifier');
  if (name === undefined) return null;
  const parameters = node.child('parameters');
  return {
    kind: 'FunctionDef',
    name: lowering.identifier(name),
    nameRange: lowering.range(name),
    typeParams: lowering.typeParams.get(name.start) ?? [],
    args: lowerParameters(lowering, parameters, { start: name.end, end: name.end }),
    body: lowerBlock(lowering, node),
    decorators,
    returns: node.has('->') ? lowering.optionalExpression(after(node, '->'), node) : null,
    isAsync: node.has('async'),
    range: lowering.range(node)
  };
}

function lowerClass(lowering: Lowering, node: Cst, decorators: Expr[]): Stmt | null {
  const name = node.child('identifier');
  if (name === undefined) return null;
  const list = node.child('argument_list');
  const { args, keywords } = list ? lowerArguments(lowering, list) : { args: [], keywords: [] };
  return {
    kind: 'ClassDef',
    name: lowering.identifier(name),
    nameRange: lowering.range(name),
    typeParams: lowering.typeParams.get(name.start) ?? [],
    bases: args,
    keywords,
    body: lowerBlock(lowering, node),
    decorators,
    range: lowering.range(node)
  };
}
