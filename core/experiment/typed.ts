import type { Pipeline } from '../pipeline';
import { parseParameterValue } from '../pipeline/bind';
import type { Choice, ExperimentSpec, ParameterSpec } from './model';

/**
 * The experiment with its choices in the types that the pipeline's parameters have: Katib's forms know texts only, and
 * "16" is 16 where the notebook says `batch = 32`. What cannot be read so stays as it is, for the checks to name.
 */
export function withParameterTypes(spec: ExperimentSpec, pipeline: Pipeline): ExperimentSpec {
  return { ...spec, parameters: spec.parameters.map(each => typed(each, pipeline)) };
}

function typed(parameter: ParameterSpec, pipeline: Pipeline): ParameterSpec {
  if (parameter.type !== 'categorical') return parameter;
  const known = pipeline.parameters.find(({ name }) => name === parameter.name);
  if (!known || known.type === 'str') return parameter;
  const list = parameter.list.map((choice): Choice => {
    if (typeof choice !== 'string') return choice;
    const read = parseParameterValue(known, choice);
    if (!('value' in read)) return choice;
    const { value } = read;
    return isChoice(value) ? value : choice;
  });
  return { ...parameter, list };
}

function isChoice(value: unknown): value is Choice {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
