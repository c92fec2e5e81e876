import type { TrialCounts } from '@chard/core/experiment';
import type { TranslationBundle } from '@jupyterlab/translation';

/** What can be changed of an experiment's counts. */
export type CountField = keyof TrialCounts;

/** The fields' texts. */
export type CountTexts = Readonly<Record<CountField, string>>;

/** Why each count cannot be so; fields that are right are not there. */
export function countFaults(
  texts: CountTexts,
  done: number,
  trans: TranslationBundle
): Partial<Record<CountField, string>> {
  const faults: Partial<Record<CountField, string>> = {};
  const least: Record<CountField, number> = {
    maxTrialCount: 1,
    parallelTrialCount: 1,
    maxFailedTrialCount: 0
  };
  for (const field of Object.keys(least) as CountField[]) {
    if (!/^\d+$/.test(texts[field].trim()) || Number(texts[field]) < least[field]) {
      faults[field] = trans.__('A whole number, %1 or more.', least[field]);
    }
  }
  const most = Number(texts.maxTrialCount);
  if (faults.maxTrialCount === undefined && most < done) {
    faults.maxTrialCount = trans.__('%1 trials are done already.', done);
  }
  const isBelow = Number(texts.parallelTrialCount) > most;
  if (faults.maxTrialCount === undefined && faults.parallelTrialCount === undefined && isBelow) {
    faults.parallelTrialCount = trans.__('Not more than there are trials: %1.', most);
  }
  return faults;
}
