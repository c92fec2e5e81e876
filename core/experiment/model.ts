import { z } from 'zod';

/**
 * An experiment in Katib's terms: what is searched, for what, how, and how often. Plain JSON, the same for the engine on
 * this machine and for Katib. Anything of the right shape is an `ExperimentSpec`; whether it makes sense says `checkExperiment`.
 */

const Name = z.string({ error: 'must be a text' });
const finite = z.number({ error: 'must be a number' });
const whole = z.int({ error: 'must be a whole number' });

/** How values are drawn between `min` and `max`; on a log scale each factor of ten is as likely as every other. */
export const Distribution = z.enum(['uniform', 'logUniform'], {
  error: 'must be "uniform" or "logUniform"'
});
export type Distribution = z.infer<typeof Distribution>;

const range = {
  name: Name,
  distribution: Distribution.default('uniform')
};

/** Whole numbers from `min` to `max`, both included; without a step all of them. */
export const IntParameter = z.object({
  ...range,
  type: z.literal('int'),
  min: whole,
  max: whole,
  step: whole.nullable().default(null)
});
export type IntParameter = z.infer<typeof IntParameter>;

/** Numbers from `min` to `max`; with a step only `min`, `min + step`, ... up to `max`. */
export const DoubleParameter = z.object({
  ...range,
  type: z.literal('double'),
  min: finite,
  max: finite,
  step: finite.nullable().default(null)
});
export type DoubleParameter = z.infer<typeof DoubleParameter>;

/** One of a list of numbers, which have an order. */
export const DiscreteParameter = z.object({
  name: Name,
  type: z.literal('discrete'),
  list: z.array(finite, { error: 'must be a list of numbers' })
});
export type DiscreteParameter = z.infer<typeof DiscreteParameter>;

/** What a parameter can be where its values have no order. */
export const Choice = z.union([z.string(), z.number(), z.boolean(), z.null()], {
  error: 'must be a text, a number, true, false or null'
});
export type Choice = z.infer<typeof Choice>;

/** One of a list of values without an order. */
export const CategoricalParameter = z.object({
  name: Name,
  type: z.literal('categorical'),
  list: z.array(Choice, { error: 'must be a list' })
});
export type CategoricalParameter = z.infer<typeof CategoricalParameter>;

export const ParameterSpec = z.discriminatedUnion(
  'type',
  [IntParameter, DoubleParameter, DiscreteParameter, CategoricalParameter],
  { error: 'needs a type: "int", "double", "discrete" or "categorical"' }
);
export type ParameterSpec = z.infer<typeof ParameterSpec>;
export type ParameterKind = ParameterSpec['type'];
export type RangeParameter = IntParameter | DoubleParameter;
export type ListParameter = DiscreteParameter | CategoricalParameter;

export const ObjectiveType = z.enum(['minimize', 'maximize'], {
  error: 'must be "minimize" or "maximize"'
});
export type ObjectiveType = z.infer<typeof ObjectiveType>;

/** Which of a metric's values, where a trial reports several, is the trial's. */
export const MetricStrategy = z.enum(['min', 'max', 'latest'], {
  error: 'must be "min", "max" or "latest"'
});
export type MetricStrategy = z.infer<typeof MetricStrategy>;

export const Objective = z.object({
  type: ObjectiveType,
  /** The metric that trials are compared by. */
  metric: Name,
  /** The experiment ends once a trial reaches it; null: it runs to its last trial. */
  goal: finite.nullable().default(null),
  /** Further metrics that are kept of each trial. */
  additionalMetrics: z.array(Name, { error: 'must be a list of names' }).default([]),
  /** By metric; for one that is not here, see `strategyOf`. */
  strategies: z.record(z.string(), MetricStrategy).default({})
});
export type Objective = z.infer<typeof Objective>;

/** Settings are texts, as in Katib; `algorithms.ts` knows which there are and what they hold. */
const Settings = z
  .record(z.string(), z.string({ error: 'must be a text' }), { error: 'must be an object' })
  .default({});

/** How the next trial's values are chosen: the name of one in `ALGORITHMS`. */
export const Algorithm = z.object({ name: Name, settings: Settings });
export type Algorithm = z.infer<typeof Algorithm>;

/** When a trial is given up before its end: the name of one in `EARLY_STOPPING`. */
export const EarlyStopping = z.object({ name: Name, settings: Settings });
export type EarlyStopping = z.infer<typeof EarlyStopping>;

/** Katib's: whether trials can be added once the experiment is over. */
export const ResumePolicy = z.enum(['Never', 'LongRunning', 'FromVolume'], {
  error: 'must be "Never", "LongRunning" or "FromVolume"'
});
export type ResumePolicy = z.infer<typeof ResumePolicy>;

export const ExperimentSpec = z.object({
  name: Name,
  parameters: z.array(ParameterSpec, { error: 'must be a list of parameters' }),
  objective: Objective,
  algorithm: Algorithm,
  earlyStopping: EarlyStopping.nullable().default(null),
  /** The experiment ends after so many finished trials. */
  maxTrialCount: whole,
  /** So many trials at a time. */
  parallelTrialCount: whole,
  /** One failure more than this ends the experiment as failed. */
  maxFailedTrialCount: whole,
  resumePolicy: ResumePolicy.default('LongRunning'),
  /** Of the algorithm's random numbers; null: another one each time. */
  seed: whole.nullable().default(null),
  /** A trial that takes longer has failed; null: no limit. */
  trialTimeoutSeconds: z.number({ error: 'must be a number of seconds' }).nullable().default(null)
});
export type ExperimentSpec = z.infer<typeof ExperimentSpec>;

/** What can be changed while an experiment runs, in Katib as here. */
export const TrialCounts = ExperimentSpec.pick({
  maxTrialCount: true,
  parallelTrialCount: true,
  maxFailedTrialCount: true
});
export type TrialCounts = z.infer<typeof TrialCounts>;

/** A trial's values by parameter. */
export const Assignment = z.record(z.string(), Choice);
export type Assignment = z.infer<typeof Assignment>;

export function isRange(parameter: ParameterSpec): parameter is RangeParameter {
  return parameter.type === 'int' || parameter.type === 'double';
}

/** The strategy of a metric. Where none is said it follows the objective's type, for every metric, as in Katib. */
export function strategyOf(objective: Objective, metric: string): MetricStrategy {
  const said = Object.hasOwn(objective.strategies, metric) ? objective.strategies[metric] : null;
  return said ?? (objective.type === 'minimize' ? 'min' : 'max');
}

/** The metrics that an experiment keeps of a trial: the objective's first. */
export function metricsOf(objective: Objective): string[] {
  return [...new Set([objective.metric, ...objective.additionalMetrics])];
}
