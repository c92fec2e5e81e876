import { peekValue, type ListedValues, type ValueItem } from '@chard/core/protocol/api';
import type { StepState } from '@chard/core/run';
import { Fragment, useId, useState } from 'react';
import { Button } from '../../../controls/button';
import { caretIcon } from '../../../icons';
import { useAnswer, type Answered } from '../../useAnswer';
import { byteSize } from '@chard/core/text';
import { stepTitle } from '../../text';
import { Nothing, Problem } from '../notice';
import type { RunServices } from '../services';
import { takersOf } from '../takers';
import { Rendered } from './outputs';

type Props = RunServices & {
  readonly step: StepState;
  readonly listed: Answered<ListedValues>;
};

/** What a step got and what it left; a row opens a look at the value. */
export function Values(props: Props) {
  const { listed, run, step, trans } = props;
  if (listed.answer === null) {
    return listed.problem === null ? (
      <Nothing>{trans.__('Reading the values…')}</Nothing>
    ) : (
      <Problem message={listed.problem} onAgain={listed.again} trans={trans} />
    );
  }
  const { inputs, values } = listed.answer;
  if (inputs.length + values.length === 0) {
    return (
      <Nothing>
        {step.phase === 'succeeded'
          ? trans.__('This step takes nothing from others and leaves nothing.')
          : trans.__('There are no values yet.')}
      </Nothing>
    );
  }
  const sum = (items: readonly ValueItem[]): string =>
    byteSize(items.reduce((total, item) => total + item.bytes, 0));
  return (
    <table className="jp-chard-Table jp-chard-Values">
      <thead>
        <tr>
          <th>{trans.__('Name')}</th>
          <th>{trans.__('Type')}</th>
          <th>{trans.__('Shape or value')}</th>
          <th className="jp-chard-Table-number">{trans.__('Size')}</th>
          <th>{trans.__('From or to')}</th>
        </tr>
      </thead>
      {inputs.length > 0 && (
        <Group
          {...props}
          title={trans.__('Inputs, %1', sum(inputs))}
          items={inputs}
          isInput
          otherOf={({ origin }) => stepTitle(origin, trans)}
        />
      )}
      {values.length > 0 && (
        <Group
          {...props}
          title={trans.__('Outputs, %1', sum(values))}
          items={values}
          isInput={false}
          otherOf={({ name }) =>
            takersOf(run.pipeline, step.name, name)
              .map(taker => stepTitle(taker, trans))
              .join(', ')
          }
        />
      )}
    </table>
  );
}

function Group(
  props: Props & {
    readonly title: string;
    readonly items: readonly ValueItem[];
    readonly isInput: boolean;
    readonly otherOf: (item: ValueItem) => string;
  }
) {
  const { title, items, isInput, otherOf, trans } = props;
  const [open, setOpen] = useState<string | null>(null);
  const id = useId();
  return (
    <tbody>
      <tr className="jp-chard-Table-group">
        <th colSpan={5} scope="rowgroup">
          {title}
        </th>
      </tr>
      {items.map(item => {
        const isOpen = item.name === open;
        return (
          <Fragment key={item.name}>
            <tr aria-selected={isOpen}>
              <td>
                <Button
                  look="flat"
                  icon={caretIcon}
                  className="jp-chard-Values-name"
                  aria-expanded={isOpen}
                  aria-controls={`${id}${item.name}`}
                  disabled={!item.kept}
                  onClick={() => setOpen(isOpen ? null : item.name)}
                >
                  <code>{item.name}</code>
                </Button>
              </td>
              <td className="jp-chard-Values-type" title={item.type}>
                {item.type}
              </td>
              <td className="jp-chard-Values-value" title={item.why ?? item.repr}>
                {item.kept ? shapeOrValue(item) : trans.__('not kept: %1', item.why ?? '')}
              </td>
              <td className="jp-chard-Table-number">{byteSize(item.bytes)}</td>
              <td className="jp-chard-hint">{otherOf(item)}</td>
            </tr>
            {isOpen && (
              <tr className="jp-chard-Values-peek" id={`${id}${item.name}`}>
                <td colSpan={5}>
                  <Peek {...props} name={item.name} before={isInput} />
                </td>
              </tr>
            )}
          </Fragment>
        );
      })}
    </tbody>
  );
}

/** A look at a value, made by the person's own Python. */
function Peek(props: RunServices & { step: StepState; name: string; before: boolean }) {
  const { api, run, step, name, before, trans } = props;
  const { answer, problem, again } = useAnswer(
    signal =>
      api.ask(
        peekValue,
        { params: { run: run.id, step: step.name }, query: {}, body: { name, before } },
        signal
      ),
    `${run.id} ${step.name} ${name} ${before}`,
    String(step.finishedAt)
  );
  if (answer) return <Rendered {...props} bundle={answer} />;
  if (problem !== null) return <Problem message={problem} onAgain={again} trans={trans} />;
  return (
    <p className="jp-chard-hint" role="status">
      {trans.__('Looking at %1…', name)}
    </p>
  );
}

function shapeOrValue({ shape, repr }: ValueItem): string {
  if (shape && shape.length > 0) return shape.map(size => size.toLocaleString()).join(' × ');
  const line = repr.replace(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
