import { METRICS_STEP } from '@chard/core/pipeline';
import type { MetricValue, RunPhase, RunState, StepState } from '@chard/core/run';
import { byteSize } from '@chard/core/text';
import { duration, table, type Style, type Terminal } from './terminal';

type Paint = Terminal['paint']['out'];

const SIGN: Record<RunPhase, { sign: string; style: Style }> = {
  pending: { sign: '·', style: 'dim' },
  running: { sign: '▸', style: 'cyan' },
  succeeded: { sign: '✓', style: 'green' },
  failed: { sign: '✗', style: 'red' },
  cancelled: { sign: '■', style: 'yellow' },
  skipped: { sign: '–', style: 'dim' },
  interrupted: { sign: '!', style: 'yellow' }
};

const BAR_WIDTH = 28;

/** The steps of a run, a line each: sign, name, time, when it ran. The last line of a running view has no time yet. */
export function stepLines(
  state: RunState,
  now: number,
  paint: Paint,
  steps: readonly StepState[] = shownSteps(state)
): string[] {
  const window = timeWindow(state, now);
  const rows = steps.map(step => {
    const { sign, style } = SIGN[step.phase];
    return [
      `  ${paint(style, sign)}`,
      stepTitle(step.name),
      elapsed(step, now),
      bar(step, window, now, paint),
      note(step, paint)
    ];
  });
  return table(rows).split('\n').slice(0, -1);
}

/** A step's name for people: the implicit step of the metrics has none of its own. */
export function stepTitle(name: string): string {
  return name === METRICS_STEP ? 'metrics' : name;
}

/** The steps that a person sees. */
export function shownSteps(state: RunState): StepState[] {
  return state.steps.filter(isShown);
}

/** The metrics step is the person's only where something is wrong with it. */
function isShown(step: StepState): boolean {
  return step.name !== METRICS_STEP || step.phase === 'failed';
}

/** What a finished run comes to: a headline, its metrics, the error. */
export function runReport(state: RunState, paint: Paint): string {
  const parts = [headline(state, paint)];
  if (state.metrics.size > 0) {
    parts.push(
      table([...state.metrics.values()].map(({ name, last }) => [`  ${name}`, metricText(last)]))
    );
  }
  if (state.error !== null) {
    parts.push(errorReport(state.error, paint));
  }
  return parts.join('\n');
}

/** Why each step was run, reused or skipped, with its attempts and what it took of the machine. */
export function stepReasons(state: RunState): string {
  return table(
    state.steps
      .filter(isShown)
      .map(step => [
        `  ${stepTitle(step.name)}`,
        step.attempts > 1 ? `${step.attempts} attempts` : '',
        step.resources === null
          ? ''
          : `${byteSize(step.resources.peakMemoryBytes)} peak, ${duration(step.resources.cpuSeconds * 1000)} CPU`,
        step.why
      ])
  );
}

/** A number as a person reads it: six significant digits. */
export function metricText(value: MetricValue): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : value;
}

/** The message first, the traceback below. */
export function errorReport(error: NonNullable<RunState['error']>, paint: Paint): string {
  const where = [
    error.step === null ? null : `step ${stepTitle(error.step)}`,
    error.cell === null ? null : `cell ${error.cell}`,
    error.line === null ? null : `line ${error.line}`
  ].filter(Boolean);
  const what =
    error.code === 'exception'
      ? [error.type, error.message].filter(Boolean).join(': ')
      : error.message;
  const lines = [
    `${paint('red', where.join(', '))}${where.length > 0 ? ': ' : ''}${paint('bold', what)}`
  ];
  if (error.traceback.length > 0) {
    lines.push('', ...error.traceback.flatMap(text => text.split('\n')).map(line => `  ${line}`));
  }
  return `${lines.join('\n')}\n`;
}

function headline(state: RunState, paint: Paint): string {
  const { style } = SIGN[state.phase];
  const took =
    state.startedAt !== null && state.finishedAt !== null
      ? ` in ${duration(state.finishedAt - state.startedAt)}`
      : '';
  const steps = state.steps.filter(step => step.name !== METRICS_STEP);
  const cached = steps.filter(step => step.cached).length;
  const reuse = cached > 0 ? `, ${cached} of ${steps.length} steps reused` : '';
  return `${paint('bold', state.pipeline)} ${paint(style, state.phase)}${took}${reuse} ${paint('dim', `(run ${state.id})`)}\n`;
}

function elapsed(step: StepState, now: number): string {
  if (step.cached) {
    return 'reused';
  }
  if (step.startedAt === null || step.phase === 'pending' || step.phase === 'skipped') {
    return '';
  }
  return duration((step.finishedAt ?? now) - step.startedAt);
}

function note(step: StepState, paint: Paint): string {
  if (step.error !== null) {
    return paint(
      step.phase === 'failed' ? 'red' : 'yellow',
      firstLine(step.error.message || step.error.type)
    );
  }
  if (step.phase === 'skipped') {
    return paint('dim', step.why);
  }
  return step.attempts > 1 ? paint('dim', `attempt ${step.attempts}`) : '';
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

interface Window {
  readonly start: number;
  readonly length: number;
}

/** From the first step's start: the time until then, in which Python gets ready, is no step's. */
function timeWindow(state: RunState, now: number): Window {
  const starts = state.steps.flatMap(({ startedAt, cached }) =>
    startedAt === null || cached ? [] : [startedAt]
  );
  const start = starts.length > 0 ? Math.min(...starts) : now;
  const end = state.finishedAt ?? now;
  return { start, length: Math.max(1, end - start) };
}

/** When the step ran within the run: side by side steps stand under each other. */
function bar(step: StepState, window: Window, now: number, paint: Paint): string {
  if (
    step.cached ||
    step.startedAt === null ||
    step.phase === 'pending' ||
    step.phase === 'skipped'
  ) {
    return ' '.repeat(BAR_WIDTH);
  }
  const column = (time: number) =>
    Math.round(
      (Math.min(Math.max(0, time - window.start), window.length) / window.length) * BAR_WIDTH
    );
  const from = Math.min(column(step.startedAt), BAR_WIDTH - 1);
  const to = Math.max(from + 1, column(step.finishedAt ?? now));
  const text = ' '.repeat(from) + '━'.repeat(to - from) + ' '.repeat(BAR_WIDTH - to);
  return paint(SIGN[step.phase].style, text);
}
