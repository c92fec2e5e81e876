import { Cst } from './cst';
import { readable } from './lowering';

export interface SplitAs {
  value: Cst;
  target: Cst | undefined;
}

/** Expressions whose last operand the grammar lets take an `as` that belongs to the whole. */
const OPEN_TO_THE_RIGHT = new Set([
  'conditional_expression',
  'lambda',
  'not_operator',
  'boolean_operator',
  'comparison_operator'
]);

/** Splits `value as target`; the grammar reads `a if b else c as d` as `a if b else (c as d)`. */
export function splitAs(node: Cst): SplitAs {
  if (node.type === 'as_pattern') {
    const [value, , target] = readable(node);
    const inner = target?.type === 'as_pattern_target' ? target.children[0] : target;
    return { value: value ?? node, target: inner };
  }
  const last = node.children.at(-1);
  if (last === undefined || !OPEN_TO_THE_RIGHT.has(node.type))
    return { value: node, target: undefined };
  const split = splitAs(last);
  if (split.target === undefined) return { value: node, target: undefined };
  const children = [...node.children.slice(0, -1), split.value];
  return { value: new Cst(node.type, node.start, split.value.end, children), target: split.target };
}
