import type {
  CompareOperator,
  Comprehension,
  Constant,
  ConstantValue,
  Dict,
  Expr,
  Keyword,
  Name,
  Operator,
  Subscript,
  Tuple,
  UnaryOperator
} from '../ast';
import type { Cst } from './cst';
import type { Lowering } from './lowering';
import { after, items, readable } from './lowering';
import { numberValue } from './numbers';
import { lowerParameters } from './parameters';
import { belowStar } from './stars';
import { lowerString } from './strings';
import { toTarget } from './targets';

/** Lowers any expression of the grammar; what is none becomes `InvalidExpr`. */
export function lowerExpression(lowering: Lowering, node: Cst): Expr {
  switch (node.type) {
    case 'identifier':
      return lowerName(lowering, node);
    case 'attribute':
      return lowerAttribute(lowering, node);
    case 'call':
      return lowerCall(lowering, node);
    case 'string':
    case 'concatenated_string':
      return lowerString(lowering, node);
    case 'integer':
    case 'float':
      return lowerNumber(lowering, node);
    case 'true':
      return constant(lowering, node, { type: 'bool', value: true });
    case 'false':
      return constant(lowering, node, { type: 'bool', value: false });
    case 'none':
      return constant(lowering, node, { type: 'None' });
    case 'ellipsis':
      return constant(lowering, node, { type: 'Ellipsis' });
    case 'subscript':
      return lowerSubscript(lowering, node);
    case 'slice':
      return lowerSlice(lowering, node);
    case 'parenthesized_expression':
    case 'parenthesized_list_splat':
    case 'type':
      return lowering.optionalExpression(items(node)[0], node);
    case 'tuple':
    case 'tuple_pattern':
      return lowerTuple(lowering, node);
    case 'expression_list':
    case 'pattern_list':
      return tuple(lowering, node, items(node));
    case 'list':
    case 'list_pattern':
      return { kind: 'List', elts: all(lowering, items(node)), ctx: 'Load', ...at(lowering, node) };
    case 'set':
      return { kind: 'Set', elts: all(lowering, items(node)), ...at(lowering, node) };
    case 'dictionary':
      return lowerDict(lowering, node);
    case 'binary_operator':
    case 'union_type':
      return lowerBinary(lowering, node);
    case 'boolean_operator':
      return lowerBoolean(lowering, node);
    case 'comparison_operator':
      return lowerCompare(lowering, node);
    case 'unary_operator':
    case 'not_operator':
      return lowerUnary(lowering, node);
    case 'conditional_expression':
      return lowerConditional(lowering, node);
    case 'lambda':
      return lowerLambda(lowering, node);
    case 'named_expression':
      return lowerNamed(lowering, node);
    case 'await':
      return {
        kind: 'Await',
        value: lowering.optionalExpression(after(node, 'await'), node),
        ...at(lowering, node)
      };
    case 'yield':
      return lowerYield(lowering, node);
    case 'list_comprehension':
    case 'set_comprehension':
    case 'generator_expression':
      return lowerComprehension(lowering, node);
    case 'dictionary_comprehension':
      return lowerDictComprehension(lowering, node);
    case 'list_splat':
    case 'list_splat_pattern':
    case 'splat_type':
      return lowerStarred(lowering, node);
    case 'generic_type':
      return lowerGenericType(lowering, node);
    case 'member_type':
      return lowerAttribute(lowering, node);
    default:
      return lowerInvalid(lowering, node);
  }
}

function at(lowering: Lowering, node: Cst): { range: Expr['range'] } {
  return { range: lowering.range(node) };
}

function all(lowering: Lowering, nodes: readonly Cst[]): Expr[] {
  return nodes.map(node => lowering.element(node));
}

function constant(lowering: Lowering, node: Cst, value: ConstantValue): Constant {
  return { kind: 'Constant', value, range: lowering.range(node) };
}

function lowerName(lowering: Lowering, node: Cst): Expr {
  if (node.start === node.end) return lowering.missing(node);
  return {
    kind: 'Name',
    id: lowering.identifier(node),
    ctx: 'Load',
    range: lowering.range(node)
  };
}

