import { NOTHING } from '../../python/dataflow';
import type { Arrival, StepFlow } from './model';
import { reachData } from './sharing';
import type { StepsAbove } from './stepsAbove';

/** The steps, from the end on, take what steps below want from them and they do not always make themselves. */
export function passOn(steps: StepsAbove): StepFlow[] {
  const wanted = steps.all.map(() => new Set<string>());
  const flows = steps.all.map(flow => ({
    ...flow,
    arrivals: new Map(flow.arrivals),
    prologueNames: new Set(flow.prologueNames)
  }));
  for (const flow of [...flows].reverse()) {
    for (const name of wanted[flow.index] ?? []) {
      if (flow.arrivals.has(name) || flow.imports.has(name)) continue;
      if (!flow.leavings.get(name)?.passes) continue;
      const candidates = steps.candidates(name, flow.ancestors);
      if (candidates.length > 0) flow.arrivals.set(name, { name, candidates, read: null });
      else if (steps.prologue.names.has(name)) flow.prologueNames.add(name);
    }
    keepTogether(flow, steps);
    for (const { name, candidates } of flow.arrivals.values()) {
      for (const candidate of candidates) wanted[candidate]?.add(name);
    }
  }
  return flows;
}

/**
 * Names whose values have an object in common come from one step, so that it stays one object: from the last of
 * their providers, which passes on the ones that it had from above.
 */
function keepTogether(flow: StepFlow, steps: StepsAbove): void {
  for (let changed = true; changed;) {
    changed = false;
    for (const arrival of [...flow.arrivals.values()]) {
      const provider = arrival.candidates.at(-1);
      if (provider === undefined) continue;
      for (const name of sharingWith(arrival.name, steps.flow(provider))) {
        const other = flow.arrivals.get(name);
        const comesBefore = other && isBefore(other, steps.flow(provider));
        if (other ? !comesBefore : !flow.prologueNames.has(name)) continue;
        const read = flow.reads.get(name) ?? null;
        flow.arrivals.set(name, { name, candidates: [provider], read });
        changed = true;
      }
    }
  }
}

/** All steps that a name may come from are ancestors of the given one. */
function isBefore({ candidates }: Arrival, provider: StepFlow | undefined): boolean {
  return candidates.every(candidate => provider?.ancestors.has(candidate) ?? false);
}

/** Names that a step could pass on and that have an object in common with one that it leaves. */
function sharingWith(name: string, provider: StepFlow | undefined): string[] {
  const leavings = provider?.leavings;
  const shared = [...(leavings ?? [])].filter(([, leaving]) => leaving.shared);
  if (shared.length === 0) return [];
  const data = reachData(leavings?.get(name)?.value ?? NOTHING);
  return shared
    .filter(([, leaving]) => [...reachData(leaving.value)].some(each => data.has(each)))
    .map(([other]) => other);
}
