import type { WithItem } from '../ast';
import { splitAs } from './asPatterns';
import type { Cst } from './cst';
import type { Lowering } from './lowering';
import { items } from './lowering';
import { toTarget } from './targets';

/** What may stand between the parentheses of a tuple but not in a parenthesised list of items. */
const NOT_AN_ITEM = new Set([
  'list_splat',
  'named_expression',
  'yield',
  'parenthesized_list_splat'
]);

/**
 * The items of a `with`. The grammar reads `(a as b, c)` as a tuple holding `as`: as in Python 3.9 and later, it is a
 * list of items in parentheses wherever it can be one.
 */
export function lowerWithItems(lowering: Lowering, node: Cst): WithItem[] {
  const clause = node.child('with_clause');
  if (clause === undefined) return [];
  const nodes = clause.children
    .filter(child => child.type === 'with_item')
    .map(child => child.children[0]!);
  return unwrap(nodes).map(item => lowerItem(lowering, item));
}

function unwrap(nodes: readonly Cst[]): readonly Cst[] {
  const only = nodes[0];
  if (nodes.length !== 1 || only === undefined) return nodes;
  if (only.type !== 'tuple' && only.type !== 'parenthesized_expression') return nodes;
  const inner = items(only);
  const isList = inner.length > 0 && !inner.some(item => NOT_AN_ITEM.has(item.type));
  return isList ? inner : nodes;
}

function lowerItem(lowering: Lowering, node: Cst): WithItem {
  const { value, target } = splitAs(node);
  return {
    kind: 'WithItem',
    contextExpr: lowering.expression(value),
    optionalVars:
      target === undefined ? null : toTarget(lowering, lowering.expression(target), 'Store'),
    range: lowering.range(node)
  };
}
