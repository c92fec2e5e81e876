import { diagnostic, type Diagnostic } from '../diagnostics';
import { nearestOf } from '../notebook/names';
import { asLiteral, parseParameterText, printLiteral, type Literal } from '../python/literals';
import type { Parameter, ParameterType, Pipeline } from './model';

/** Values for a run by parameter name, as JSON holds them (see `Literal`). */
export type ParameterValues = Readonly<Record<string, unknown>>;

export interface Binding {
  /** Null where a value does not fit; then the diagnostics say which. */
  readonly pipeline: Pipeline | null;
  readonly diagnostics: Diagnostic[];
}

const TYPE_WORDS: Readonly<Record<ParameterType, string>> = {
  int: 'a whole number',
  float: 'a number',
  str: 'a text',
  bool: 'True or False',
  none: 'a value',
  list: 'a list',
  dict: 'a dict'
};

function unknownParameter(pipeline: Pipeline, name: string): Diagnostic {
  const names = pipeline.parameters.map(parameter => parameter.name);
  const near = nearestOf(name, names);
  const hint =
    near !== null
      ? `Did you mean "${near}"?`
      : names.length === 0
        ? 'It has none: tag a cell "pipeline-parameters".'
        : `It has ${names.map(known => `"${known}"`).join(', ')}.`;
  return diagnostic(
    'error',
    'unknown-parameter',
    `The pipeline "${pipeline.name}" has no parameter "${name}". ${hint}`
  );
}

function wrongType(parameter: Parameter, value: unknown): Diagnostic {
  return diagnostic(
    'error',
    'wrong-parameter-type',
    `The parameter "${parameter.name}" is ${TYPE_WORDS[parameter.type]}; ${JSON.stringify(value)} is not.`,
    { cell: parameter.literal.cell }
  );
}

/** The literals of values by parameter; a diagnostic for each value that does not fit. */
export function bindLiterals(
  pipeline: Pipeline,
  values: ParameterValues
): { literals: ReadonlyMap<string, Literal>; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const literals = new Map<string, Literal>();
  for (const [name, value] of Object.entries(values)) {
    const parameter = pipeline.parameters.find(known => known.name === name);
    if (!parameter) {
      diagnostics.push(unknownParameter(pipeline, name));
      continue;
    }
    const literal = literalFor(parameter, value);
    if (literal) literals.set(name, literal);
    else diagnostics.push(wrongType(parameter, value));
  }
  return { literals, diagnostics };
}

/** Puts other values in the place of the parameters' literals; everything else of the pipeline stays as it is. */
export function bindParameters(pipeline: Pipeline, values: ParameterValues): Binding {
  const { literals, diagnostics } = bindLiterals(pipeline, values);
  if (diagnostics.length > 0) return { pipeline: null, diagnostics };
  return { pipeline: replaceLiterals(pipeline, literals), diagnostics };
}

/** A parameter whose default is None takes a value of any type. */
function literalFor(parameter: Parameter, value: unknown): Literal | null {
  if (parameter.type !== 'none') return asLiteral(parameter.type, value);
  for (const type of ['none', 'bool', 'int', 'float', 'str', 'list', 'dict'] as const) {
    const literal = asLiteral(type, value);
    if (literal) return literal;
  }
  return null;
}

function replaceLiterals(pipeline: Pipeline, literals: ReadonlyMap<string, Literal>): Pipeline {
  const parameters = pipeline.parameters.map(parameter => ({ ...parameter }));
  const prologue = pipeline.prologue.map(cell => {
    let { source } = cell;
    let shift = 0;
    const inCell = parameters
      .filter(({ literal }) => literal.cell === cell.cell)
      .sort((one, other) => one.literal.start - other.literal.start);
    for (const parameter of inCell) {
      const start = parameter.literal.start + shift;
      const end = parameter.literal.end + shift;
      const literal = literals.get(parameter.name);
      const text = literal ? printLiteral(literal) : source.slice(start, end);
      source = source.slice(0, start) + text + source.slice(end);
      shift += text.length - (end - start);
      parameter.literal = { cell: cell.cell, start, end: start + text.length };
      if (literal) parameter.default = literal.value;
    }
    return { ...cell, source };
  });
  return { ...pipeline, parameters, prologue };
}

/** Reads `name=value` texts, as the command line has them, by the parameters' types. */
export function parseParameterValues(
  pipeline: Pipeline,
  texts: readonly string[]
): { values: Record<string, unknown>; diagnostics: Diagnostic[] } {
  const values: Record<string, unknown> = {};
  const diagnostics: Diagnostic[] = [];
  for (const text of texts) {
    const equals = text.indexOf('=');
    if (equals < 1) {
      diagnostics.push(
        diagnostic(
          'error',
          'malformed-parameter',
          `"${text}" is not of the form name=value, for example rate=0.1.`
        )
      );
      continue;
    }
    const name = text.slice(0, equals).trim();
    const parameter = pipeline.parameters.find(known => known.name === name);
    if (!parameter) {
      diagnostics.push(unknownParameter(pipeline, name));
      continue;
    }
    const value = parseParameterValue(parameter, text.slice(equals + 1));
    if ('diagnostic' in value) diagnostics.push(value.diagnostic);
    else values[name] = value.value;
  }
  return { values, diagnostics };
}

/** Reads one parameter's value from a text, by the parameter's type. */
export function parseParameterValue(
  parameter: Parameter,
  text: string
): { value: unknown } | { diagnostic: Diagnostic } {
  const reading = parseParameterText(text, parameter.type);
  if (reading.literal) return { value: reading.literal.value };
  return {
    diagnostic: diagnostic(
      'error',
      'wrong-parameter-type',
      `The parameter "${parameter.name}": ${reading.problem}`,
      { cell: parameter.literal.cell }
    )
  };
}