function lowerNumber(lowering: Lowering, node: Cst): Expr {
  const value = numberValue(lowering.text(node));
  if (value !== null) return constant(lowering, node, value);
  lowering.problem(
    'invalid number: leading zeros in decimal integer literals are not permitted, nor is a suffix L',
    node
  );
  return { kind: 'InvalidExpr', values: [], ...at(lowering, node) };
}

function lowerAttribute(lowering: Lowering, node: Cst): Expr {
  const parts = readable(node);
  const value = parts[0];
  const name = parts.at(-1);
  if (value === undefined || name?.type !== 'identifier' || name.start === name.end) {
    return lowerInvalid(lowering, node);
  }
  return belowStar(lowering.expression(value), object => ({
    kind: 'Attribute',
    value: object,
    attr: lowering.identifier(name),
    ctx: 'Load',
    ...at(lowering, node)
  }));
}

function lowerCall(lowering: Lowering, node: Cst): Expr {
  const [callee, list] = readable(node);
  if (callee === undefined || list === undefined) return lowerInvalid(lowering, node);
  const passed =
    list.type === 'generator_expression'
      ? { args: [lowering.expression(list)], keywords: [] }
      : lowerArguments(lowering, list);
  return belowStar(lowering.expression(callee), func => ({
    kind: 'Call',
    func,
    ...passed,
    ...at(lowering, node)
  }));
}

/** The arguments of a call or the bases of a class. */
export function lowerArguments(
  lowering: Lowering,
  list: Cst
): { args: Expr[]; keywords: Keyword[] } {
  const args: Expr[] = [];
  const keywords: Keyword[] = [];
  for (const item of items(list)) {
    if (item.type === 'keyword_argument') keywords.push(lowerKeyword(lowering, item));
    else if (item.type === 'dictionary_splat') {
      const value = lowering.optionalExpression(item.children[1], item);
      keywords.push({ kind: 'Keyword', arg: null, value, range: lowering.range(item) });
    } else {
      const argument = lowering.element(item);
      args.push(argument);
      checkPositional(lowering, argument, keywords);
    }
  }
  return { args, keywords };
}

function checkPositional(lowering: Lowering, argument: Expr, keywords: readonly Keyword[]): void {
  const unpacked = keywords.some(keyword => keyword.arg === null);
  const isStarred = argument.kind === 'Starred';
  if (keywords.length === 0 || (isStarred && !unpacked)) return;
  const message = isStarred
    ? 'iterable argument unpacking follows keyword argument unpacking'
    : `positional argument follows keyword argument${unpacked ? ' unpacking' : ''}`;
  lowering.problems.push({ message, range: argument.range });
}

function lowerKeyword(lowering: Lowering, node: Cst): Keyword {
  const name = node.children[0]!;
  return {
    kind: 'Keyword',
    arg: lowering.identifier(name),
    value: lowering.optionalExpression(after(node, '='), node),
    range: lowering.range(node)
  };
}

function lowerSubscript(lowering: Lowering, node: Cst): Expr {
  const parts = readable(node);
  const open = parts.findIndex(part => part.type === '[');
  const value = parts[0];
  const inner = parts.slice(open + 1).filter(part => part.type !== ']');
  if (value === undefined || open < 1) return lowerInvalid(lowering, node);
  return belowStar(lowering.expression(value), object => subscript(lowering, node, object, inner));
}

/** `inner`: what stands between the brackets, commas included. */
function subscript(lowering: Lowering, node: Cst, value: Expr, inner: readonly Cst[]): Subscript {
  const elements = inner.filter(part => part.type !== ',').map(part => lowering.element(part));
  const single = elements.length === 1 && inner.length === 1 && elements[0]!.kind !== 'Starred';
  const first = inner[0];
  const last = inner.at(-1);
  const slice: Expr =
    first === undefined || last === undefined
      ? lowering.missing(node)
      : single
        ? elements[0]!
        : {
            kind: 'Tuple',
            elts: elements,
            ctx: 'Load',
            range: lowering.range({ start: first.start, end: last.end })
          };
  return { kind: 'Subscript', value, slice, ctx: 'Load', range: lowering.range(node) };
}

