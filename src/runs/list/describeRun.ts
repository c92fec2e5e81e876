import type { RunItem } from '@chard/core/protocol/api';
import { isOver } from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';
import { duration, phaseWord } from '../text';

/** What a person calls a run: its title, else its number in its experiment or among those of its notebook. */
export function runName(
  {
    title,
    number,
    trial = null
  }: Pick<RunItem, 'title' | 'number'> & Partial<Pick<RunItem, 'trial'>>,
  trans: TranslationBundle
): string {
  if (title !== null) return title;
  return trial === null ? trans.__('Run %1', number) : trans.__('Trial %1', trial.number);
}

/** `14:32 · 44.3 s`; on another day `24 Nov, 14:32 · 44.3 s`. What still runs has its start only. */
export function whenAndHowLong({ createdAt, finishedAt }: RunItem, now: number): string {
  const start = new Date(createdAt);
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  const isToday = start.toDateString() === new Date(now).toDateString();
  const when = isToday
    ? start.toLocaleTimeString(undefined, time)
    : start.toLocaleString(undefined, { day: 'numeric', month: 'short', ...time });
  return finishedAt === null ? when : `${when} · ${duration(Math.max(0, finishedAt - createdAt))}`;
}

/** What came of a run, in a few words: its first metric, the step that failed, else how it stands. */
export function outcomeOf(run: RunItem, trans: TranslationBundle): string {
  if (run.cancelling) return trans.__('cancelling');
  if (run.state === 'failed' && run.failedStep !== null && !run.failedStep.startsWith('@')) {
    return trans.__('failed in %1', run.failedStep);
  }
  const [metric] = Object.entries(run.metrics);
  if (run.state === 'succeeded' && metric) return `${metric[0]} ${metricText(metric[1])}`;
  return phaseWord(run.state, trans);
}

/** All of it, for a tooltip: notebook, parameters, metrics, id. */
export function detailsOf(run: RunItem, trans: TranslationBundle): string {
  const pairs = (values: Readonly<Record<string, unknown>>): string =>
    Object.entries(values)
      .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
      .join(', ');
  return [
    `${run.pipeline}, ${trans.__('run %1', run.number)}, ${phaseWord(run.state, trans)}`,
    ...(Object.keys(run.parameters).length > 0
      ? [trans.__('Parameters: %1', pairs(run.parameters))]
      : []),
    ...(Object.keys(run.metrics).length > 0 ? [trans.__('Metrics: %1', pairs(run.metrics))] : []),
    whenAndHowLong(run, Date.now()),
    run.notebook,
    run.id
  ].join('\n');
}

/** Four significant digits, as many as a list has room for. */
function metricText(value: RunItem['metrics'][string]): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : value;
}

/** Whether a run can be gone on with: it is over and not all of it succeeded. */
export function canRetry({ state }: RunItem): boolean {
  return isOver(state) && state !== 'succeeded';
}
