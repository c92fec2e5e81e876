import { diagnostic, type Diagnostic } from '../../diagnostics';
import type { Parameter, Pipeline } from '../../pipeline/model';
import type { JsonValue, ParameterSpec, ParameterType } from './spec';

const TYPES: Readonly<Record<Exclude<Parameter['type'], 'none'>, ParameterType>> = {
  int: 'NUMBER_INTEGER',
  float: 'NUMBER_DOUBLE',
  str: 'STRING',
  bool: 'BOOLEAN',
  list: 'LIST',
  dict: 'STRUCT'
};

/** What a value has that JSON's numbers, all that KFP passes on, cannot say. */
class Unsayable extends Error {}

/**
 * The pipeline's parameters as KFP's root inputs. A default that has no KFP type is an error at its line: None, and
 * numbers that a double cannot hold exactly.
 */
export function rootParameters(pipeline: Pipeline): {
  parameters: Record<string, ParameterSpec>;
  diagnostics: Diagnostic[];
} {
  const parameters: Record<string, ParameterSpec> = {};
  const diagnostics: Diagnostic[] = [];
  for (const parameter of pipeline.parameters) {
    if (parameter.type === 'none') {
      diagnostics.push(
        untyped(
          pipeline,
          parameter,
          'None, which has no type. Give it a number, a text, a list or a dict'
        )
      );
      continue;
    }
    try {
      const value = plain(parameter.default as JsonValue, parameter.type);
      parameters[parameter.name] = {
        parameterType: TYPES[parameter.type],
        defaultValue: value,
        isOptional: true
      };
    } catch (error) {
      if (!(error instanceof Unsayable)) throw error;
      diagnostics.push(untyped(pipeline, parameter, error.message));
    }
  }
  return { parameters, diagnostics };
}

/** The type that a step's component declares for a parameter that it takes. */
export function parameterType(parameter: Parameter): ParameterType {
  if (parameter.type === 'none') throw new Error(`the parameter ${parameter.name} has no KFP type`);
  return TYPES[parameter.type];
}

function untyped(pipeline: Pipeline, { name, literal }: Parameter, what: string): Diagnostic {
  const source = pipeline.prologue.find(({ cell }) => cell === literal.cell)?.source ?? '';
  const before = source.slice(0, literal.start).split('\n');
  return diagnostic(
    'error',
    'parameter-without-kfp-type',
    `The parameter "${name}" is ${what}, or move the line out of the parameters cell.`,
    {
      cell: literal.cell,
      range: {
        start: { line: before.length, column: [...(before.at(-1) ?? '')].length },
        end: endOf(source.slice(0, literal.end))
      }
    }
  );
}

function endOf(text: string): { line: number; column: number } {
  const lines = text.split('\n');
  return { line: lines.length, column: [...(lines.at(-1) ?? '')].length };
}

/** A default (see `LiteralJson`) as KFP passes it on: floats and integers alike are numbers, tuples lists. */
function plain(value: JsonValue, type: Parameter['type']): JsonValue {
  if (type === 'int' && typeof value === 'string') return integer(value);
  if (type === 'float' && typeof value === 'string') return float(value);
  return type === 'list' || type === 'dict' ? plainItem(value) : value;
}

function plainItem(value: JsonValue): JsonValue {
  if (value === null) {
    // KFP's backend knows null; its own Python package refuses it.
    throw new Unsayable(
      'a value with None inside, which KFP cannot pass on. Leave it out or write a text'
    );
  }
  if (Array.isArray(value)) return value.map(plainItem);
  if (typeof value !== 'object') return value;
  const [[key, only] = ['', null], ...others] = Object.entries(value);
  if (others.length === 0) {
    if (key === '$int') return integer(String(only));
    if (key === '$float') return float(String(only));
    if (key === '$tuple') return (only as JsonValue[]).map(plainItem);
    if (key === '$dict') {
      const entries = only as [string, JsonValue][];
      return Object.fromEntries(entries.map(([name, item]) => [name, plainItem(item)]));
    }
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plainItem(item)]));
}

function integer(digits: string): number {
  throw new Unsayable(
    `${digits.length > 24 ? `${digits.slice(0, 20)}...` : digits}, beyond 2^53, which KFP cannot pass on exactly. Write a smaller number or a text`
  );
}

function float(text: string): number {
  const number = Number(text);
  if (Number.isFinite(number)) return number;
  throw new Unsayable(`${text}, which KFP has no number for. Write a finite number or a text`);
}
