import type { ExperimentEventBody, ExperimentSpec, TrialOutcome } from '@chard/core/experiment';
import { METRICS_STEP } from '@chard/core/pipeline/model';
import type { RunState } from '@chard/core/run';
import { z } from 'zod';
import type { TrialMetrics } from './trialMetrics';

export type TrialFinished = Extract<ExperimentEventBody, { type: 'trial-finished' }>;

/** Why the experiment itself ended a trial's run, and what that makes of the trial. */
export const Verdict = z.object({
  state: z.enum(['pruned', 'failed', 'cancelled']),
  reason: z.string()
});
export type Verdict = z.infer<typeof Verdict>;

/** What became of a trial, by its run's last state. `verdict` says why the run was ended, where the experiment did. */
export function trialFinished(
  spec: ExperimentSpec,
  trial: number,
  run: RunState,
  metrics: TrialMetrics,
  verdict: Verdict | null
): TrialFinished {
  const values = metrics.values();
  const { state, reason } = outcome(spec, run, values, verdict);
  const own = run.steps.filter(({ cached }) => !cached);
  return {
    type: 'trial-finished',
    trial,
    state,
    values,
    reusedSteps: run.steps
      .filter(({ name, cached }) => cached && name !== METRICS_STEP)
      .map(({ name }) => name),
    stepsMs: own.reduce(
      (sum, { startedAt, finishedAt }) =>
        sum + (startedAt === null || finishedAt === null ? 0 : Math.max(0, finishedAt - startedAt)),
      0
    ),
    reason,
    error: state === 'failed' ? run.error : null
  };
}

/** The end of a trial that nobody takes to one: of what its run did, the run itself tells. */
export function notRun(trial: number, reason: string): TrialFinished {
  const none = { values: {}, reusedSteps: [], stepsMs: 0, error: null };
  return { type: 'trial-finished', trial, state: 'cancelled', reason, ...none };
}

function outcome(
  { objective: { metric } }: ExperimentSpec,
  { phase, error }: RunState,
  values: TrialFinished['values'],
  verdict: Verdict | null
): { state: TrialOutcome; reason: string } {
  if (phase === 'succeeded') {
    const value = values[metric];
    if (typeof value === 'number') return { state: 'succeeded', reason: '' };
    const reason =
      value === undefined
        ? `It did not report "${metric}".`
        : `It reported no number for "${metric}" but ${value}.`;
    return { state: 'metrics-unavailable', reason };
  }
  if (phase === 'failed') return { state: 'failed', reason: error?.message ?? '' };
  return verdict ?? { state: 'cancelled', reason: 'Its run was cancelled.' };
}
