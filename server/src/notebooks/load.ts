import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { hasErrors, type Diagnostic } from '@chard/core';
import { annotate, parseNotebook, type Notebook } from '@chard/core/notebook';
import {
  buildPipeline,
  findLocalModules,
  type LocalModules,
  type Pipeline
} from '@chard/core/pipeline';
import { createAnalyser, type Analyser } from '@chard/core/python/dataflow';
import { ChardError } from '../errors';
import { errorCode } from '../files/systemErrors';
import { localModuleFinder } from './localModules';

/** A notebook as the command line works with it. */
export interface LoadedNotebook {
  /** Absolute path; `-` for standard input. */
  readonly path: string;
  /** The file as it is; null for standard input. */
  readonly bytes: Uint8Array | null;
  /** Null where the file is no notebook. */
  readonly notebook: Notebook | null;
  /** Null where the notebook makes no pipeline; with an error among the diagnostics it cannot be run. */
  readonly pipeline: Pipeline | null;
  readonly diagnostics: Diagnostic[];
  /** What the pipeline was made with; null where the file is no notebook. */
  readonly making: { readonly analyser: Analyser; readonly modules: LocalModules } | null;
  source(cell: number): string | undefined;
}

/** Where a notebook given as `-` is read from. */
export interface Input {
  readStandardInput(): Promise<Uint8Array>;
}

/**
 * Reads a notebook and, where it is a Python notebook, makes its pipeline. What is wrong inside of it is among the diagnostics.
 *
 * @param reference a path, or `-` for standard input.
 * @throws ChardError `notebook-unreadable`.
 */
export async function loadNotebook(reference: string, input: Input): Promise<LoadedNotebook> {
  const fromInput = reference === '-';
  const path = fromInput ? '-' : resolve(reference);
  const bytes = fromInput ? await input.readStandardInput() : await readNotebook(path);
  const loaded = await analyseNotebook(path, bytes);
  return fromInput ? { ...loaded, bytes: null } : loaded;
}

/** What `loadNotebook` gives, of a notebook's bytes. `path` is where it lies or would lie; `-` for nowhere. */
export async function analyseNotebook(
  path: string,
  bytes: Uint8Array
): Promise<LoadedNotebook & { readonly bytes: Uint8Array }> {
  const isNowhere = path === '-';
  const own = { path, bytes };
  const { notebook, diagnostics } = parseNotebook(new TextDecoder().decode(bytes));
  if (notebook === null || hasErrors(diagnostics)) {
    return {
      ...own,
      notebook: null,
      pipeline: null,
      diagnostics,
      making: null,
      source: () => undefined
    };
  }
  const annotated = annotate(notebook);
  const analyser = createAnalyser();
  const folder = isNowhere ? process.cwd() : dirname(path);
  const modules = findLocalModules(annotated, analyser, localModuleFinder(folder));
  const built = buildPipeline({
    notebook: annotated,
    analyser,
    modules,
    name: isNowhere ? 'notebook' : basename(path, extname(path))
  });
  return {
    ...own,
    notebook,
    pipeline: built.pipeline,
    diagnostics: [...diagnostics, ...built.diagnostics],
    making: { analyser, modules },
    source: cell => notebook.cells[cell]?.source
  };
}

/** A notebook's file as it is. @throws ChardError `notebook-unreadable`. */
export async function readNotebook(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such file',
      EISDIR: 'it is a folder',
      EACCES: 'you may not read it'
    };
    const code = errorCode(error);
    if (code === undefined) {
      throw error;
    }
    throw new ChardError(
      'notebook-unreadable',
      `The notebook ${path} cannot be read: ${reasons[code] ?? (error as Error).message}.`,
      { exitCode: 2, cause: error }
    );
  }
}
