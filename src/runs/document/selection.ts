import type { RunState, StepState } from '@chard/core/run';

/** The step that a person would look at: the one that failed, else the one that runs, else the last. */
export function interesting({ steps }: RunState): string | null {
  const found =
    steps.find(({ phase }) => phase === 'failed') ??
    steps.find(({ phase }) => phase === 'running') ??
    steps.findLast(({ phase }) => phase === 'succeeded') ??
    steps[0];
  return found?.name ?? null;
}

/** The steps whose results a run takes over when it begins at `from`: those above it and above what comes after it. */
export function keptWhenResumed({ steps }: RunState, from: string): StepState[] {
  const again = new Set([from]);
  // Topological: what a step comes after stands before it.
  for (const { name, after } of steps) if (after.some(each => again.has(each))) again.add(name);
  const needed = new Set(again);
  for (const { name, after } of [...steps].reverse()) {
    if (needed.has(name)) after.forEach(each => needed.add(each));
  }
  return steps.filter(({ name }) => needed.has(name) && !again.has(name));
}
