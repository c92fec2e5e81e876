import {
  isExperimentOver,
  orderTrials,
  type ExperimentState,
  type TrialState
} from '@chard/core/experiment';
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  memo,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode
} from 'react';
import { Button } from '../../controls/button';
import { checkIcon } from '../../viewIcons';
import { logWindow, windowRows } from '../../runs/document/log/window';
import { useNow } from '../../runs/document/useNow';
import type { Pointing } from '../charts/trial';
import { trialIcon, trialTone } from '../words';
import {
  bestFirst,
  filterTrials,
  heldOrder,
  pressed,
  trialColumns,
  type TrialColumn,
  type TrialFilter,
  type TrialSorting
} from './columns';

export const ROW_HEIGHT = 28;
const MOST_HEIGHT = 12 * ROW_HEIGHT;
const PAGE = 10;
/** Rows are written anew after so many have gone by: fewer than are drawn beyond the edges. */
const STRIDE = 8 * ROW_HEIGHT;

export interface TrialTableProps extends Pointing {
  readonly state: ExperimentState;
  /** Whether a trial lies within what is filtered in the charts. */
  readonly isWithin: (trial: TrialState) => boolean;
  readonly selected: ReadonlySet<number>;
  readonly onSelect: (selected: ReadonlySet<number>) => void;
  /** What can be done with those that are selected. */
  readonly actions: ReactNode;
  readonly trans: TranslationBundle;
}

/** The trials: sorted by the column whose title is pressed, filtered, and only as many rows drawn as are seen. */
export const TrialTable = memo(function TrialTable(props: TrialTableProps) {
  const { state, isWithin, selected, trans } = props;
  const { spec, trials } = state;
  const [filter, setFilter] = useState<TrialFilter>({ text: '', outcome: 'all' });
  const [sorting, setSorting] = useState<TrialSorting>(() => bestFirst(spec));
  const [hidden, setHidden] = useState<ReadonlySet<string>>(() => new Set());
  const [isHeld, setHeld] = useState(false);
  const all = useMemo(() => trialColumns(spec, trans), [spec, trans]);
  const columns = useMemo(() => all.filter(({ id }) => !hidden.has(id)), [all, hidden]);
  const found = useMemo(
    () => filterTrials(spec, trials.filter(isWithin), filter, trans),
    [trials, isWithin, filter]
  );
  const sorted = useMemo(() => {
    const key = all.find(({ id }) => id === sorting.column)?.key ?? { by: 'number' as const };
    return orderTrials(spec, found, key, sorting.descending).map(({ number }) => number);
  }, [found, sorting, all]);
  // While somebody looks at a row it does not move.
  const shown = useRef<{ sorting: TrialSorting; order: readonly number[] }>({ sorting, order: [] });
  const order =
    isHeld && shown.current.sorting === sorting ? heldOrder(shown.current.order, sorted) : sorted;
  shown.current = { sorting, order };
  return (
    <section className="jp-chard-Card jp-chard-Trials" aria-label={trans.__('Trials')}>
      <div className="jp-chard-Trials-head">
        <h3>{trans.__('Trials')}</h3>
        <span className="jp-chard-hint" role="status">
          {selected.size > 0
            ? trans._n('%1 selected', '%1 selected', selected.size)
            : found.length < trials.length
              ? trans.__('%1 of %2', found.length, trials.length)
              : trans.__(
                  '%1 at most, %2 at a time; each is a run',
                  spec.maxTrialCount,
                  spec.parallelTrialCount
                )}
        </span>
        <span className="jp-chard-Figure-actions">{props.actions}</span>
      </div>
      <div className="jp-chard-Trials-filter">
        <input
          className="jp-chard-Input"
          type="search"
          placeholder={trans.__('State, or parameter=value')}
          aria-label={trans.__('Find trials by state or parameter')}
          value={filter.text}
          onChange={event => setFilter({ ...filter, text: event.target.value })}
        />
        <select
          className="jp-chard-Select"
          aria-label={trans.__('State of the trials')}
          value={filter.outcome}
          onChange={event =>
            setFilter({ ...filter, outcome: event.target.value as TrialFilter['outcome'] })
          }
        >
          <option value="all">{trans.__('All')}</option>
          <option value="active">{trans.__('Running')}</option>
          <option value="finished">{trans.__('Finished with a value')}</option>
          <option value="rest">{trans.__('Pruned, failed, without a value')}</option>
        </select>
        <ColumnChoice {...{ all, hidden, trans }} onHidden={setHidden} />
      </div>
      <Grid {...props} {...{ columns, order, sorting }} onSorting={setSorting} onHeld={setHeld} />
      <p className="jp-chard-hint">
        {trans.__('Enter opens a trial’s run; Space selects trials to compare.')}
      </p>
    </section>
  );
});

