import {
  isRange,
  lastValue,
  metricsOf,
  pointsOf,
  valuesOf,
  type ExperimentSpec,
  type ParameterSpec,
  type TrialState
} from '@chard/core/experiment';
import { choiceAxis, numberAxis, rangeAxis, type Axis, type AxisValue } from './axis';
import { metricOf } from './trial';

/** What a chart shows of each trial along one axis. */
export interface Dimension {
  /** `p:` or `m:` with a name: a parameter and a metric may have the same one. */
  readonly id: string;
  readonly name: string;
  readonly axis: Axis;
  readonly valueOf: (trial: TrialState) => AxisValue;
}

/** A range of so few values has each of them named. */
const MOST_NAMED = 6;

/** The axis of a parameter: as wide as its range, so that it stays while trials come. `log` overrules its distribution. */
export function parameterAxis(parameter: ParameterSpec, log: boolean | undefined): Axis {
  if (!isRange(parameter)) return choiceAxis(parameter.list);
  const isLog = log ?? parameter.distribution === 'logUniform';
  const named = pointsOf(parameter) <= MOST_NAMED ? (valuesOf(parameter) as number[]) : null;
  return rangeAxis(parameter.min, lastValue(parameter), isLog, named);
}

export function parameterDimension(parameter: ParameterSpec, log?: boolean): Dimension {
  const { name } = parameter;
  return {
    id: `p:${name}`,
    name,
    axis: parameterAxis(parameter, log),
    valueOf: ({ parameters }) => (Object.hasOwn(parameters, name) ? parameters[name] : undefined)
  };
}

/** A metric's axis, around what the trials came to. */
export function metricDimension(
  name: string,
  trials: readonly TrialState[],
  log = false
): Dimension {
  const valueOf = (trial: TrialState): AxisValue => {
    const value = metricOf(trial, name);
    return typeof value === 'number' ? value : undefined;
  };
  return { id: `m:${name}`, name, axis: numberAxis(trials.map(valueOf), log), valueOf };
}

/** Whether a log axis makes sense: all that there is is a positive number. */
export function canBeLog({ axis, valueOf }: Dimension, trials: readonly TrialState[]): boolean {
  if (axis.kind === 'choices') return false;
  const values = trials.map(valueOf).filter(value => value !== undefined);
  return values.length > 0 && values.every(value => typeof value === 'number' && value > 0);
}

/** All that a trial is shown by: parameters, further metrics, and last the objective. `logs` overrules by id which axes are log ones. */
export function dimensionsOf(
  { parameters, objective }: ExperimentSpec,
  trials: readonly TrialState[],
  logs: ReadonlyMap<string, boolean>
): Dimension[] {
  return [
    ...parameters.map(each => parameterDimension(each, logs.get(`p:${each.name}`))),
    ...metricsOf(objective)
      .reverse()
      .map(name => metricDimension(name, trials, logs.get(`m:${name}`)))
  ];
}
