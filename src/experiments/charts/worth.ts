import type { TranslationBundle } from '@jupyterlab/translation';

/** So few trials say nothing. */
export const LEAST_TRIALS = 4;
/** From so many trials for each parameter on, the order of the parameters is usually the final one. */
const TRIALS_A_PARAMETER = 10;

/** What the numbers are worth: from few trials they are a hint. */
export function worthInWords(
  parameters: number,
  trials: number,
  isOver: boolean,
  trans: TranslationBundle
): string {
  if (trials < LEAST_TRIALS || parameters === 0) {
    return trans.__('It is computed from %1 finished trials on.', LEAST_TRIALS);
  }
  if (parameters === 1) {
    return trans.__(
      'Only one parameter is tuned: all of the spread is put down to it, chance included.'
    );
  }
  const worth =
    trials < TRIALS_A_PARAMETER * parameters
      ? trans.__('From %1 trials: a first hint, not a finding.', trials)
      : trans.__('From %1 trials: within the ranges that were searched.', trials);
  return isOver ? worth : `${worth} ${trans.__('It is computed again as trials finish.')}`;
}
