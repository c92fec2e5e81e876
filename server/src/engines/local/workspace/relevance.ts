import type { FileState, WrittenFile } from './model';
import type { OwnWrite } from './ownWrites';
import { sameState } from './states';

/** What the steps of a run left in the folder, by step, in the order in which they ended. */
export type LeftByStep = ReadonlyMap<string, readonly WrittenFile[]>;

/**
 * Whether a file found at the run's start cannot matter to a step: the step itself replaces it without having looked at it, or it
 * is what an earlier run left there. (Whether a step has read a leftover all the same is checked for itself.)
 */
export function isImmaterial(
  step: string,
  state: FileState,
  ownWrites: readonly OwnWrite[]
): boolean {
  const mine = ownWrites.find(own => own.step === step && own.isCurrent);
  if (mine !== undefined) return !mine.update;
  return ownWrites.some(own => sameState(own.state, state));
}

/** The same with what this run has taught: what a step was seen to write anew is the pipeline's, whatever was there before. */
export function isImmaterialAfter(
  step: string,
  path: string,
  state: FileState,
  ownWrites: readonly OwnWrite[],
  left: LeftByStep
): boolean {
  const mine = left.get(step)?.find(file => file.path === path);
  if (mine !== undefined) return !mine.update;
  for (const [other, files] of left) {
    if (other !== step && files.some(file => file.path === path && file.seen)) return true;
  }
  return isImmaterial(step, state, ownWrites);
}

/** What a step's ancestors left, the later over the earlier; null for what they removed. */
export function leftAbove(
  ancestors: ReadonlySet<string>,
  left: LeftByStep
): Map<string, FileState | null> {
  const files = new Map<string, FileState | null>();
  for (const [step, written] of left) {
    if (!ancestors.has(step)) continue;
    for (const { path, state } of written) files.set(path, state);
  }
  return files;
}
