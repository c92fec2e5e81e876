import { isDeepStrictEqual } from 'node:util';
import {
  bindParameters,
  parseParameterValues,
  type ParameterValues
} from '@chard/core/pipeline/bind';
import type { Pipeline } from '@chard/core/pipeline';
import type { Diagnostic } from '@chard/core';
import { ChardError } from '../errors';

/**
 * The pipeline with the values that `-p name=value` gives.
 *
 * @throws ChardError `malformed-parameter`, `unknown-parameter`, `wrong-parameter-type`: wrong usage, each naming the
 * parameter and what it takes.
 */
export function bindCommandLineParameters(pipeline: Pipeline, words: readonly string[]): Pipeline {
  const { values, diagnostics } = parseParameterValues(pipeline, words);
  refuse(diagnostics);
  return bindParameterValues(pipeline, values);
}

/** The pipeline with values as JSON has them. @throws ChardError `unknown-parameter`, `wrong-parameter-type`. */
export function bindParameterValues(pipeline: Pipeline, values: ParameterValues): Pipeline {
  const bound = bindParameters(pipeline, values);
  refuse(bound.diagnostics);
  return bound.pipeline ?? pipeline;
}

/** The pipeline with those of the values that it does not have already: its text changes no more than it must. @throws as `bindParameterValues`. */
export function bindOtherValues(pipeline: Pipeline, values: ParameterValues): Pipeline {
  const own = new Map<string, unknown>(
    pipeline.parameters.map(({ name, default: value }) => [name, value])
  );
  const others = Object.entries(values).filter(
    ([name, value]) => !own.has(name) || !isDeepStrictEqual(own.get(name), value)
  );
  return bindParameterValues(pipeline, Object.fromEntries(others));
}

function refuse([first, ...others]: readonly Diagnostic[]): void {
  if (first !== undefined) {
    const message = [first, ...others].map(item => item.message).join(' ');
    throw new ChardError(first.code, message, { exitCode: 2 });
  }
}
