import { z } from 'zod';
import { MetricValue, RunSnapshotUse, StepError } from '../run/events';
import { Assignment, ExperimentSpec, TrialCounts } from './model';

/** How a trial ended. */
export const TrialOutcome = z.enum([
  'succeeded',
  'failed',
  /** Stopped early, because others did better. */
  'pruned',
  'cancelled',
  /** It ended well and did not report the objective, or reported no finite number. */
  'metrics-unavailable'
]);
export type TrialOutcome = z.infer<typeof TrialOutcome>;

/** Why an experiment ended. */
export const EndReason = z.enum([
  'max-trials-reached',
  'goal-reached',
  /** Every point of the space has been tried. */
  'space-exhausted',
  'too-many-failures',
  /** A person stopped it. */
  'stopped',
  /** The algorithm gave no more suggestions, or something else than a trial failed. */
  'error'
]);
export type EndReason = z.infer<typeof EndReason>;

/** Counts from 1 within its experiment, in the order of the suggestions. */
const trial = { trial: z.int().min(1) };

/** What happened, without its place in the log. Append only: new kinds may come, no kind changes its meaning. */
export const ExperimentEventBody = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('experiment-created'),
    experiment: z.string(),
    pipeline: z.string(),
    notebook: z.object({ path: z.string(), sha256: z.string() }),
    spec: ExperimentSpec,
    /** Values of parameters that are not tuned and were given for this experiment. */
    fixed: z.record(z.string(), z.json()),
    /** What all trials work on. Absent or null: the notebook's folder as it is. */
    snapshot: RunSnapshotUse.nullable().optional()
  }),
  z.object({ type: z.literal('experiment-started'), pid: z.int() }),
  /** Places are free and the algorithm has been asked; ends with the next suggestion or the end. */
  z.object({ type: z.literal('suggestions-awaited'), count: z.int().min(1) }),
  z.object({ type: z.literal('trial-suggested'), ...trial, parameters: Assignment }),
  /** Once more after an interruption; it then tells its metrics again. */
  z.object({ type: z.literal('trial-started'), ...trial, run: z.string() }),
  z.object({
    type: z.literal('trial-metric'),
    ...trial,
    name: z.string(),
    value: MetricValue,
    /** The x of a curve (`log_metric(..., step=)`); null for a single number. */
    at: z.number().nullable()
  }),
  z.object({
    type: z.literal('trial-finished'),
    ...trial,
    state: TrialOutcome,
    /** What each metric came to, by its strategy; of the objective's metrics those that were reported. */
    values: z.record(z.string(), MetricValue),
    /** Steps of its run whose results were there already. */
    reusedSteps: z.array(z.string()),
    /** Time that its own steps took, side by side or not, in milliseconds. */
    stepsMs: z.number().min(0),
    /** Why it failed, was pruned or has no value, in words; empty where there is nothing to say. */
    reason: z.string(),
    error: StepError.extend({ step: z.string().nullable() }).nullable()
  }),
  z.object({ type: z.literal('counts-changed'), ...TrialCounts.shape }),
  /** No trial is started any more; those that run go on. */
  z.object({ type: z.literal('experiment-paused') }),
  /** After a pause, an interruption, or, with more trials, its end. */
  z.object({ type: z.literal('experiment-resumed'), pid: z.int() }),
  z.object({ type: z.literal('experiment-interrupted'), message: z.string() }),
  /** It ends as soon as its trials have. */
  z.object({ type: z.literal('experiment-stopping'), reason: EndReason }),
  z.object({
    type: z.literal('experiment-finished'),
    state: z.enum(['succeeded', 'failed', 'stopped']),
    reason: EndReason,
    message: z.string()
  })
]);
export type ExperimentEventBody = z.infer<typeof ExperimentEventBody>;

/** An event in an experiment's log: `seq` counts from 1 without gaps, `time` is milliseconds since 1970. */
export const ExperimentEvent = z.intersection(
  z.object({ seq: z.int().min(1), time: z.number() }),
  ExperimentEventBody
);
export type ExperimentEvent = z.infer<typeof ExperimentEvent>;
