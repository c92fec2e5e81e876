import type { Parameter } from '@chard/core/pipeline';
import { asLiteral, parseParameterText, printLiteral } from '@chard/core/python/literals';

/** One parameter as a field of a form: a text that stands for its value. */
export interface ParameterField {
  readonly parameter: Parameter;
  readonly text: string;
}

export interface FieldReading {
  /** As JSON holds it; undefined where the text is none of the parameter's type. */
  readonly value: unknown;
  /** Why the text is no value; null where it is one. */
  readonly problem: string | null;
  /** Whether it is another value than the default. */
  readonly isChanged: boolean;
}

/** The default as a person types it: a text as it is, all else as Python has it. */
export function defaultText({ type, default: value }: Parameter): string {
  if (type === 'str') return String(value);
  const literal = asLiteral(type, value);
  return literal ? printLiteral(literal) : '';
}

/** A field for each parameter, with a value where one is given, else with the default. */
export function fieldsOf(
  parameters: readonly Parameter[],
  values: Readonly<Record<string, unknown>> = {}
): ParameterField[] {
  return parameters.map(parameter => {
    const isGiven = Object.hasOwn(values, parameter.name);
    const given = isGiven
      ? ({ ...parameter, default: values[parameter.name] } as Parameter)
      : parameter;
    return { parameter, text: defaultText(given) };
  });
}

/** What a field's text says. */
export function readField({ parameter, text }: ParameterField): FieldReading {
  const reading = parseParameterText(text, parameter.type);
  if (!reading.literal) return { value: undefined, problem: reading.problem, isChanged: true };
  const { value } = reading.literal;
  const isChanged = JSON.stringify(value) !== JSON.stringify(parameter.default);
  return { value, problem: null, isChanged };
}

/** The values that differ from the defaults; null where a field holds none. */
export function changedValues(fields: readonly ParameterField[]): Record<string, unknown> | null {
  const values: Record<string, unknown> = {};
  for (const field of fields) {
    const { value, problem, isChanged } = readField(field);
    if (problem !== null) return null;
    if (isChanged) values[field.parameter.name] = value;
  }
  return values;
}
