import type { Diagnostic } from '@chard/core';
import type { LoadedNotebook } from '../notebooks/load';
import { printJson } from './context';
import { formatDiagnostics, notebookFailure } from './diagnostics';
import type { Terminal } from './terminal';

/**
 * What there is to say of a notebook before it runs: all of it where it cannot, else the warnings. Notes on the notebook are for `chard
 * check`: they would stand above every run. Those on an experiment are told nowhere else, and it is begun less often.
 */
export function tellBeforeRun(
  diagnostics: readonly Diagnostic[],
  loaded: LoadedNotebook,
  runs: boolean,
  { json, follow }: { readonly json: boolean; readonly follow: boolean },
  terminal: Terminal
): void {
  const { source } = loaded;
  if (!runs && json) {
    printJson(terminal, notebookFailure(diagnostics, loaded, 'nothing was run'), follow);
  } else if (!runs) {
    terminal.err(formatDiagnostics(diagnostics, source, terminal.paint.err));
  } else if (!json) {
    const told = diagnostics.filter(item => item.severity === 'warning' || 'field' in item);
    if (told.length === 0) return;
    terminal.err(`${formatDiagnostics(told, source, terminal.paint.err)}\n`);
  }
}