function ColumnChoice(props: {
  readonly all: readonly TrialColumn[];
  readonly hidden: ReadonlySet<string>;
  readonly onHidden: (hidden: ReadonlySet<string>) => void;
  readonly trans: TranslationBundle;
}) {
  const { all, hidden, onHidden, trans } = props;
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <span
      className="jp-chard-Menu"
      onBlur={event => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') setOpen(false);
      }}
    >
      <Button
        look="bordered"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        {trans.__('Columns')}
      </Button>
      <span id={id} className="jp-chard-Menu-content" hidden={!isOpen} tabIndex={-1}>
        {all.slice(1).map(column => (
          <label key={column.id} className="jp-chard-Check">
            <input
              type="checkbox"
              checked={!hidden.has(column.id)}
              onChange={event => {
                const next = new Set(hidden);
                if (event.target.checked) next.delete(column.id);
                else next.add(column.id);
                onHidden(next);
              }}
            />
            {column.title}
          </label>
        ))}
      </span>
    </span>
  );
}

function Grid(
  props: TrialTableProps & {
    readonly columns: readonly TrialColumn[];
    /** The numbers of the trials to show. */
    readonly order: readonly number[];
    readonly sorting: TrialSorting;
    readonly onSorting: (sorting: TrialSorting) => void;
    readonly onHeld: (held: boolean) => void;
  }
) {
  const { state, columns, order, sorting, onSorting, onHeld, selected, onSelect, trans } = props;
  const { pointed, onPoint, onOpen } = props;
  const id = useId();
  const view = useRef<HTMLDivElement>(null);
  const [scrollTop, setScrollTop] = useState(0);
  const [active, setActive] = useState<number | null>(null);
  const now = useNow(!isExperimentOver(state.phase) && state.tally.running > 0);
  const at = active === null ? -1 : order.indexOf(active);
  // As high as all trials need, from the first on: what stands below does not move while they come.
  const rows = Math.max(1, order.length, state.spec.maxTrialCount);
  const viewHeight = Math.min(MOST_HEIGHT, rows * ROW_HEIGHT);
  const drawn = logWindow({ total: order.length, rowHeight: ROW_HEIGHT, scrollTop, viewHeight });
  const slots = windowRows(viewHeight, ROW_HEIGHT);
  const template = `28px ${columns.map(({ width }) => `minmax(${width}px, ${width}fr)`).join(' ')}`;
  const width = 28 + columns.reduce((sum, column) => sum + column.width, 0);
  useLayoutEffect(() => {
    const node = view.current;
    if (!node || at === -1) return;
    const top = at * ROW_HEIGHT;
    // The header lies over the first row's height.
    if (top < node.scrollTop) node.scrollTop = top;
    else if (top + 2 * ROW_HEIGHT > node.scrollTop + node.clientHeight)
      node.scrollTop = top + 2 * ROW_HEIGHT - node.clientHeight;
  }, [active]);
  const go = (index: number): void => {
    const next = order[Math.max(0, Math.min(order.length - 1, index))] ?? null;
    setActive(next);
    onPoint(next);
  };
  // Rows keep the handlers that they were first drawn with.
  const latest = useRef(props);
  latest.current = props;
  const toggle = (number: number): void => {
    const next = new Set(latest.current.selected);
    if (!next.delete(number)) next.add(number);
    latest.current.onSelect(next);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey)
      return;
    const keys: Record<string, () => void> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at === -1 ? 0 : at - 1),
      PageDown: () => go(at + PAGE),
      PageUp: () => go(at - PAGE),
      Home: () => go(0),
      End: () => go(order.length - 1),
      Enter: () => active !== null && onOpen(active),
      ' ': () => active !== null && toggle(active),
      Escape: () => onSelect(new Set())
    };
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };
  return (
    <div
      ref={view}
      className="jp-chard-Trials-grid"
      role="grid"
      aria-label={trans.__('Trials')}
      aria-rowcount={order.length + 1}
      aria-multiselectable
      aria-activedescendant={at === -1 ? undefined : `${id}-${active}`}
      tabIndex={0}
      style={{ height: viewHeight + ROW_HEIGHT + 2 }}
      onScroll={event => setScrollTop(strideOf(event.currentTarget.scrollTop))}
      onKeyDown={press}
      onFocus={() => {
        onHeld(true);
        if (at === -1 && order.length > 0) setActive(order[0]!);
      }}
      onBlur={() => onHeld(false)}
      onPointerEnter={() => onHeld(true)}
      onPointerLeave={() => {
        onHeld(false);
        onPoint(null);
      }}
    >
      <div
        role="row"
        aria-rowindex={1}
        className="jp-chard-Trials-titles"
        style={{ gridTemplateColumns: template, minWidth: width }}
      >
        <span role="columnheader">
          <span className="jp-chard-Trials-unseen">{trans.__('Selected')}</span>
        </span>
        {columns.map(column => (
          <Title key={column.id} {...{ column, sorting, onSorting }} />
        ))}
      </div>
      <div
        role="rowgroup"
        className="jp-chard-Trials-rows"
        style={{ height: order.length * ROW_HEIGHT, minWidth: width }}
      >
        {order.length === 0 && (
          <div role="row" className="jp-chard-Trials-none">
            <span role="gridcell" className="jp-chard-hint">
              {state.trials.length === 0
                ? trans.__('No trial has started.')
                : trans.__('None of the trials fits the filters.')}
            </span>
          </div>
        )}
        {order.slice(drawn.from, drawn.to).map((number, index) => (
          <Row
            // Rows that come into view are written into those that leave it: making them anew is what takes time.
            key={(drawn.from + index) % slots}
            id={`${id}-${number}`}
            trial={state.trials[number - 1]!}
            index={drawn.from + index}
            {...{ columns, template, onPoint, onOpen, trans }}
            isBest={number === state.best}
            isActive={number === active}
            isPointed={number === pointed}
            isSelected={selected.has(number)}
            onActive={setActive}
            onToggle={toggle}
            now={state.trials[number - 1]!.phase === 'running' ? now : 0}
          />
        ))}
      </div>
    </div>
  );
}

