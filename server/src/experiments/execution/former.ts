import type { Stores } from '../../stores';
import { Verdict } from './trialEnd';

/** What an earlier process left of a trial that has not come to its end. */
export interface FormerTrial {
  /** Its run; null where there was none yet. */
  readonly run: string | null;
  /** Why the experiment ended its run. */
  readonly verdict: Verdict | null;
}

/** Where a trial's verdict lies, beside what the algorithm has to be told again. */
export function verdictKey(trial: number): string {
  return `verdict/${trial}`;
}

/** Finds what an earlier process left of these trials of an experiment, by number. */
export function formerTrials(
  { runs, experiments }: Stores,
  experiment: string,
  trials: readonly number[]
): Map<number, FormerTrial> {
  if (trials.length === 0) return new Map();
  const runOf = new Map<number, string>();
  for (const { id, trial } of runs.list({ experiment })) {
    if (trial !== null) runOf.set(trial.number, id);
  }
  const memory = experiments.memory(experiment);
  return new Map(
    trials.map(number => {
      const verdict = memory[verdictKey(number)];
      const former: FormerTrial = {
        run: runOf.get(number) ?? null,
        verdict: verdict === undefined ? null : Verdict.parse(JSON.parse(verdict))
      };
      return [number, former];
    })
  );
}
