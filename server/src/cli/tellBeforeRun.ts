import type { Diagnostic } from '@chard/core';
import type { LoadedNotebook } from '../notebooks/load';
import { printJson } from './context';
import { formatDiagnostics, notebookFailure } from './diagnostics';
import type { Terminal } from './terminal';

/** What there is to say of a notebook before it runs: all of it where it cannot, else the warnings. Notes are for `chard check`: they would stand above every run. */
export function tellBeforeRun(
  diagnostics: readonly Diagnostic[],
  loaded: LoadedNotebook,
  runs: boolean,
  asJson: boolean,
  terminal: Terminal
): void {
  const { source } = loaded;
  if (!runs && asJson) {
    printJson(terminal, notebookFailure(diagnostics, loaded, 'nothing was run'));
  } else if (!runs) {
    terminal.err(formatDiagnostics(diagnostics, source, terminal.paint.err));
  } else if (!asJson) {
    const warnings = diagnostics.filter(({ severity }) => severity === 'warning');
    if (warnings.length === 0) return;
    terminal.err(`${formatDiagnostics(warnings, source, terminal.paint.err)}\n`);
  }
}