function Title(props: {
  readonly column: TrialColumn;
  readonly sorting: TrialSorting;
  readonly onSorting: (sorting: TrialSorting) => void;
}) {
  const { column, sorting, onSorting } = props;
  const { id, title, head, key, isNumber } = column;
  const isSorted = sorting.column === id;
  return (
    <span
      role="columnheader"
      className={isNumber ? 'jp-chard-Table-number' : ''}
      aria-sort={
        key === null
          ? undefined
          : !isSorted
            ? 'none'
            : sorting.descending
              ? 'descending'
              : 'ascending'
      }
    >
      {key === null ? (
        title
      ) : (
        <button
          type="button"
          className="jp-chard-Table-title"
          title={title}
          aria-label={title}
          onClick={() => onSorting(pressed(sorting, id))}
        >
          {head}
          <span aria-hidden>{isSorted ? (sorting.descending ? ' ↓' : ' ↑') : ''}</span>
        </button>
      )}
    </span>
  );
}

function classOf({ id, isNumber }: TrialColumn): string {
  if (!isNumber) return '';
  return id.startsWith('m:')
    ? 'jp-chard-Table-number jp-chard-Trials-metric'
    : 'jp-chard-Table-number';
}

function strideOf(scrollTop: number): number {
  return Math.floor(scrollTop / STRIDE) * STRIDE;
}

interface RowProps {
  readonly id: string;
  readonly trial: TrialState;
  readonly index: number;
  readonly columns: readonly TrialColumn[];
  readonly template: string;
  readonly isBest: boolean;
  readonly isActive: boolean;
  readonly isPointed: boolean;
  readonly isSelected: boolean;
  /** Of a trial that runs: milliseconds since 1970. */
  readonly now: number;
  readonly onActive: (trial: number) => void;
  readonly onToggle: (trial: number) => void;
  readonly onPoint: (trial: number | null) => void;
  readonly onOpen: (trial: number) => void;
  readonly trans: TranslationBundle;
}

const Row = memo(
  function Row(props: RowProps) {
    const { id, trial, index, columns, template, isBest, trans } = props;
    const Icon = trialIcon(trial.phase);
    return (
      <div
        id={id}
        role="row"
        aria-rowindex={index + 2}
        aria-selected={props.isSelected}
        className="jp-chard-Trials-row"
        data-trial={trial.number}
        data-tone={trialTone(trial.phase)}
        data-best={isBest}
        data-active={props.isActive}
        data-pointed={props.isPointed}
        style={{ gridTemplateColumns: template, top: index * ROW_HEIGHT, height: ROW_HEIGHT }}
        // Not as a row comes below a pointer that rests: while the table is scrolled no chart has to follow.
        onPointerMove={() => props.onPoint(trial.number)}
        onClick={event => {
          props.onActive(trial.number);
          if (event.ctrlKey || event.metaKey || event.shiftKey) props.onToggle(trial.number);
        }}
        onDoubleClick={() => props.onOpen(trial.number)}
      >
        <span role="gridcell">
          <span
            className="jp-chard-Runs-check"
            data-checked={props.isSelected}
            title={trans.__('Select')}
            onClick={event => {
              event.stopPropagation();
              props.onToggle(trial.number);
            }}
          >
            {props.isSelected && <checkIcon.react tag="span" className="jp-chard-icon" />}
          </span>
        </span>
        {columns.map(column => {
          const text = column.textOf(trial, props.now);
          const whole = column.wholeOf?.(trial) ?? text;
          return (
            <span
              key={column.id}
              role="gridcell"
              className={classOf(column)}
              title={whole.length > 12 || whole !== text ? whole || undefined : undefined}
            >
              {column.id === 'phase' && <Icon.react tag="span" className="jp-chard-icon" />}
              {column.id === 'number' ? (
                <Button
                  look="inline"
                  tabIndex={-1}
                  title={trans.__('Open the run')}
                  disabled={trial.run === null}
                  onClick={() => props.onOpen(trial.number)}
                >
                  {text}
                </Button>
              ) : (
                text
              )}
              {column.id === 'phase' && isBest && <b>{trans.__(' · best')}</b>}
            </span>
          );
        })}
      </div>
    );
  },
  (one, other) =>
    one.trial === other.trial &&
    one.index === other.index &&
    one.columns === other.columns &&
    one.isBest === other.isBest &&
    one.isActive === other.isActive &&
    one.isPointed === other.isPointed &&
    one.isSelected === other.isSelected &&
    one.now === other.now
);
