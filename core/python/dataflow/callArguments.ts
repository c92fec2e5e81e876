import type { FunctionDef, Lambda, Node } from '../ast';
import type { Value } from './heap';
import type { CellCode } from './unit';

/** The arguments of a call, as values. */
export interface CallArguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
  /** What `*args` and `**kwargs` may hold; null without them. */
  readonly spread: Value | null;
}

/** Where a call stands. */
export interface CallSite {
  readonly code: CellCode;
  readonly node: Node;
}

export const NO_ARGUMENTS: CallArguments = { positional: [], named: new Map(), spread: null };

export function argumentList(args: CallArguments): Value[] {
  const values = [...args.positional, ...args.named.values()];
  if (args.spread) values.push(args.spread);
  return values;
}

export function withSelf(self: Value, args: CallArguments): CallArguments {
  return { ...args, positional: [self, ...args.positional] };
}

/** The parameters of a function in order of the text. */
export function parameterNames(node: FunctionDef | Lambda): string[] {
  const { posonlyargs, args, vararg, kwonlyargs, kwarg } = node.args;
  const all = [...posonlyargs, ...args, ...kwonlyargs];
  if (vararg) all.push(vararg);
  if (kwarg) all.push(kwarg);
  return all.map(parameter => parameter.arg);
}
