import type { TranslationBundle } from '@jupyterlab/translation';
import { useId, useState, type ReactNode } from 'react';

export interface FigureTable {
  readonly columns: readonly string[];
  /** Texts; a number stands to the right. */
  readonly rows: readonly (readonly (string | number)[])[];
}

export interface FigureProps {
  readonly title: string;
  readonly subtitle?: string | undefined;
  /** What is pointed at, in words. */
  readonly reading?: string;
  /** Made only when it is shown. */
  readonly table: () => FigureTable;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
  readonly trans: TranslationBundle;
}

/** Rows that a chart's table shows: a browser lays out more of them slowly. */
const MOST_ROWS = 1000;

/** A chart in its card: what it shows in words, and the same as a table at the press of a button. */
export function Figure(props: FigureProps) {
  const { title, subtitle, reading, table, actions, children, className, trans } = props;
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  return (
    <figure
      className={`jp-chard-Card jp-chard-Figure ${className ?? ''}`}
      aria-labelledby={`${id}-title`}
    >
      <figcaption>
        <h3 id={`${id}-title`}>{title}</h3>
        {subtitle !== undefined && <span className="jp-chard-hint">{subtitle}</span>}
        <span className="jp-chard-Figure-actions">
          {actions}
          <button
            type="button"
            className="jp-chard-FlatButton jp-chard-mod-small"
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            {trans.__('Show as table')}
          </button>
        </span>
      </figcaption>
      <div className="jp-chard-Figure-body">
        {asTable ? <Rows title={title} table={table()} trans={trans} /> : children}
      </div>
      {!asTable && (
        <p className="jp-chard-Figure-reading" role="status">
          {reading}
        </p>
      )}
    </figure>
  );
}

function Rows(props: { title: string; table: FigureTable; trans: TranslationBundle }) {
  const { title, table, trans } = props;
  const { columns, rows } = table;
  const shown = rows.slice(0, MOST_ROWS);
  const isNumber = columns.map((_, at) => rows.some(row => typeof row[at] === 'number'));
  const className = (at: number): string | undefined =>
    isNumber[at] ? 'jp-chard-Table-number' : undefined;
  return (
    <div className="jp-chard-Figure-table" tabIndex={0} role="region" aria-label={title}>
      <table className="jp-chard-Table">
        <caption>
          {shown.length < rows.length
            ? trans.__('%1: %2 of %3 rows', title, shown.length, rows.length)
            : title}
        </caption>
        <thead>
          <tr>
            {columns.map((column, at) => (
              <th key={at} className={className(at)}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, index) => (
            <tr key={index}>
              {row.map((cell, at) => (
                <td key={at} className={className(at)}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