function lowerGenericType(lowering: Lowering, node: Cst): Expr {
  const [name, list] = readable(node);
  if (name === undefined || list === undefined) return lowerInvalid(lowering, node);
  const inner = readable(list).filter(part => part.type !== '[' && part.type !== ']');
  const value: Expr = {
    kind: 'Name',
    id: lowering.identifier(name),
    ctx: 'Load',
    range: lowering.range(name)
  };
  return subscript(lowering, node, value, inner);
}

function lowerSlice(lowering: Lowering, node: Cst): Expr {
  const parts: (Expr | null)[] = [null];
  for (const child of readable(node)) {
    if (child.type === ':') parts.push(null);
    else parts[parts.length - 1] = lowering.expression(child);
  }
  const [lower = null, upper = null, step = null] = parts;
  return { kind: 'Slice', lower, upper, step, ...at(lowering, node) };
}

function tuple(lowering: Lowering, node: Cst, elements: readonly Cst[]): Tuple {
  return { kind: 'Tuple', elts: all(lowering, elements), ctx: 'Load', ...at(lowering, node) };
}

function lowerTuple(lowering: Lowering, node: Cst): Expr {
  const elements = items(node);
  // The grammar's pattern `(x)` has parentheses only.
  if (node.type === 'tuple_pattern' && elements.length === 1 && !node.has(',')) {
    return lowering.expression(elements[0]!);
  }
  return tuple(lowering, node, elements);
}

function lowerDict(lowering: Lowering, node: Cst): Dict {
  const keys: (Expr | null)[] = [];
  const values: Expr[] = [];
  for (const item of items(node)) {
    if (item.type === 'dictionary_splat') {
      keys.push(null);
      values.push(lowering.optionalExpression(item.children[1], item));
    } else {
      const { key, value } = lowerPair(lowering, item);
      keys.push(key);
      values.push(value);
    }
  }
  return { kind: 'Dict', keys, values, ...at(lowering, node) };
}

function lowerPair(lowering: Lowering, node: Cst): { key: Expr; value: Expr } {
  return {
    key: lowering.optionalExpression(readable(node)[0], node),
    value: lowering.optionalExpression(after(node, ':'), node)
  };
}

function isBinary(node: Cst | undefined): node is Cst {
  return node?.type === 'binary_operator' || node?.type === 'union_type';
}

function isAndOrXor(node: Cst): boolean {
  const operator = readable(node)[1]?.type;
  return operator === '&' || operator === '^';
}

/** Long chains (`a + b + ...`) lean to the left: walked in a loop, so that they cannot exhaust the stack. */
function lowerBinary(lowering: Lowering, node: Cst): Expr {
  if (isAndOrXor(node)) return lowerAndOrXor(lowering, node);
  const chain: Cst[] = [];
  let leftmost: Cst | undefined = node;
  while (isBinary(leftmost) && !isAndOrXor(leftmost)) {
    chain.push(leftmost);
    leftmost = readable(leftmost)[0];
  }
  let left = lowering.optionalExpression(leftmost, node);
  for (const step of chain.reverse()) {
    const [, operator, operand] = readable(step);
    const right = lowering.optionalExpression(operand, step);
    left = binary(lowering, left, operator?.type ?? '+', right, step);
  }
  return left;
}

function binary(
  lowering: Lowering,
  left: Expr,
  operator: string,
  right: Expr,
  place: { start: number; end: number }
): Expr {
  const range = lowering.range(place);
  return belowStar(left, value => ({
    kind: 'BinOp',
    left: value,
    op: operator as Operator,
    right,
    range
  }));
}

