import { listDisplays, listValues } from '@chard/core/protocol/api';
import { isOver, type RunState, type StepState } from '@chard/core/run';
import { forwardRef, useEffect, useRef } from 'react';
import { Button } from '../../../controls/button';
import { pencilIcon } from '../../../icons';
import { useAnswer } from '../../useAnswer';
import { stepTime, stepTitle, stepWord } from '../../text';
import { stepStatus } from '../../words';
import { Log } from '../log/log';
import { isCurve, MetricCurve } from '../metrics';
import type { RunServices } from '../services';
import { useNow } from '../useNow';
import { Code, stepOf } from './code';
import { Details } from './details';
import { ErrorView, OpenInKernel } from './error';
import { Outputs } from './outputs';
import { Reuse } from './reuse';
import { Tabs, type Tab } from './tabs';
import { Values } from './values';

type Props = RunServices & {
  readonly state: RunState;
  readonly step: StepState;
  readonly tab: string;
  readonly onTab: (id: string) => void;
  readonly onTabs: (ids: readonly string[]) => void;
};

/** All that is known of one step. */
export const Inspector = forwardRef<HTMLElement, Props>(function Inspector(props, ref) {
  const { api, run, state, step, trans, actions } = props;
  const { name } = step;
  const over = isOver(state.phase);
  const done = over || isOver(step.phase);
  const subject = `${run.id} ${name}`;
  const params = { run: run.id };
  const displays = useAnswer(
    async signal =>
      (await api.ask(listDisplays, { params, query: { step: name }, body: {} }, signal)).displays,
    subject,
    `${step.attempts} ${step.phase} ${step.cell}`
  );
  const values = useAnswer(
    signal => api.ask(listValues, { params, query: { step: name }, body: {} }, signal),
    subject,
    `${step.phase} ${state.phase}`
  );
  const resumed = useResumes(over);
  const cells = stepOf(run.pipeline, name)?.code ?? [];
  const counts = values.answer && {
    in: values.answer.inputs.length,
    out: values.answer.values.length
  };
  const tabs: Tab[] = [
    ...(step.error
      ? [
          {
            id: 'error',
            title: trans.__('Error'),
            render: () => <ErrorView {...props} />
          }
        ]
      : []),
    {
      id: 'log',
      title: trans.__('Log'),
      render: () => (
        <>
          {[...state.metrics.values()]
            .filter(metric => metric.step === name && isCurve(metric))
            .slice(0, 1)
            .map(metric => (
              <MetricCurve key={metric.name} metric={metric} height={100} trans={trans} />
            ))}
          <Log api={api} run={run.id} step={name} attempt={String(resumed)} trans={trans} />
        </>
      )
    },
    {
      id: 'outputs',
      title: trans.__('Outputs'),
      count: displays.answer ? String(displays.answer.length) : '',
      render: () => <Outputs {...props} listed={displays} isOver={done} />
    },
    {
      id: 'values',
      title: trans.__('Inputs & outputs'),
      count: counts
        ? [
            counts.in > 0 ? trans.__('%1 in', counts.in) : '',
            counts.out > 0 ? trans.__('%1 out', counts.out) : ''
          ]
            .filter(Boolean)
            .join(', ')
        : '',
      render: () => <Values {...props} listed={values} />
    },
    {
      id: 'code',
      title: trans.__('Code'),
      count: trans._n('%1 cell', '%1 cells', cells.length),
      render: () => <Code {...props} name={name} />
    },
    { id: 'details', title: trans.__('Details'), render: () => <Details {...props} /> }
  ];
  const ids = tabs.map(({ id }) => id).join(' ');
  useEffect(() => {
    props.onTabs(ids.split(' '));
  }, [ids]);
  const active = tabs.some(({ id }) => id === props.tab) ? props.tab : tabs[0]!.id;
  const first = cells[0]?.cell;
  const isFailed = step.error !== null && step.phase === 'failed';
  return (
    <section
      className="jp-chard-Inspector"
      aria-label={trans.__('Step %1', stepTitle(name, trans))}
      tabIndex={-1}
      ref={ref}
    >
      <div className="jp-chard-Inspector-head">
        <Title {...props} />
        <span className="jp-chard-Inspector-actions">
          {!isFailed && step.phase === 'succeeded' && <OpenInKernel {...props} name={name} />}
          {first !== undefined && !isFailed && (
            <Button
              look="flat"
              icon={pencilIcon}
              onClick={() => void actions.goToCell(run, first, null)}
            >
              {trans.__('Go to cell %1', first + 1)}
            </Button>
          )}
        </span>
      </div>
      {step.cached && <Reuse {...props} canRunAgain={over && !name.startsWith('@')} />}
      <Tabs tabs={tabs} active={active} onActive={props.onTab} />
    </section>
  );
});

/** How often a run that was over has gone on: a log that was complete is then followed again. */
function useResumes(over: boolean): number {
  const known = useRef({ over, count: 0 });
  if (known.current.over && !over) known.current.count += 1;
  known.current.over = over;
  return known.current.count;
}

function Title({ state, step, trans }: Props) {
  const status = stepStatus(step, trans);
  const now = useNow(!isOver(state.phase));
  const time = stepTime(step, now);
  const word = stepWord(step, trans);
  const said = [
    time === '' ? word : trans.__('%1, %2', word, time),
    step.cached || step.why === ''
      ? ''
      : step.phase === 'skipped' || step.phase === 'cancelled'
        ? step.why
        : trans.__('why it ran: %1', step.why)
  ];
  return (
    <div>
      <h2 data-tone={status.tone}>
        <status.icon.react tag="span" className="jp-chard-icon" />
        {stepTitle(step.name, trans)}
      </h2>
      <p className="jp-chard-hint">{said.filter(Boolean).join(' · ')}</p>
    </div>
  );
}
