import {
  activity,
  metricsOf,
  objectiveValue,
  trialState,
  type Choice,
  type ExperimentState,
  type TrialState
} from '@chard/core/experiment';
import type { MetricValue } from '@chard/core/run';
import { duration, oneLine, table, type Terminal } from './terminal';

type Paint = Terminal['paint']['out'];

/** What an experiment is doing now, in a line. */
export function activityLine(state: ExperimentState, now: number): string {
  const { phase, waitingForSuggestions, running, done, total, failed, pruned, remainingMs } =
    activity(state, now);
  const parts = [
    ...(phase === 'running' || phase === 'stopping' || phase === 'paused'
      ? [waitingForSuggestions ? 'waiting for suggestions' : `${running} running`]
      : [phase]),
    `${done} of ${total} trials done`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(pruned > 0 ? [`${pruned} pruned`] : []),
    ...(phase === 'paused' ? ['paused until `chard experiments resume`'] : []),
    ...(phase === 'stopping' ? ['stopping'] : []),
    ...(remainingMs === null ? [] : [`about ${duration(remainingMs)} left`])
  ];
  return parts.join(', ');
}

/** The best trial so far, in a line. */
export function bestLine(state: ExperimentState): string {
  const { objective } = state.spec;
  const trial = state.best === null ? undefined : trialState(state, state.best);
  if (trial === undefined) return `No ${objective.metric} yet`;
  const value = objectiveValue(state.spec, trial);
  return `Best ${objective.metric} ${shown(value)} in trial ${trial.number}: ${assignment(trial)}`;
}

/** Trials whose end a person asks about. */
function unfortunate({ trials }: ExperimentState): TrialState[] {
  return trials.filter(
    ({ phase, reason }) => (phase === 'failed' || phase === 'metrics-unavailable') && reason !== ''
  );
}

function reasonLine({ number, phase, reason }: TrialState): string {
  return `Trial ${number} ${phase}: ${oneLine(reason)}`;
}

/** Why the last trial that failed has, in a line; null where none has. */
export function lastFailure(state: ExperimentState): string | null {
  const last = unfortunate(state).at(-1);
  return last === undefined ? null : reasonLine(last);
}

/** Why trials did not succeed, a line each. */
export function trialReasons(state: ExperimentState): string[] {
  return state.trials.filter(({ reason }) => reason !== '').map(reasonLine);
}

/** `lr=0.01, batch=32` */
export function assignment({ parameters }: Pick<TrialState, 'parameters'>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${shown(value)}`)
    .join(', ');
}

/** Some trials, a row each. */
export function trialTable(
  state: ExperimentState,
  trials: readonly TrialState[],
  now: number,
  paint: Paint
): string[] {
  const { spec, best } = state;
  const parameters = spec.parameters.map(({ name }) => name);
  const metrics = metricsOf(spec.objective);
  // What it is about first: a narrow terminal shows no more than the beginning.
  const header = ['TRIAL', 'STATE', ...metrics, ...parameters, 'TOOK', 'SHARED'].map(oneLine);
  const rows = trials.map(trial => [
    trial.number === best ? `${trial.number} *` : String(trial.number),
    trial.phase,
    ...metrics.map(name => shown(trial.values[name] ?? trial.metrics.get(name)?.last ?? null)),
    ...parameters.map(name => shown(trial.parameters[name] ?? null)),
    trial.startedAt === null ? '' : duration((trial.finishedAt ?? now) - trial.startedAt),
    trial.reusedSteps.join(', ')
  ]);
  return table([header, ...rows])
    .trimEnd()
    .split('\n')
    .map((line, index) => coloured(line, index === 0 ? undefined : trials[index - 1], best, paint));
}

function coloured(
  line: string,
  trial: TrialState | undefined,
  best: number | null,
  paint: Paint
): string {
  if (trial === undefined) return paint('dim', line);
  if (trial.number === best) return paint('green', line);
  if (trial.phase === 'failed' || trial.phase === 'metrics-unavailable') return paint('red', line);
  return trial.phase === 'running' ? line : paint('dim', line);
}

function shown(value: Choice | MetricValue): string {
  if (value === null) return '';
  if (typeof value !== 'number' || Number.isInteger(value)) return oneLine(String(value));
  return String(Number(value.toPrecision(6)));
}

/** What `--json` prints of an experiment. */
export function experimentJson(state: ExperimentState, name: string): object {
  const trial = state.best === null ? undefined : trialState(state, state.best);
  return {
    id: state.id,
    name,
    state: state.phase,
    reason: state.reason,
    message: state.message,
    pipeline: state.pipeline,
    notebook: state.notebook.path,
    spec: { ...state.spec, name },
    best: trial === undefined ? null : trialJson(trial),
    trials: state.trials.map(trialJson)
  };
}

function trialJson(trial: TrialState): object {
  const { number, phase, run, parameters, values, reusedSteps, stepsMs, reason, error } = trial;
  const { startedAt, finishedAt } = trial;
  const durationMs = startedAt === null || finishedAt === null ? null : finishedAt - startedAt;
  return {
    number,
    state: phase,
    run,
    parameters,
    values,
    durationMs,
    stepsMs,
    reusedSteps,
    reason,
    error
  };
}

/** What an experiment has come to, as a person reads it. */
export function experimentReport(state: ExperimentState, paint: Paint): string {
  const colour =
    state.phase === 'succeeded' ? 'green' : state.phase === 'failed' ? 'red' : 'yellow';
  const took =
    state.startedAt === null || state.finishedAt === null
      ? ''
      : ` in ${duration(state.finishedAt - state.startedAt)}`;
  const lines = [
    `${paint(colour, state.phase)}${took}: ${state.tally.succeeded} of ${state.trials.length} trials succeeded${state.reason === null ? '' : ` (${endReason(state)})`}`,
    ...(state.message === '' ? [] : [oneLine(state.message)]),
    bestLine(state)
  ];
  return lines.map(line => `${line}\n`).join('');
}

/** Why an experiment has ended, or ends, as part of a sentence. */
export function endReason({ reason }: Pick<ExperimentState, 'reason'>): string {
  switch (reason) {
    case 'max-trials-reached':
      return 'all trials done';
    case 'goal-reached':
      return 'the goal is reached';
    case 'space-exhausted':
      return 'every point has been tried';
    case 'too-many-failures':
      return 'too many trials have failed';
    case 'error':
      return 'it could not go on';
    default:
      return 'stopped';
  }
}
