import type { Range } from '../../diagnostics';
import type { Scope } from './model';

/** What has been seen of a name in one scope, as bits. */
export const Use = {
  global: 1,
  assigned: 2,
  parameter: 4,
  nonlocal: 8,
  referenced: 16,
  freeInClass: 32,
  imported: 64,
  annotated: 128,
  iterationVariable: 256,
  typeParameter: 512
} as const;

export const BOUND = Use.assigned | Use.parameter | Use.imported;

/** A scope while it is being built: names with their bits, before they are resolved. */
export interface Entry {
  scope: Scope;
  uses: Map<string, number>;
  children: Entry[];
  /** Where `global` and `nonlocal` (or `:=` in a comprehension) spoke of a name, for messages. */
  directives: Map<string, Range>;
  isComprehension: boolean;
  /** An annotation scope directly inside a class: it sees the class's names. */
  classAround: Entry | null;
  /** The targets of a comprehension's `for` are being visited. */
  inIterationTarget: boolean;
  /** A `return` with a value, which a generator that is `async` may not have. */
  valueReturn: Range | null;
  /** How many iterables of comprehensions are being visited: `:=` is refused there. */
  iterableDepth: number;
}
