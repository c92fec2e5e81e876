import type { Operator, UnaryOperator } from '../ast';

/** Python values that a constant expression can have. `int` is exact; the keys of a dict are strings. */
export type Value =
  | { kind: 'int'; value: bigint }
  | { kind: 'float'; value: number }
  | { kind: 'str'; value: string }
  | { kind: 'bool'; value: boolean }
  | { kind: 'none' }
  | { kind: 'list'; items: Value[] }
  | { kind: 'tuple'; items: Value[] }
  | { kind: 'dict'; entries: Map<string, Value> };

/** Bounds of what is computed: a notebook's line must not keep the machine busy or fill its memory. */
const LONGEST_INTEGER_BITS = 4096n;
const LONGEST_TEXT = 1 << 16;
const MOST_ITEMS = 1 << 12;
/** Python refuses to convert integers from here on. */
const BEYOND_FLOAT = 2n ** 1024n;

function asInteger(value: Value): bigint | null {
  if (value.kind === 'int') return value.value;
  return value.kind === 'bool' ? BigInt(value.value) : null;
}

/** Null for what is no number, and for integers that no float can hold. */
function asFloat(value: Value): number | null {
  if (value.kind === 'float') return value.value;
  const integer = asInteger(value);
  if (integer === null || integer >= BEYOND_FLOAT || integer <= -BEYOND_FLOAT) return null;
  const float = Number(integer);
  return Number.isFinite(float) ? float : null;
}

function int(value: bigint): Value | null {
  const magnitude = value < 0n ? -value : value;
  return magnitude >> LONGEST_INTEGER_BITS === 0n ? { kind: 'int', value } : null;
}

/** An operation on finite numbers that overflows is an error in Python only for powers; else it gives an infinity. */
function float(value: number): Value {
  return { kind: 'float', value };
}

function floorDivide(left: bigint, right: bigint): bigint {
  const quotient = left / right;
  return left % right !== 0n && left < 0n !== right < 0n ? quotient - 1n : quotient;
}

function integerPower(base: bigint, exponent: bigint): Value | null {
  if (exponent < 0n) {
    const [left, right] = [asFloat({ kind: 'int', value: base }), Number(exponent)];
    return left === null || left === 0 ? null : float(left ** right);
  }
  const bits = BigInt((base < 0n ? -base : base).toString(2).length);
  return bits * exponent > LONGEST_INTEGER_BITS && bits > 1n ? null : int(base ** exponent);
}

/** The quotient of two integers, rounded once, as Python does it. Only where both are exact floats. */
function trueDivide(left: bigint, right: bigint): Value | null {
  if (right === 0n) return null;
  const [a, b] = [Number(left), Number(right)];
  return BigInt.asIntN(54, left) === left && BigInt.asIntN(54, right) === right
    ? float(a / b)
    : null;
}

function integerOperation(left: bigint, op: Operator, right: bigint): Value | null {
  switch (op) {
    case '+':
      return int(left + right);
    case '-':
      return int(left - right);
    case '*':
      return int(left * right);
    case '/':
      return trueDivide(left, right);
    case '//':
      return right === 0n ? null : int(floorDivide(left, right));
    case '%':
      return right === 0n ? null : int(left - floorDivide(left, right) * right);
    case '**':
      return integerPower(left, right);
    default:
      return null;
  }
}

/** The sign of the divisor, as in Python; a zero takes it too. */
function floatModulo(left: number, right: number): number {
  const remainder = left % right;
  if (remainder === 0) return right < 0 ? -0 : 0;
  return remainder < 0 !== right < 0 ? remainder + right : remainder;
}

function floatFloorDivide(left: number, right: number): number {
  const modulo = floatModulo(left, right);
  const quotient = (left - modulo) / right;
  const floor = Math.floor(quotient);
  if (quotient === 0) return left / right < 0 || Object.is(left / right, -0) ? -0 : 0;
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

function floatPower(left: number, right: number): Value | null {
  if (left === 0 && right < 0) return null;
  if (left < 0 && Number.isFinite(left) && Number.isFinite(right) && !Number.isInteger(right))
    return null;
  // C's rule, which JavaScript does not follow: one to any power, and minus one to an infinite one, is one.
  if (left === 1 || (left === -1 && !Number.isFinite(right) && !Number.isNaN(right)))
    return float(1);
  const power = left ** right;
  const overflows = !Number.isFinite(power) && Number.isFinite(left) && Number.isFinite(right);
  return overflows ? null : float(power);
}

function floatOperation(left: number, op: Operator, right: number): Value | null {
  switch (op) {
    case '+':
      return float(left + right);
    case '-':
      return float(left - right);
    case '*':
      return float(left * right);
    case '/':
      return right === 0 ? null : float(left / right);
    case '//':
      return right === 0 ? null : float(floatFloorDivide(left, right));
    case '%':
      return right === 0 ? null : float(floatModulo(left, right));
    case '**':
      return floatPower(left, right);
    default:
      return null;
  }
}

function repeat(value: Value, times: bigint): Value | null {
  const count = times < 0n ? 0 : Number(times);
  if (value.kind === 'str')
    return value.value.length * count > LONGEST_TEXT
      ? null
      : { kind: 'str', value: value.value === '' ? '' : value.value.repeat(count) };
  if (value.kind !== 'list' && value.kind !== 'tuple') return null;
  if (value.items.length * count > MOST_ITEMS) return null;
  if (value.items.length === 0) return value;
  return { kind: value.kind, items: Array.from({ length: count }, () => value.items).flat() };
}

function concatenate(left: Value, right: Value): Value | null {
  if (left.kind === 'str' && right.kind === 'str') {
    if (left.value.length + right.value.length > LONGEST_TEXT) return null;
    return { kind: 'str', value: left.value + right.value };
  }
  if ((left.kind !== 'list' && left.kind !== 'tuple') || left.kind !== right.kind) return null;
  if (left.items.length + right.items.length > MOST_ITEMS) return null;
  return { kind: left.kind, items: [...left.items, ...right.items] };
}

/** `left op right` by Python's rules. Null where Python raises, where it is no constant arithmetic, or too large. */
export function binaryOperation(left: Value, op: Operator, right: Value): Value | null {
  const integers = [asInteger(left), asInteger(right)] as const;
  if (integers[0] !== null && integers[1] !== null)
    return integerOperation(integers[0], op, integers[1]);
  const floats = [asFloat(left), asFloat(right)] as const;
  if (floats[0] !== null && floats[1] !== null) return floatOperation(floats[0], op, floats[1]);
  if (op === '+') return concatenate(left, right);
  if (op !== '*') return null;
  if (integers[1] !== null) return repeat(left, integers[1]);
  return integers[0] === null ? null : repeat(right, integers[0]);
}

function isTrue(value: Value): boolean {
  switch (value.kind) {
    case 'none':
      return false;
    case 'int':
      return value.value !== 0n;
    case 'list':
    case 'tuple':
      return value.items.length > 0;
    case 'dict':
      return value.entries.size > 0;
    default:
      return value.kind === 'float' ? value.value !== 0 : Boolean(value.value);
  }
}

/** `op operand` by Python's rules; null where Python raises. */
export function unaryOperation(op: UnaryOperator, operand: Value): Value | null {
  if (op === 'not') return { kind: 'bool', value: !isTrue(operand) };
  const integer = asInteger(operand);
  if (integer !== null) return int(op === '-' ? -integer : op === '~' ? ~integer : integer);
  if (operand.kind !== 'float' || op === '~') return null;
  return float(op === '-' ? -operand.value : operand.value);
}
