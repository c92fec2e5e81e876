import type { ChangeFact, HeapObject, Value } from '../../python/dataflow';

/** Data, and functions with data of their own; other functions and classes belong to each step anew. */
function isData(object: HeapObject): boolean {
  if (object.kind === 'plain' || object.kind === 'instance' || object.kind === 'method')
    return true;
  return object.kind === 'function' && [...object.holds].some(held => held.kind === 'plain');
}

/** The data that can be reached from a value. */
export function reachData(value: Value): Set<HeapObject> {
  const seen = new Set([...value].filter(isData));
  for (const object of seen) for (const held of object.holds) if (isData(held)) seen.add(held);
  return seen;
}

/** The changed objects and all from which one of them can be reached, each with the change that it sees. */
export function changedThrough(
  objects: ReadonlyMap<HeapObject, ChangeFact>
): ReadonlyMap<HeapObject, ChangeFact> {
  const seen = new Map(objects);
  for (const [object, fact] of seen) {
    for (const holder of object.heldBy) if (!seen.has(holder)) seen.set(holder, fact);
  }
  return seen;
}
