import { getRunEnvironment } from '@chard/core/protocol/api';
import { isOver, type RunState, type StepState } from '@chard/core/run';
import { useAnswer } from '../../useAnswer';
import { byteSize } from '@chard/core/text';
import { duration, shortTime, stepTime, stepWord } from '../../text';
import type { RunServices } from '../services';
import { useNow } from '../useNow';
import { stepOf } from './code';

/** What the step used, how often it was tried, why it ran or was reused, and in which environment. */
export function Details(props: RunServices & { state: RunState; step: StepState }) {
  const { api, run, state, step, trans } = props;
  const now = useNow(!isOver(state.phase));
  const environment = useAnswer(
    signal => api.ask(getRunEnvironment, { params: { run: run.id }, query: {}, body: {} }, signal),
    run.id
  );
  const { resources } = step;
  const settings = stepOf(run.pipeline, step.name)?.settings;
  const rows: [string, React.ReactNode][] = [
    [trans.__('State'), stepWord(step, trans)],
    [trans.__('Why'), step.why],
    [trans.__('Time'), stepTime(step, now)],
    [trans.__('Processor time'), resources ? duration(resources.cpuSeconds * 1000) : ''],
    [trans.__('Peak memory'), resources ? byteSize(resources.peakMemoryBytes) : ''],
    [
      trans.__('Attempts'),
      step.attempts > 0
        ? settings?.retries
          ? trans.__('%1 of %2', step.attempts, settings.retries.count + 1)
          : String(step.attempts)
        : ''
    ],
    [trans.__('Began'), step.startedAt === null || step.cached ? '' : shortTime(step.startedAt)],
    [trans.__('Process'), step.pid === null ? '' : String(step.pid)],
    [trans.__('Limits'), settings ? limits(settings.limits) : ''],
    [
      trans.__('Time limit'),
      settings?.timeoutSeconds ? duration(settings.timeoutSeconds * 1000) : ''
    ],
    [trans.__('Reuse'), settings && !settings.cache ? trans.__('switched off for this step') : ''],
    [
      trans.__('Python'),
      environment.answer
        ? `${environment.answer.environment.implementation} ${environment.answer.environment.version}`
        : (environment.problem ?? '')
    ],
    [trans.__('Interpreter'), environment.answer?.environment.executable ?? '']
  ];
  const warnings = state.warnings.toArray().filter(warning => warning.step === step.name);
  return (
    <>
      <dl className="jp-chard-Details">
        {rows
          .filter(([, value]) => value !== '')
          .map(([title, value]) => (
            <div key={title}>
              <dt>{title}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {warnings.length > 0 && (
        <ul className="jp-chard-Details-warnings" aria-label={trans.__('Warnings')}>
          {warnings.map(({ message }, at) => (
            <li key={at}>{message}</li>
          ))}
        </ul>
      )}
    </>
  );
}

function limits(quantities: Readonly<Record<string, string>>): string {
  return Object.entries(quantities)
    .map(([name, quantity]) => `${name} ${quantity}`)
    .join(', ');
}
