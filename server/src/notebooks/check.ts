import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { diagnostic, Diagnostic, hasErrors } from '@chard/core';
import type { Pipeline } from '@chard/core/pipeline';
import { z } from 'zod';
import { ChardError } from '../errors';
import type { Host } from '../host';
import { compileCells, type CellToCompile } from '../python/compileCheck';
import { describeEnvironment, environmentFingerprint } from '../python/environment';
import { findInterpreter, type Interpreter } from '../python/interpreter';
import { recall, remember } from '../python/remembered';
import type { LoadedNotebook } from './load';

const Remembered = z.object({ key: z.string(), diagnostics: z.array(Diagnostic) });

/** What `findInterpreter` and a first look at the interpreter complain of: the notebook's kernel is the matter. */
const KERNEL_TROUBLE = [
  'kernel-missing',
  'kernel-not-python',
  'interpreter-missing',
  'interpreter-failed'
];

/**
 * All that is wrong with a notebook: what `loadNotebook` found, and what the kernel's own interpreter says of each
 * cell. Its word on syntax is the last.
 */
export async function checkNotebook(
  loaded: LoadedNotebook,
  { python, environment, memory }: Host
): Promise<Diagnostic[]> {
  const { pipeline, diagnostics } = loaded;
  if (pipeline === null) {
    return diagnostics;
  }
  try {
    const interpreter = findInterpreter(pipeline.kernel, python, environment);
    const cells = allCells(pipeline);
    const errors = await compile(loaded.path, interpreter, cells, memory);
    return [...errors, ...yieldTo(errors, diagnostics, cells)];
  } catch (error) {
    if (error instanceof ChardError && KERNEL_TROUBLE.includes(error.code)) {
      return [...diagnostics, diagnostic('error', error.code, error.message)];
    }
    throw error;
  }
}

/** All that is wrong with a notebook, and its pipeline where that can be run; null where there is an error. */
export interface CheckedNotebook {
  readonly diagnostics: Diagnostic[];
  readonly runnable: Pipeline | null;
}

/** Checks a notebook as `checkNotebook` does, for one that is to be run. */
export async function checkForRun(loaded: LoadedNotebook, host: Host): Promise<CheckedNotebook> {
  const diagnostics = await checkNotebook(loaded, host);
  return { diagnostics, runnable: hasErrors(diagnostics) ? null : loaded.pipeline };
}

/** Starting an interpreter takes a quarter of a second: for the same cells and environment it is asked once. */
async function compile(
  notebook: string,
  interpreter: Interpreter,
  cells: readonly CellToCompile[],
  memory: string | null
): Promise<Diagnostic[]> {
  const file = memory && join(memory, 'compiled', `${sha256(notebook)}.json`);
  const remembered = recall(file, Remembered);
  const describing = describeEnvironment(interpreter, memory);
  // Where there is nothing that the environment could confirm, both are asked side by side.
  const compiling = remembered === null ? compileCells(interpreter, cells) : null;
  const [environment, compiled] = await Promise.all([describing, compiling]);
  const key = sha256(JSON.stringify([__VERSION__, environmentFingerprint(environment), cells]));
  if (remembered?.key === key) {
    return remembered.diagnostics;
  }
  const diagnostics = compiled ?? (await compileCells(interpreter, cells));
  remember(file, { key, diagnostics });
  return diagnostics;
}

/**
 * Our own syntax errors, seen without Python, go where the interpreter has looked at the cell: either it says the
 * same, or it can read what our parser cannot, and then only what flows through the cell may be seen wrongly.
 */
function yieldTo(
  errors: readonly Diagnostic[],
  diagnostics: readonly Diagnostic[],
  cells: readonly CellToCompile[]
): Diagnostic[] {
  const refused = new Set(errors.map(({ cell }) => cell));
  const looked = new Set<number | null>(cells.map(({ cell }) => cell));
  return diagnostics.flatMap(item => {
    if (item.code !== 'syntax-error' || !looked.has(item.cell)) {
      return [item];
    }
    return refused.has(item.cell) ? [] : [unreadHere(item)];
  });
}

function unreadHere(item: Diagnostic): Diagnostic {
  return {
    ...item,
    severity: 'warning',
    message: `Your Python can read this, Chard cannot, so it may not see every name that the cell uses. ${item.message}`
  };
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

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
