import { isOver, type RunState, type StepState } from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';
import { memo, useState } from 'react';
import { byteSize } from '@chard/core/text';
import { stepTime, stepTitle, stepWord } from '../text';
import { stepStatus } from '../words';
import type { Choosing } from './graph';
import { pressed, sortSteps, type Column, type Sorting } from './sorting';
import { useNow } from './useNow';

/** The run's steps as a table, sorted by the column whose title is pressed. */
export function StepTable(
  props: Choosing & { readonly state: RunState; readonly trans: TranslationBundle }
) {
  const { state, selected, onSelect, trans } = props;
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const now = useNow(!isOver(state.phase));
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
    <table className="jp-chard-Table jp-chard-StepTable">
      <thead>
        <tr>
          {title('step', trans.__('Step'))}
          {title('state', trans.__('State'))}
          {title('time', trans.__('Time'), 'jp-chard-Table-number')}
          {title('memory', trans.__('Memory'), 'jp-chard-Table-number')}
          <th>{trans.__('Why it ran, or not')}</th>
        </tr>
      </thead>
      <tbody>
        {sortSteps(state.steps, sorting, now).map(step => (
          <Row
            key={step.name}
            step={step}
            time={stepTime(step, now)}
            isSelected={step.name === selected}
            onSelect={onSelect}
            trans={trans}
          />
        ))}
      </tbody>
    </table>
  );
}

/** Of a thousand rows, those whose step did not change are not drawn again. */
const Row = memo(function Row(props: {
  readonly step: StepState;
  readonly time: string;
  readonly isSelected: boolean;
  readonly onSelect: (name: string) => void;
  readonly trans: TranslationBundle;
}) {
  const { step, trans } = props;
  const { icon: Icon, tone } = stepStatus(step, trans);
  return (
    <tr aria-selected={props.isSelected}>
      <td>
        <button
          type="button"
          className="jp-chard-FlatButton jp-chard-mod-link"
          onClick={() => props.onSelect(step.name)}
        >
          {stepTitle(step.name, trans)}
        </button>
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
      <td className="jp-chard-hint">{step.why}</td>
    </tr>
  );
});
