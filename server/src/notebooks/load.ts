import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import type { Diagnostic } from '@chard/core';
import { annotate, parseNotebook } from '@chard/core/notebook';
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
import { loadPythonParser } from './pythonParser';

/** A notebook as the command line works with it. */
export interface LoadedNotebook {
  /** Absolute path; `-` for standard input. */
  readonly path: string;
  /** The file as it is; null for standard input. */
  readonly bytes: Uint8Array | null;
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
  if (reference === '-') {
    const read = await makePipeline(await input.readStandardInput(), {
      folder: process.cwd(),
      name: 'notebook'
    });
    return { path: '-', bytes: null, ...read };
  }
  const path = resolve(reference);
  const bytes = await readNotebookFile(path);
  return { path, bytes, ...(await readNotebook(path, bytes)) };
}

/** What a notebook is made of. */
export type NotebookContent = Omit<LoadedNotebook, 'path' | 'bytes'>;

/** Reads a notebook that lies, or lay, at `path` and has, or had, these bytes. */
export function readNotebook(path: string, bytes: Uint8Array): Promise<NotebookContent> {
  return makePipeline(bytes, { folder: dirname(path), name: basename(path, extname(path)) });
}

/** `folder`: where local modules are looked for; `name`: the pipeline's where the notebook says none. */
async function makePipeline(
  bytes: Uint8Array,
  { folder, name }: { folder: string; name: string }
): Promise<NotebookContent> {
  const { notebook, diagnostics } = parseNotebook(new TextDecoder().decode(bytes));
  if (notebook === null || diagnostics.some(({ severity }) => severity === 'error')) {
    return { pipeline: null, diagnostics, making: null, source: () => undefined };
  }
  const annotated = annotate(notebook);
  const analyser = createAnalyser(await loadPythonParser());
  const modules = findLocalModules(annotated, analyser, localModuleFinder(folder));
  const built = buildPipeline({
    notebook: annotated,
    analyser,
    modules,
    name
  });
  return {
    pipeline: built.pipeline,
    diagnostics: [...diagnostics, ...built.diagnostics],
    making: { analyser, modules },
    source: cell => notebook.cells[cell]?.source
  };
}

/** @throws ChardError `notebook-unreadable`. */
export async function readNotebookFile(path: string): Promise<Uint8Array> {
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
