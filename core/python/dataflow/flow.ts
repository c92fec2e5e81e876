import { NOTHING, union, type Value } from './heap';

/** Where a name's value may come from at a point of the code: a set of bits. */
export const INCOMING = 1;
/** Bound by the code that was analysed. */
export const LOCAL = 2;
export const DELETED = 4;
/** Incoming only if a loop that would bind it ran not once. */
export const INCOMING_PAST_LOOP = 8;
/** Not bound here, for sure. */
export const UNSURE = INCOMING | INCOMING_PAST_LOOP | DELETED;

export interface Slot {
  readonly origin: number;
  /** Where `origin` has `LOCAL`: what it may be. The incoming value is not in it. */
  readonly value: Value;
  /** The import statement that binds it, whichever way control came; null where something else may bind it. */
  readonly statement: string | null;
}

const UNTOUCHED: Slot = { origin: INCOMING, value: NOTHING, statement: null };

/** The slots that differ from those at some earlier point. */
export type Delta = ReadonlyMap<string, Slot>;

/** The slot of a variable that may be either. */
export function joinSlots(one: Slot, other: Slot): Slot {
  if (one === other) return one;
  const origin = one.origin | other.origin;
  const value = union(one.value, other.value);
  const statement = one.statement === other.statement ? one.statement : null;
  for (const slot of [other, one]) {
    const isSame = slot.origin === origin && slot.statement === statement;
    if (isSame && slot.value.size === value.size) return slot;
  }
  return { origin, value, statement };
}

export function isSameSlot(one: Slot, other: Slot): boolean {
  if (one === other) return true;
  if (one.origin !== other.origin || one.statement !== other.statement) return false;
  if (one.value.size !== other.value.size) return false;
  for (const object of one.value) if (!other.value.has(object)) return false;
  return true;
}

/**
 * What the variables are at one point of the code. Layers stand on one another: a branch writes into its own, and
 * `merge` brings together what the branches left.
 */
export class Flow {
  private readonly slots = new Map<string, Slot>();
  /** Control never comes here: after `raise`, `return`, `break`, `continue`. */
  ended = false;

  constructor(private readonly below: Flow | null = null) {}

  /** Keys are names, those of a call's own variables with the frame's prefix. */
  get(key: string): Slot {
    let slot = this.slots.get(key);
    for (let flow = this.below; slot === undefined && flow; flow = flow.below) {
      slot = flow.slots.get(key);
    }
    return slot ?? UNTOUCHED;
  }

  set(key: string, slot: Slot): void {
    this.slots.set(key, slot);
  }

  /** A variable that nobody can see any more. */
  forget(key: string): void {
    this.slots.delete(key);
  }

  branch(): Flow {
    return new Flow(this);
  }

  /** What this layer and those between it and `base` have set. */
  since(base: Flow | null): Delta {
    if (this.below === base) return this.slots;
    const lower = this.below ? this.below.since(base) : [];
    return new Map([...lower, ...this.slots]);
  }

  /** One of `outcomes` has happened since this point. With none, control has not come through. */
  merge(outcomes: readonly Delta[]): void {
    if (outcomes.length === 0) {
      this.ended = true;
      return;
    }
    const keys = new Set<string>();
    for (const outcome of outcomes) for (const key of outcome.keys()) keys.add(key);
    for (const key of keys) {
      const before = this.get(key);
      let joined: Slot | null = null;
      for (const outcome of outcomes) {
        const slot = outcome.get(key) ?? before;
        joined = joined ? joinSlots(joined, slot) : slot;
      }
      if (joined) this.set(key, joined);
    }
  }
}
