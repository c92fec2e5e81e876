import { z } from 'zod';
import { decimals } from './space';
import {
  Distribution,
  isRange,
  MetricStrategy,
  ObjectiveType,
  ParameterSpec,
  type Algorithm,
  type Choice,
  type Objective
} from './model';

/**
 * The parts of an experiment as Katib's `Experiment` spec has them, and Kale's `katib_metadata` with it: numbers are
 * texts there. Printing and reading again gives the same, except that every choice becomes a text.
 */

/** Katib writes numbers as texts; people, and Kale's older notebooks, also as numbers. */
const NumberText = z.union([z.string(), z.number()], { error: 'must be a number' });
const number = NumberText.transform((text, context) => {
  const value = typeof text === 'number' ? text : text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value)) return value;
  context.addIssue(`must be a number, and is "${text}"`);
  return z.NEVER;
});
const NoNumber = z.literal('').transform(() => null);
const optionalNumber = z
  .union([NoNumber, number], { error: 'must be a number' })
  .nullable()
  .default(null);

const FeasibleSpace = z.object({
  min: optionalNumber,
  max: optionalNumber,
  step: optionalNumber,
  list: z.array(z.union([z.string(), z.number(), z.boolean()])).default([]),
  distribution: Distribution.default('uniform')
});

const KatibParameter = z
  .object({
    name: z.string({ error: 'must be a text' }),
    parameterType: z.string({ error: 'must be a text' }),
    feasibleSpace: FeasibleSpace
  })
  .transform(({ name, parameterType: type, feasibleSpace: space }, context): ParameterSpec => {
    const list: unknown = type === 'discrete' ? space.list.map(Number) : space.list;
    const { min, max, step, distribution } = space;
    const result = ParameterSpec.safeParse({ name, type, min, max, step, distribution, list });
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    context.addIssue({ code: 'custom', message: issue!.message, path: [...issue!.path] });
    return z.NEVER;
  });

export const KatibParameters = z.array(KatibParameter, { error: 'must be a list of parameters' });

export const KatibObjective = z
  .object({
    type: ObjectiveType,
    objectiveMetricName: z.string({ error: 'must be a text' }).default(''),
    goal: optionalNumber,
    additionalMetricNames: z.array(z.string()).nullish(),
    metricStrategies: z.array(z.object({ name: z.string(), value: MetricStrategy })).nullish()
  })
  .transform((said): Objective => ({
    type: said.type,
    metric: said.objectiveMetricName,
    goal: said.goal,
    additionalMetrics: said.additionalMetricNames ?? [],
    strategies: Object.fromEntries(
      (said.metricStrategies ?? []).map(({ name, value }) => [name, value])
    )
  }));

export const KatibAlgorithm = z
  .object({
    algorithmName: z.string({ error: 'must be a text' }),
    algorithmSettings: z.array(z.object({ name: z.string(), value: NumberText })).nullish()
  })
  .transform((said): Algorithm => ({
    name: said.algorithmName,
    settings: Object.fromEntries(
      (said.algorithmSettings ?? []).map(({ name, value }) => [name, String(value)])
    )
  }));

interface NameAndValue {
  name: string;
  value: string;
}

export interface PrintedParameter {
  name: string;
  parameterType: ParameterSpec['type'];
  feasibleSpace: {
    min?: string;
    max?: string;
    step?: string;
    list?: string[];
    distribution?: Distribution;
  };
}

/** A number as Katib's services read it in Go and in Python: never with an exponent where it can be without. */
export function printNumber(value: number): string {
  const text = String(value);
  const digits = decimals(value);
  return text.includes('e') && digits <= 100 && Math.abs(value) < 1e21
    ? value.toFixed(digits)
    : text;
}

/** A choice as a text; read back by the type of its parameter. */
export function printChoice(choice: Choice): string {
  if (choice === null) return 'None';
  return typeof choice === 'number' ? printNumber(choice) : String(choice);
}

export function printKatibParameter(parameter: ParameterSpec): PrintedParameter {
  return {
    name: parameter.name,
    parameterType: parameter.type,
    feasibleSpace: isRange(parameter)
      ? {
          min: printNumber(parameter.min),
          max: printNumber(parameter.max),
          ...(parameter.step === null ? {} : { step: printNumber(parameter.step) }),
          ...(parameter.distribution === 'uniform' ? {} : { distribution: parameter.distribution })
        }
      : { list: parameter.list.map(printChoice) }
  };
}

export interface PrintedObjective {
  type: ObjectiveType;
  goal?: number;
  objectiveMetricName: string;
  additionalMetricNames?: string[];
  metricStrategies?: NameAndValue[];
}

/** The objective's goal is a number: the one that Katib does not want as a text. */
export function printKatibObjective(objective: Objective): PrintedObjective {
  const strategies = Object.entries(objective.strategies);
  return {
    type: objective.type,
    ...(objective.goal === null ? {} : { goal: objective.goal }),
    objectiveMetricName: objective.metric,
    ...(objective.additionalMetrics.length === 0
      ? {}
      : { additionalMetricNames: [...objective.additionalMetrics] }),
    ...(strategies.length === 0
      ? {}
      : { metricStrategies: strategies.map(([name, value]) => ({ name, value })) })
  };
}

export interface PrintedAlgorithm {
  algorithmName: string;
  algorithmSettings?: NameAndValue[];
}

export function printKatibAlgorithm({ name, settings }: Algorithm): PrintedAlgorithm {
  const said = Object.entries(settings);
  return {
    algorithmName: name,
    ...(said.length === 0
      ? {}
      : { algorithmSettings: said.map(([key, value]) => ({ name: key, value })) })
  };
}
