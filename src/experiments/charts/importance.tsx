import type { TranslationBundle } from '@jupyterlab/translation';
import { Figure } from './figure';

export interface ParameterImportance {
  readonly name: string;
  /** Of the spread of the objective's values, 0 to 1. */
  readonly value: number;
}

/** So few trials say nothing. */
const LEAST_TRIALS = 4;
/** From so many trials for each parameter on, the order of the parameters is usually the final one. */
const TRIALS_A_PARAMETER = 10;

export interface ImportanceProps {
  readonly metric: string;
  /** Largest first; null while it is not known. */
  readonly importance: readonly ParameterImportance[] | null;
  /** The trials that it was computed from. */
  readonly trials: number;
  /** Why it cannot be computed; null where it can. */
  readonly problem: string | null;
  readonly trans: TranslationBundle;
}

/** How much of the spread of the results each parameter accounts for, and how much that is worth. */
export function Importance({ metric, importance, trials, problem, trans }: ImportanceProps) {
  const rows = importance ?? [];
  return (
    <Figure
      title={trans.__('Importance')}
      subtitle={trans.__('share of the spread in %1', metric)}
      className="jp-chard-mod-importance"
      table={() => ({
        columns: [trans.__('Parameter'), trans.__('Share')],
        rows: rows.map(({ name, value }) => [name, Number(value.toFixed(3))])
      })}
      trans={trans}
    >
      <ul className="jp-chard-Importance">
        {rows.map(({ name, value }) => (
          <li key={name}>
            <code title={name}>{name}</code>
            <span className="jp-chard-Importance-track" aria-hidden>
              <span style={{ width: `${Math.max(0, Math.min(1, value)) * 100}%` }} />
            </span>
            <span className="jp-chard-Importance-share">{value.toFixed(2)}</span>
          </li>
        ))}
      </ul>
      <p className="jp-chard-hint">{problem ?? worthInWords(rows.length, trials, trans)}</p>
    </Figure>
  );
}

/** What the numbers are worth: from few trials they are a hint. */
export function worthInWords(parameters: number, trials: number, trans: TranslationBundle): string {
  if (trials < LEAST_TRIALS || parameters === 0) {
    return trans.__('It is computed from %1 finished trials on.', LEAST_TRIALS);
  }
  if (parameters === 1) {
    return trans.__(
      'Only one parameter is tuned: all of the spread is put down to it, chance included.'
    );
  }
  return trials < TRIALS_A_PARAMETER * parameters
    ? trans.__(
        'From %1 trials: a first hint, not a finding. It is computed again as trials finish.',
        trials
      )
    : trans.__(
        'From %1 trials: within the ranges that were searched. It is computed again as trials finish.',
        trials
      );
}