/** `&` binds more tightly than `^`; the grammar has it the other way round. */
function lowerAndOrXor(lowering: Lowering, node: Cst): Expr {
  let whole: Cst[] = [];
  const products: Cst[][] = [];
  for (const part of flattenAndOrXor(node)) {
    if (part.type === '^') {
      products.push(whole);
      whole = [];
    } else whole.push(part);
  }
  products.push(whole);
  const start = node.start;
  return products
    .map(parts => lowerProduct(lowering, parts))
    .reduce((left, right) => ({
      expr: binary(lowering, left.expr, '^', right.expr, { start, end: right.end }),
      start,
      end: right.end
    })).expr;
}

interface Operand {
  expr: Expr;
  start: number;
  end: number;
}

/** `parts`: operands with `&` between them. */
function lowerProduct(lowering: Lowering, parts: readonly Cst[]): Operand {
  return parts
    .filter(part => part.type !== '&')
    .map(part => ({ expr: lowering.expression(part), start: part.start, end: part.end }))
    .reduce((left, right) => {
      const place = { start: left.start, end: right.end };
      return { expr: binary(lowering, left.expr, '&', right.expr, place), ...place };
    });
}

function flattenAndOrXor(node: Cst): Cst[] {
  const parts: Cst[] = [];
  let current = node;
  while (isBinary(current) && isAndOrXor(current)) {
    const [left, operator, right] = readable(current);
    if (left === undefined || operator === undefined || right === undefined) break;
    parts.unshift(
      operator,
      ...(isBinary(right) && isAndOrXor(right) ? flattenAndOrXor(right) : [right])
    );
    current = left;
  }
  parts.unshift(current);
  return parts;
}

/** Python has one node for `a and b and c`, the grammar nests them to the left. */
function lowerBoolean(lowering: Lowering, node: Cst): Expr {
  const operator = readable(node)[1]?.type === 'or' ? 'or' : 'and';
  const operands: Expr[] = [];
  let current: Cst = node;
  for (;;) {
    const [left, , right] = readable(current);
    operands.push(lowering.optionalExpression(right, current));
    if (left?.type === 'boolean_operator' && readable(left)[1]?.type === operator) current = left;
    else {
      operands.push(lowering.optionalExpression(left, current));
      break;
    }
  }
  return { kind: 'BoolOp', op: operator, values: operands.reverse(), ...at(lowering, node) };
}

function lowerCompare(lowering: Lowering, node: Cst): Expr {
  const [first, ...rest] = readable(node);
  const ops: CompareOperator[] = [];
  const comparators: Expr[] = [];
  for (let index = 0; index < rest.length; index += 2) {
    const operator = rest[index]!;
    if (operator.type === '<>') lowering.problem("'<>' is not an operator; write '!='", operator);
    ops.push((operator.type === '<>' ? '!=' : operator.type) as CompareOperator);
    comparators.push(lowering.optionalExpression(rest[index + 1], node));
  }
  const left = lowering.optionalExpression(first, node);
  return { kind: 'Compare', left, ops, comparators, ...at(lowering, node) };
}

function lowerUnary(lowering: Lowering, node: Cst): Expr {
  const [operator, operand] = readable(node);
  return {
    kind: 'UnaryOp',
    op: (operator?.type ?? 'not') as UnaryOperator,
    operand: lowering.optionalExpression(operand, node),
    ...at(lowering, node)
  };
}

function lowerConditional(lowering: Lowering, node: Cst): Expr {
  return {
    kind: 'IfExp',
    test: lowering.optionalExpression(after(node, 'if'), node),
    body: lowering.optionalExpression(readable(node)[0], node),
    orelse: lowering.optionalExpression(after(node, 'else'), node),
    ...at(lowering, node)
  };
}

function lowerLambda(lowering: Lowering, node: Cst): Expr {
  const place = { start: node.start + 'lambda'.length, end: node.start + 'lambda'.length };
  return {
    kind: 'Lambda',
    args: lowerParameters(lowering, node.child('lambda_parameters'), place),
    body: lowering.optionalExpression(after(node, ':'), node),
    ...at(lowering, node)
  };
}

