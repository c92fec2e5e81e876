import {
  isRange,
  type Assignment,
  type Choice,
  type ParameterSpec,
  type RangeParameter
} from './model';

/** Digits after the point of a number as it is written, exponents included: 0.001 and 1e-3 have three. */
export function decimals(value: number): number {
  const [mantissa, exponent] = String(value).split('e') as [string, string?];
  const fraction = mantissa.split('.')[1]?.length ?? 0;
  return Math.max(0, fraction - Number(exponent ?? 0));
}

/** The value that `steps` steps lead to, as a person would write it: 0.1 + 2 steps of 0.1 is 0.3. */
function valueAt({ min, step }: RangeParameter, steps: number): number {
  const digits = Math.max(decimals(min), decimals(step ?? 1));
  const value = min + steps * (step ?? 1);
  return digits > 100 ? value : Number(value.toFixed(digits));
}

/** Whole steps between a range's ends. Decimal fractions are not exact in binary, hence the tolerance, which is never a step of its own. */
function wholeSteps(min: number, max: number, step: number): number {
  const steps = (max - min) / step;
  return Math.floor(steps + Math.min(1e-3, 1e-9 * Math.max(1, Math.abs(steps))));
}

/** How many values a parameter can have; `Infinity` for a range of numbers without a step. */
export function pointsOf(parameter: ParameterSpec): number {
  if (!isRange(parameter)) return new Set(parameter.list).size;
  const step = parameter.step ?? (parameter.type === 'int' ? 1 : null);
  if (parameter.max < parameter.min) return 0;
  if (parameter.max === parameter.min) return 1;
  if (step === null) return Infinity;
  return step > 0 ? wholeSteps(parameter.min, parameter.max, step) + 1 : 0;
}

/** How many points a space has. */
export function spaceSize(parameters: readonly ParameterSpec[]): number {
  return parameters.reduce((size, parameter) => size * pointsOf(parameter), 1);
}

/** The last value that a range's steps reach; its maximum where it has no step. */
export function lastValue(parameter: RangeParameter): number {
  const { min, max, step } = parameter;
  if (step === null || step <= 0 || max <= min) return max;
  return valueAt(parameter, wholeSteps(min, max, step));
}

/** Every value of a parameter, in order; null where they cannot be counted up. */
export function valuesOf(parameter: ParameterSpec): Choice[] | null {
  if (!isRange(parameter)) return [...new Set<Choice>(parameter.list)];
  const points = pointsOf(parameter);
  if (!Number.isFinite(points)) return null;
  return Array.from({ length: points }, (_, index) => valueAt(parameter, index));
}

/** Whether a trial's values lie in the space: one of each parameter, and no others. */
export function isInSpace(parameters: readonly ParameterSpec[], values: Assignment): boolean {
  return (
    Object.keys(values).length === parameters.length &&
    parameters.every(
      parameter =>
        Object.hasOwn(values, parameter.name) && hasValue(parameter, values[parameter.name]!)
    )
  );
}

function hasValue(parameter: ParameterSpec, value: Choice): boolean {
  if (!isRange(parameter)) return (parameter.list as Choice[]).includes(value);
  if (typeof value !== 'number') return false;
  const { min, max } = parameter;
  const step = parameter.step ?? (parameter.type === 'int' ? 1 : null);
  if (step === null) return value >= min && value <= max;
  const steps = (value - min) / step;
  const nearest = Math.round(steps);
  return nearest >= 0 && nearest <= wholeSteps(min, max, step) && Math.abs(steps - nearest) < 1e-6;
}
