import type { Expr, MatchAs, MatchClass, MatchMapping, Pattern } from '../ast';
import type { Cst } from './cst';
import type { Lowering } from './lowering';
import { items, readable } from './lowering';
import { numberValue } from './numbers';

type Place = { start: number; end: number };

/** The pattern of a `case`: several separated by commas are a sequence without brackets. */
export function lowerCasePatterns(lowering: Lowering, clause: Cst): Pattern {
  const patterns = clause.children.filter(child => child.type === 'case_pattern');
  const first = patterns[0];
  if (first === undefined) return wildcard(lowering, clause);
  const colon = clause.children.findIndex(
    child => child.type === ':' || child.type === 'if_clause'
  );
  const hasComma = clause.children.slice(0, colon).some(child => child.type === ',');
  if (!hasComma) return lowerPattern(lowering, first);
  return {
    kind: 'MatchSequence',
    patterns: patterns.map(pattern => lowerPattern(lowering, pattern)),
    range: lowering.range({ start: first.start, end: patterns.at(-1)!.end })
  };
}

function wildcard(lowering: Lowering, place: Place): MatchAs {
  return { kind: 'MatchAs', pattern: null, name: null, range: lowering.range(place) };
}

/** Lowers a `case_pattern`, or one of the patterns that the grammar lists side by side without a node. */
function lowerPattern(lowering: Lowering, node: Cst): Pattern {
  if (node.type === 'case_pattern') return lowerParts(lowering, readable(node), node);
  switch (node.type) {
    case 'as_pattern':
      return lowerAs(lowering, node);
    case 'union_pattern':
      return lowerUnion(lowering, node);
    case 'class_pattern':
      return lowerClass(lowering, node);
    case 'splat_pattern':
      return lowerSplat(lowering, node);
    case 'list_pattern':
    case 'tuple_pattern':
      return lowerSequence(lowering, node);
    case 'dict_pattern':
      return lowerMapping(lowering, node);
    case 'dotted_name':
      return lowerDotted(lowering, node);
    case 'true':
      return { kind: 'MatchSingleton', value: true, range: lowering.range(node) };
    case 'false':
      return { kind: 'MatchSingleton', value: false, range: lowering.range(node) };
    case 'none':
      return { kind: 'MatchSingleton', value: null, range: lowering.range(node) };
    case '_':
    case 'identifier':
      return capture(lowering, lowering.identifier(node), node);
    case 'complex_pattern':
      return {
        kind: 'MatchValue',
        value: lowerComplex(lowering, node),
        range: lowering.range(node)
      };
    default:
      return { kind: 'MatchValue', value: lowering.expression(node), range: lowering.range(node) };
  }
}

/** One simple pattern given as its parts: a node, or a minus sign and a number. */
function lowerParts(lowering: Lowering, parts: readonly Cst[], around: Cst): Pattern {
  const [first, second] = parts;
  if (first === undefined) return wildcard(lowering, around);
  if (first.type !== '-' || second === undefined) return lowerPattern(lowering, first);
  const place = { start: first.start, end: second.end };
  return {
    kind: 'MatchValue',
    value: negative(lowering, second, place),
    range: lowering.range(place)
  };
}

function negative(lowering: Lowering, number: Cst, place: Place): Expr {
  return {
    kind: 'UnaryOp',
    op: '-',
    operand: lowering.expression(number),
    range: lowering.range(place)
  };
}

function lowerComplex(lowering: Lowering, node: Cst): Expr {
  const parts = [...readable(node)];
  const minus = parts[0]?.type === '-' ? parts.shift() : undefined;
  const [real, operator, imaginary] = parts;
  if (real === undefined || operator === undefined || imaginary === undefined) {
    return lowering.missing(node);
  }
  if (numberValue(lowering.text(imaginary))?.type !== 'complex') {
    lowering.problem('imaginary number required in complex literal', imaginary);
  }
  return {
    kind: 'BinOp',
    left: minus
      ? negative(lowering, real, { start: minus.start, end: real.end })
      : lowering.expression(real),
    op: operator.type === '-' ? '-' : '+',
    right: lowering.expression(imaginary),
    range: lowering.range(node)
  };
}

function capture(lowering: Lowering, name: string, place: Place): MatchAs {
  const captured = name === '_' ? null : name;
  return { kind: 'MatchAs', pattern: null, name: captured, range: lowering.range(place) };
}

/** `Class(attr=0 as x)`: the grammar binds `as` more loosely than `=`. */
function lowerAs(lowering: Lowering, node: Cst): Pattern {
  const [inner, , name] = readable(node);
  if (inner === undefined || name === undefined) return wildcard(lowering, node);
  return {
    kind: 'MatchAs',
    pattern: lowerPattern(lowering, inner),
    name: lowering.identifier(name),
    range: lowering.range(node)
  };
}

function lowerUnion(lowering: Lowering, node: Cst): Pattern {
  const patterns = splitAt(readable(node), '|').map(parts => lowerParts(lowering, parts, node));
  return { kind: 'MatchOr', patterns, range: lowering.range(node) };
}

