export { createAnalyser, type Analyser } from './analyser';
export { Executor } from './execute';
export { DELETED, INCOMING, INCOMING_PAST_LOOP, LOCAL, UNSURE, type Slot } from './flow';
export {
  Heap,
  NOTHING,
  PROLOGUE,
  holders,
  reach,
  union,
  type HeapCheckpoint,
  type HeapEffects,
  type HeapObject,
  type Value
} from './heap';
export { callEffect, isBuiltin, isBuiltinShadowedByStars, isSetting } from './knowledge';
export {
  Machine,
  Trace,
  type ChangeFact,
  type OpaqueFact,
  type Place,
  type ReadFact,
  type StarFact,
  type Surroundings
} from './machine';
export { sameEffects, type SameEffects } from './sameEffects';
export type { CellCode, CodeUnit } from './unit';
