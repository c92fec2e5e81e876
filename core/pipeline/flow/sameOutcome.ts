import type { SameEffects } from '../../python/dataflow';
import type { Leaving, StepFlow } from './model';

/**
 * After an edit, a step was gone through again and has done the same to the objects (`same`). Gives its flow in terms of
 * the objects that the steps below know; null where one of them could see a difference. `isAsked`: one of them looked
 * for the name.
 */
export function sameOutcome(
  before: StepFlow,
  after: StepFlow,
  same: SameEffects,
  isAsked: (name: string) => boolean
): StepFlow | null {
  if (!isSameSet(before.ancestors, after.ancestors)) return null;
  if (!isSameList(statements(before), statements(after))) return null;
  const leavings = new Map<string, Leaving>();
  for (const [name, leaving] of after.leavings) {
    leavings.set(name, { ...leaving, value: same.translate(leaving.value) });
  }
  if (!areSameLeavings(before.leavings, leavings)) return null;
  for (const [some, others] of [
    [before.leavings, leavings],
    [leavings, before.leavings]
  ] as const) {
    for (const [name, { value }] of some) {
      if (!others.has(name) && (isAsked(name) || !same.isApart(value))) return null;
    }
  }
  return { ...after, leavings };
}

function statements({ bindsAnything }: StepFlow): (string | null)[] {
  return bindsAnything.map(({ statement }) => statement);
}

/** The names that are left both times are left alike, and in the same order. */
function areSameLeavings(
  some: ReadonlyMap<string, Leaving>,
  others: ReadonlyMap<string, Leaving>
): boolean {
  const names = [...some.keys()].filter(name => others.has(name));
  const otherNames = [...others.keys()].filter(name => some.has(name));
  return (
    isSameList(names, otherNames) &&
    names.every(name => isSameLeaving(some.get(name)!, others.get(name)!))
  );
}

/** Where it is changed is the step's own affair. */
function isSameLeaving(one: Leaving, other: Leaving): boolean {
  return (
    one.certain === other.certain &&
    one.binds === other.binds &&
    one.deleted === other.deleted &&
    one.passes === other.passes &&
    one.statement === other.statement &&
    one.shared === other.shared &&
    isSameList([...one.value], [...other.value])
  );
}

function isSameSet<Item>(one: ReadonlySet<Item>, other: ReadonlySet<Item>): boolean {
  return one.size === other.size && [...one].every(item => other.has(item));
}

function isSameList<Item>(one: readonly Item[], other: readonly Item[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