function splitAt(nodes: readonly Cst[], separator: string): Cst[][] {
  const groups: Cst[][] = [[]];
  for (const node of nodes) {
    if (node.type === separator) groups.push([]);
    else groups.at(-1)!.push(node);
  }
  return groups;
}

function lowerSplat(lowering: Lowering, node: Cst): Pattern {
  const name = readable(node)[1];
  const text = name === undefined ? '_' : lowering.identifier(name);
  return { kind: 'MatchStar', name: text === '_' ? null : text, range: lowering.range(node) };
}

function lowerSequence(lowering: Lowering, node: Cst): Pattern {
  const elements = items(node);
  if (node.type === 'tuple_pattern' && elements.length === 1 && !node.has(',')) {
    return lowerPattern(lowering, elements[0]!);
  }
  return {
    kind: 'MatchSequence',
    patterns: elements.map(element => lowerPattern(lowering, element)),
    range: lowering.range(node)
  };
}

function lowerMapping(lowering: Lowering, node: Cst): Pattern {
  const result: MatchMapping = {
    kind: 'MatchMapping',
    keys: [],
    patterns: [],
    rest: null,
    range: lowering.range(node)
  };
  const inner = readable(node).filter(child => child.type !== '{' && child.type !== '}');
  for (const entry of splitAt(inner, ',')) {
    if (entry[0]?.type === 'splat_pattern') {
      result.rest = entry[0].children[1] ? lowering.identifier(entry[0].children[1]) : null;
      continue;
    }
    const [key, value] = splitAt(entry, ':');
    if (key === undefined || value?.[0] === undefined) continue;
    result.keys.push(valueOf(lowering, lowerParts(lowering, key, node)));
    result.patterns.push(lowerPattern(lowering, value[0]));
  }
  return result;
}

/** A key is a value, not a pattern: what can be matched only is refused. */
function valueOf(lowering: Lowering, pattern: Pattern): Expr {
  if (pattern.kind === 'MatchValue') return pattern.value;
  if (pattern.kind === 'MatchSingleton') {
    const { value } = pattern;
    return {
      kind: 'Constant',
      value: value === null ? { type: 'None' } : { type: 'bool', value },
      range: pattern.range
    };
  }
  lowering.problems.push({
    message: 'mapping pattern keys may only match literals and attribute lookups',
    range: pattern.range
  });
  return { kind: 'InvalidExpr', values: [], range: pattern.range };
}

function dottedExpression(lowering: Lowering, node: Cst): Expr {
  const [first, ...rest] = items(node).filter(part => part.type === 'identifier');
  if (first === undefined) return lowering.missing(node);
  let value: Expr = {
    kind: 'Name',
    id: lowering.identifier(first),
    ctx: 'Load',
    range: lowering.range(first)
  };
  for (const part of rest) {
    value = {
      kind: 'Attribute',
      value,
      attr: lowering.identifier(part),
      ctx: 'Load',
      range: lowering.range({ start: node.start, end: part.end })
    };
  }
  return value;
}

function lowerDotted(lowering: Lowering, node: Cst): Pattern {
  const value = dottedExpression(lowering, node);
  if (value.kind === 'Name') return capture(lowering, value.id, node);
  return { kind: 'MatchValue', value, range: value.range };
}

function lowerClass(lowering: Lowering, node: Cst): Pattern {
  const [name] = node.children;
  const result: MatchClass = {
    kind: 'MatchClass',
    cls: name === undefined ? lowering.missing(node) : dottedExpression(lowering, name),
    patterns: [],
    kwdAttrs: [],
    kwdPatterns: [],
    range: lowering.range(node)
  };
  for (const argument of items(node).slice(1)) addClassArgument(lowering, argument, result);
  return result;
}

function addClassArgument(lowering: Lowering, argument: Cst, result: MatchClass): void {
  const inner = argument.type === 'case_pattern' ? argument.children[0] : argument;
  const keyword = inner && findKeyword(inner);
  if (keyword === undefined) {
    if (result.kwdAttrs.length > 0) {
      lowering.problem('positional patterns follow keyword patterns', argument);
    }
    result.patterns.push(lowerPattern(lowering, argument));
    return;
  }
  const [name, , ...value] = readable(keyword);
  if (name === undefined) return;
  const pattern = lowerParts(lowering, value, keyword);
  result.kwdAttrs.push(lowering.identifier(name));
  result.kwdPatterns.push(wrapInAs(lowering, inner!, pattern));
}

function findKeyword(node: Cst): Cst | undefined {
  if (node.type === 'keyword_pattern') return node;
  if (node.type !== 'as_pattern' && node.type !== 'case_pattern') return undefined;
  const inner = readable(node)[0];
  return inner && findKeyword(inner);
}

function wrapInAs(lowering: Lowering, node: Cst, pattern: Pattern): Pattern {
  if (node.type !== 'as_pattern') return pattern;
  const name = readable(node)[2];
  return {
    kind: 'MatchAs',
    pattern,
    name: name === undefined ? null : lowering.identifier(name),
    range: lowering.range(node)
  };
}
