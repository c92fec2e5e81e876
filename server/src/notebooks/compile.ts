import type { Diagnostic } from '@chard/core';
import type { Pipeline } from '@chard/core/pipeline';
import type { Context } from '../cli/context';
import { compileCells, type CellToCompile } from '../python/compileCheck';
import { findInterpreter } from '../python/interpreter';
import type { LoadedNotebook } from './load';

/** Syntax errors as the kernel's own interpreter words them; none for a notebook that makes no pipeline. */
export async function compileNotebook(
  { pipeline }: LoadedNotebook,
  { python, environment }: Pick<Context, 'python' | 'environment'>
): Promise<Diagnostic[]> {
  if (pipeline === null) {
    return [];
  }
  const interpreter = findInterpreter(pipeline.kernel, python, environment);
  return compileCells(interpreter, allCells(pipeline));
}

function allCells(pipeline: Pipeline): CellToCompile[] {
  const prologue = pipeline.prologue.map(({ cell, source }) => ({ cell, source, step: null }));
  const steps = [
    ...pipeline.steps,
    ...(pipeline.metricsStep === null ? [] : [pipeline.metricsStep])
  ];
  return [
    ...prologue,
    ...steps.flatMap(step =>
      step.code.map(({ cell, source }) => ({ cell, source, step: step.name }))
    )
  ];
}