function lowerNamed(lowering: Lowering, node: Cst): Expr {
  const name = node.children[0];
  const value = lowering.optionalExpression(after(node, ':='), node);
  if (name?.type !== 'identifier') {
    return { kind: 'InvalidExpr', values: [value], ...at(lowering, node) };
  }
  const target: Name = {
    kind: 'Name',
    id: lowering.identifier(name),
    ctx: 'Store',
    range: lowering.range(name)
  };
  return { kind: 'NamedExpr', target, value, ...at(lowering, node) };
}

function lowerYield(lowering: Lowering, node: Cst): Expr {
  if (node.has('from')) {
    const value = lowering.optionalExpression(after(node, 'from'), node);
    return { kind: 'YieldFrom', value, ...at(lowering, node) };
  }
  const value = after(node, 'yield');
  return {
    kind: 'Yield',
    value: value === undefined ? null : lowering.expression(value),
    ...at(lowering, node)
  };
}

function lowerStarred(lowering: Lowering, node: Cst): Expr {
  const value = lowering.optionalExpression(readable(node)[1], node);
  return { kind: 'Starred', value, ctx: 'Load', ...at(lowering, node) };
}

function lowerComprehension(lowering: Lowering, node: Cst): Expr {
  const elt = lowering.optionalExpression(items(node)[0], node);
  const generators = lowerClauses(lowering, node);
  const kind =
    node.type === 'list_comprehension'
      ? 'ListComp'
      : node.type === 'set_comprehension'
        ? 'SetComp'
        : 'GeneratorExp';
  return { kind, elt, generators, ...at(lowering, node) };
}

function lowerDictComprehension(lowering: Lowering, node: Cst): Expr {
  const pair = node.child('pair');
  if (pair === undefined) return lowerInvalid(lowering, node);
  const { key, value } = lowerPair(lowering, pair);
  return {
    kind: 'DictComp',
    key,
    value,
    generators: lowerClauses(lowering, node),
    ...at(lowering, node)
  };
}

function lowerClauses(lowering: Lowering, node: Cst): Comprehension[] {
  const generators: Comprehension[] = [];
  for (const clause of node.children) {
    if (clause.type === 'for_in_clause') generators.push(lowerForClause(lowering, clause));
    else if (clause.type === 'if_clause') {
      generators.at(-1)?.ifs.push(lowering.optionalExpression(after(clause, 'if'), clause));
    }
  }
  return generators;
}

function lowerForClause(lowering: Lowering, node: Cst): Comprehension {
  return {
    kind: 'Comprehension',
    target: toTarget(lowering, lowering.optionalExpression(after(node, 'for'), node), 'Store'),
    iter: lowering.optionalExpression(after(node, 'in'), node),
    ifs: [],
    isAsync: node.has('async'),
    range: lowering.range(node)
  };
}

/** What stands in a place where no expression can: whatever expressions are inside it are kept. */
function lowerInvalid(lowering: Lowering, node: Cst): Expr {
  if (node.type !== 'ERROR') lowering.problem('invalid syntax', node);
  return {
    kind: 'InvalidExpr',
    values: readableExpressions(lowering, node),
    ...at(lowering, node)
  };
}

const EXPRESSION_TYPES = new Set([
  'identifier',
  'attribute',
  'call',
  'string',
  'concatenated_string',
  'subscript',
  'parenthesized_expression',
  'tuple',
  'expression_list',
  'pattern_list',
  'tuple_pattern',
  'list_pattern',
  'list',
  'set',
  'dictionary',
  'binary_operator',
  'boolean_operator',
  'comparison_operator',
  'unary_operator',
  'not_operator',
  'conditional_expression',
  'lambda',
  'named_expression',
  'await',
  'list_comprehension',
  'set_comprehension',
  'generator_expression',
  'dictionary_comprehension',
  'list_splat',
  'list_splat_pattern'
]);

/** The expressions that stand directly below a node, or below what encloses them there. */
export function readableExpressions(lowering: Lowering, node: Cst): Expr[] {
  return node.children.flatMap(child =>
    EXPRESSION_TYPES.has(child.type)
      ? [lowering.expression(child)]
      : readableExpressions(lowering, child)
  );
}
