import type { TranslationBundle } from '@jupyterlab/translation';
import type { CSSProperties } from 'react';
import { Figure } from './figure';
import { worthInWords } from './worth';

export interface ParameterImportance {
  readonly name: string;
  /** Of the spread of the objective's values, 0 to 1. */
  readonly value: number;
}

export interface ImportanceProps {
  readonly metric: string;
  /** Largest first; null while it is not known. */
  readonly importance: readonly ParameterImportance[] | null;
  /** The trials that it was computed from. */
  readonly trials: number;
  /** Why it cannot be computed; null where it can. */
  readonly problem: string | null;
  /** Whether no trial comes any more. */
  readonly isOver: boolean;
  readonly trans: TranslationBundle;
}

/** How much of the spread of the results each parameter accounts for, and how much that is worth. */
export function Importance({
  metric,
  importance,
  trials,
  problem,
  isOver,
  trans
}: ImportanceProps) {
  const rows = importance ?? [];
  const longest = Math.max(0, ...rows.map(({ name }) => name.length));
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
      <ul
        className="jp-chard-Importance"
        style={{ '--jp-chard-names': `${longest}ch` } as CSSProperties}
      >
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
      <p className="jp-chard-hint">
        {problem ??
          (importance === null
            ? trans.__('Being computed…')
            : worthInWords(rows.length, trials, isOver, trans))}
      </p>
    </Figure>
  );
}
