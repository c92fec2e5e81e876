import { isOver, type RunState, type StepState } from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';
import { memo, useMemo, useRef, useState } from 'react';
import { byteSize } from '@chard/core/text';
import { Button } from '../../controls/button';
import { stepTime, stepTitle, stepWord } from '../text';
import { stepStatus } from '../words';
import type { Choosing } from './graph';
import { pressed, sortSteps, type Column, type Sorting } from './sorting';
import { useNear } from './useNear';
import { useNow } from './useNow';
import { useRowKeys } from './useRowKeys';

/** Rows that are drawn together. */
const CHUNK = 50;
const ROW_HEIGHT = 29;

/** The run's steps as a table, sorted by the column whose title is pressed; of a thousand only those near the screen are drawn. */
export function StepTable(
  props: Choosing & { readonly state: RunState; readonly trans: TranslationBundle }
) {
  const { state, selected, onSelect, trans } = props;
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const now = useNow(!isOver(state.phase));
  const steps = useMemo(
    () => sortSteps(state.steps, sorting, now),
    [state.steps, sorting, sorting?.column === 'time' && now]
  );
  const { stop, onKeyDown } = useRowKeys(
    useMemo(() => steps.map(({ name }) => name), [steps]),
    props
  );
  const chunks = useMemo(
    () =>
      Array.from({ length: Math.ceil(steps.length / CHUNK) }, (_, at) =>
        steps.slice(at * CHUNK, (at + 1) * CHUNK)
      ),
    [steps]
  );
  const title = (column: Column, text: string, className?: string) => (
    <th
      className={className}
      aria-sort={
        sorting?.column !== column ? 'none' : sorting.descending ? 'descending' : 'ascending'
      }
    >
      <button
        type="button"
        className="jp-chard-Table-title"
        onClick={() => setSorting(pressed(sorting, column))}
      >
        {text}
        <span aria-hidden>
          {sorting?.column === column ? (sorting.descending ? ' ↓' : ' ↑') : ''}
        </span>
      </button>
    </th>
  );
  return (
    <table
      className="jp-chard-Table jp-chard-StepTable"
      aria-rowcount={steps.length + 1}
      onKeyDown={onKeyDown}
    >
      <thead>
        <tr>
          {title('step', trans.__('Step'))}
          {title('state', trans.__('State'))}
          {title('time', trans.__('Time'), 'jp-chard-Table-number')}
          {title('memory', trans.__('Memory'), 'jp-chard-Table-number')}
          <th>{trans.__('Why it ran, or not')}</th>
        </tr>
      </thead>
      {chunks.map((chunk, at) => (
        <Rows
          key={at}
          first={at * CHUNK}
          steps={chunk}
          now={now}
          selected={selected}
          stop={stop}
          onSelect={onSelect}
          trans={trans}
        />
      ))}
    </table>
  );
}

/** Some rows: as they are where they can be seen, as high as they are elsewhere. */
function Rows(
  props: Pick<Choosing, 'selected' | 'onSelect'> & {
    readonly first: number;
    readonly steps: readonly StepState[];
    readonly now: number;
    readonly stop: string | undefined;
    readonly trans: TranslationBundle;
  }
) {
  const { first, steps, now, selected, stop, onSelect, trans } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const isNear = useNear(body, first === 0);
  return (
    <tbody ref={body}>
      {isNear ? (
        steps.map((step, at) => (
          <Row
            key={step.name}
            // The titles are the first row.
            index={first + at + 2}
            step={step}
            time={stepTime(step, now)}
            isSelected={step.name === selected}
            isStop={step.name === stop}
            onSelect={onSelect}
            trans={trans}
          />
        ))
      ) : (
        <tr aria-hidden>
          <td colSpan={5} style={{ height: steps.length * ROW_HEIGHT, padding: 0 }} />
        </tr>
      )}
    </tbody>
  );
}

/** Of a thousand rows, those whose step did not change are not drawn again. */
const Row = memo(function Row(props: {
  readonly index: number;
  readonly step: StepState;
  readonly time: string;
  readonly isSelected: boolean;
  readonly isStop: boolean;
  readonly onSelect: (name: string) => void;
  readonly trans: TranslationBundle;
}) {
  const { step, trans } = props;
  const { icon: Icon, tone } = stepStatus(step, trans);
  return (
    <tr aria-rowindex={props.index} aria-selected={props.isSelected}>
      <td>
        <Button
          look="link"
          data-row={step.name}
          tabIndex={props.isStop ? 0 : -1}
          onClick={() => props.onSelect(step.name)}
        >
          {stepTitle(step.name, trans)}
        </Button>
      </td>
      <td data-tone={tone}>
        <span className="jp-chard-Counts">
          <Icon.react tag="span" className="jp-chard-icon" />
          {stepWord(step, trans)}
        </span>
      </td>
      <td className="jp-chard-Table-number">{props.time}</td>
      <td className="jp-chard-Table-number">
        {step.resources ? byteSize(step.resources.peakMemoryBytes) : ''}
      </td>
      <td className="jp-chard-hint jp-chard-Table-why" title={step.why}>
        {step.why}
      </td>
    </tr>
  );
});
