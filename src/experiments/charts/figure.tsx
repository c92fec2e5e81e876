import type { TranslationBundle } from '@jupyterlab/translation';
import { useId, useMemo, useState, type ReactNode } from 'react';
import { Button } from '../../controls/button';
import { shortValue } from '../../curves/scale';
import { logWindow } from '../../runs/document/log/window';

export interface FigureTable {
  readonly columns: readonly string[];
  /** Texts; a number stands to the right. */
  readonly rows: readonly (readonly (string | number)[])[];
}

export interface FigureProps {
  readonly title: string;
  readonly subtitle?: ReactNode;
  /** What is pointed at, in words. */
  readonly reading?: string;
  /** Made only when it is shown. */
  readonly table: () => FigureTable;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
  readonly trans: TranslationBundle;
}

const ROW_HEIGHT = 24;
/** As the style sheet has it. */
const VIEW_HEIGHT = 240;

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
          <Button
            look="flat"
            small
            aria-pressed={asTable}
            aria-label={trans.__('Show as table: %1', title)}
            onClick={() => setAsTable(!asTable)}
          >
            {trans.__('Show as table')}
          </Button>
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

/** Only the rows that are seen are drawn, however many there are. */
function Rows(props: { title: string; table: FigureTable; trans: TranslationBundle }) {
  const { title, table, trans } = props;
  const { columns, rows } = table;
  const [scrollTop, setScrollTop] = useState(0);
  const isNumber = useMemo(
    () => columns.map((_, at) => rows.some(row => typeof row[at] === 'number')),
    [table]
  );
  const className = (at: number): string | undefined =>
    isNumber[at] ? 'jp-chard-Table-number' : undefined;
  const total = rows.length;
  const view = { total, rowHeight: ROW_HEIGHT, scrollTop, viewHeight: VIEW_HEIGHT };
  const { from, to } = logWindow(view);
  return (
    <div
      className="jp-chard-Figure-table"
      tabIndex={0}
      role="region"
      aria-label={trans._n('%2: %1 row', '%2: %1 rows', total, title)}
      onScroll={event => setScrollTop(event.currentTarget.scrollTop)}
    >
      <table className="jp-chard-Table" aria-rowcount={total + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column, at) => (
              <th key={at} scope="col" className={className(at)} title={column}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap rows={from} />
          {rows.slice(from, to).map((row, index) => (
            <tr key={from + index} aria-rowindex={from + index + 2}>
              {row.map((cell, at) => (
                <td key={at} className={className(at)} title={String(cell)}>
                  {typeof cell === 'number' ? shortValue(cell) : cell}
                </td>
              ))}
            </tr>
          ))}
          <Gap rows={total - to} />
        </tbody>
      </table>
    </div>
  );
}

/** Stands for rows that are not drawn. */
function Gap({ rows }: { readonly rows: number }) {
  return rows > 0 ? <tr aria-hidden style={{ height: rows * ROW_HEIGHT }} /> : null;
}
