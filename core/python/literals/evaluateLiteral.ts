import type { ConstantValue, Dict, Expr } from '../ast';
import { binaryOperation, unaryOperation } from './arithmetic';
import type { Value } from './arithmetic';
import { toLiteral } from './json';
import type { Literal } from './model';

/** How deep literals may be nested. */
const DEEPEST = 100;

function constantValue(constant: ConstantValue): Value | null {
  switch (constant.type) {
    case 'int':
      return { kind: 'int', value: BigInt(constant.value) };
    case 'float':
    case 'str':
    case 'bool':
      return { kind: constant.type, value: constant.value } as Value;
    case 'None':
      return { kind: 'none' };
    default:
      return null;
  }
}

function allOf(elements: readonly Expr[], depth: number): Value[] | null {
  const items: Value[] = [];
  for (const element of elements) {
    const item = valueOf(element, depth + 1);
    if (item === null) return null;
    items.push(item);
  }
  return items;
}

function dictValue({ keys, values }: Dict, depth: number): Value | null {
  const entries = new Map<string, Value>();
  for (const [index, key] of keys.entries()) {
    const name = key === null ? null : valueOf(key, depth + 1);
    const value = valueOf(values[index]!, depth + 1);
    if (name?.kind !== 'str' || value === null) return null;
    entries.set(name.value, value);
  }
  return { kind: 'dict', entries };
}

/** `float('inf')`, `float("nan")`: the floats that have no literal. */
function specialFloat(expression: Expr): Value | null {
  if (expression.kind !== 'Call' || expression.keywords.length > 0 || expression.args.length !== 1)
    return null;
  const { func, args } = expression;
  if (func.kind !== 'Name' || func.id !== 'float' || args[0]!.kind !== 'Constant') return null;
  const argument = args[0]!.value;
  if (argument.type !== 'str') return null;
  const match = /^([+-]?)(inf|infinity|nan)$/i.exec(argument.value.trim());
  if (match === null) return null;
  const size = match[2]!.toLowerCase() === 'nan' ? NaN : Infinity;
  return { kind: 'float', value: match[1] === '-' ? -size : size };
}

function valueOf(expression: Expr, depth: number): Value | null {
  if (depth > DEEPEST) return null;
  switch (expression.kind) {
    case 'Constant':
      return constantValue(expression.value);
    case 'UnaryOp': {
      const operand = valueOf(expression.operand, depth + 1);
      return operand === null ? null : unaryOperation(expression.op, operand);
    }
    case 'BinOp': {
      const left = valueOf(expression.left, depth + 1);
      const right = left === null ? null : valueOf(expression.right, depth + 1);
      return left === null || right === null ? null : binaryOperation(left, expression.op, right);
    }
    case 'List':
    case 'Tuple': {
      const items = allOf(expression.elts, depth);
      return items === null ? null : { kind: expression.kind === 'List' ? 'list' : 'tuple', items };
    }
    case 'Dict':
      return dictValue(expression, depth);
    default:
      return specialFloat(expression);
  }
}

/**
 * The value of a literal: numbers, strings, booleans, None, lists, tuples and dicts with string keys of them, and
 * constant arithmetic. Null for everything else, for what Python would refuse, and for what gets very large.
 */
export function evaluateLiteral(expression: Expr): Literal | null {
  const value = valueOf(expression, 0);
  return value === null ? null : toLiteral(value);
}
