import { basename, extname, resolve } from 'node:path';
import type { Diagnostic } from '@chard/core';
import { isImage } from '@chard/core/targets/kfp';
import { ChardError } from '../errors';
import { writeWhole } from '../files/atomicWrite';
import type { LoadedNotebook } from '../notebooks/load';
import { printJson, type Context, type ExitCode } from './context';
import { diagnosticsJson, formatDiagnostics, notebookFailure } from './diagnostics';

/** What a notebook was compiled to: the text to write, null where something has errors. */
export interface CompiledText {
  readonly text: string | null;
  readonly diagnostics: readonly Diagnostic[];
}

interface WriteOptions {
  readonly json: boolean;
  /** Where to write; by default the notebook's name with `suffix`, here. */
  readonly output?: string;
  /** What a notebook from standard input is called. */
  readonly nameless: string;
  readonly suffix: string;
}

/** @throws ChardError `usage`: no image has such a name. */
export function demandImage(image: string | undefined): void {
  if (image === undefined || isImage(image)) return;
  throw new ChardError(
    'usage',
    `"${image}" is no image: its form is [registry/]name[:tag], without blanks.`,
    { exitCode: 2 }
  );
}

/** Writes what a notebook was compiled to and says where, or says why there is nothing to write. */
export function writeCompiled(
  { text, diagnostics }: CompiledText,
  loaded: LoadedNotebook,
  options: WriteOptions,
  { terminal }: Context
): ExitCode {
  const shown = (): string => formatDiagnostics(diagnostics, loaded.source, terminal.paint.err);
  if (text === null) {
    if (options.json) {
      printJson(terminal, notebookFailure(diagnostics, loaded, 'nothing was written'));
    } else terminal.err(shown());
    return 1;
  }
  const file = resolve(options.output ?? defaultOutput(loaded, options));
  writeWhole(file, text);
  if (options.json) {
    printJson(terminal, { files: [file], diagnostics: diagnosticsJson(diagnostics, loaded) });
    return 0;
  }
  if (diagnostics.length > 0) terminal.err(`${shown()}\n`);
  terminal.out(`${file}\n`);
  return 0;
}

function defaultOutput(
  { path, bytes }: LoadedNotebook,
  { nameless, suffix }: WriteOptions
): string {
  return `${bytes === null ? nameless : basename(path, extname(path))}${suffix}`;
}
