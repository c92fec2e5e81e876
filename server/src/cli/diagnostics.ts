import type { Diagnostic, Severity } from '@chard/core';
import type { ExperimentDiagnostic } from '@chard/core/experiment';
import type { Style, Terminal } from './terminal';

const STYLE: Record<Severity, Style> = { error: 'red', warning: 'yellow', info: 'cyan' };
const ORDER: Severity[] = ['error', 'warning', 'info'];

/** The source of a cell, for showing the line a diagnostic is about. */
export type CellSource = (cell: number) => string | undefined;

/**
 * Diagnostics as a person reads them: place, severity, code and message, the line with a caret, the fixes, and a
 * count at the end.
 */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  source: CellSource,
  paint: Terminal['paint']['out']
): string {
  const blocks = diagnostics.map(item => formatOne(item, source, paint));
  return [...blocks, count(diagnostics)].filter(Boolean).join('\n');
}

/** Diagnostics as `--json` prints them. */
export function diagnosticsJson(
  diagnostics: readonly Diagnostic[],
  { path }: { path: string }
): unknown {
  return diagnostics.map(item => ({ ...item, notebook: path }));
}

/** What `--json` prints where a notebook's errors keep a command from doing its work. */
export function notebookFailure(
  diagnostics: readonly Diagnostic[],
  { path }: { path: string },
  consequence: string
): unknown {
  return {
    error: { code: 'notebook-has-errors', message: `${path} has errors; ${consequence}.` },
    diagnostics: diagnosticsJson(diagnostics, { path })
  };
}

/** `2 errors, 1 warning`; empty where there is nothing. */
export function count(diagnostics: readonly Diagnostic[]): string {
  const words = ORDER.map(severity => {
    const number = diagnostics.filter(item => item.severity === severity).length;
    const noun =
      severity === 'info'
        ? number === 1
          ? 'note'
          : 'notes'
        : severity + (number === 1 ? '' : 's');
    return number > 0 ? `${number} ${noun}` : '';
  });
  const text = words.filter(Boolean).join(', ');
  return text && `${text}\n`;
}

function formatOne(
  item: Diagnostic | ExperimentDiagnostic,
  source: CellSource,
  paint: Terminal['paint']['out']
): string {
  const lines = [
    `${paint('bold', place(item))}: ${paint(STYLE[item.severity], item.severity)} ${item.message} ${paint('dim', `[${item.code}]`)}`
  ];
  lines.push(...excerpt(item, source, paint));
  lines.push(...item.fixes.map(fix => `    ${paint('green', 'fix:')} ${fix.title}`));
  return `${lines.join('\n')}\n`;
}

function place(item: Diagnostic | ExperimentDiagnostic): string {
  if ('field' in item) return placeInExperiment(item);
  const { cell, line, column, step } = item;
  const words = [
    cell === null ? null : `cell ${cell}`,
    cell === null || line === null ? null : `line ${line}`,
    cell === null || line === null || column === null ? null : `column ${column}`
  ].filter(Boolean);
  const where = words.length > 0 ? words.join(', ') : 'notebook';
  return step === null || cell === null ? where : `${where} (step ${step})`;
}

/** `experiment, parameters[0].step` */
function placeInExperiment({ field }: ExperimentDiagnostic): string {
  const path = field.map((part, at) => {
    if (typeof part === 'number') return `[${part}]`;
    return at === 0 ? part : `.${part}`;
  });
  return path.length === 0 ? 'experiment' : `experiment, ${path.join('')}`;
}

function excerpt(
  { cell, line, column, end, severity }: Diagnostic,
  source: CellSource,
  paint: Terminal['paint']['out']
): string[] {
  if (cell === null || line === null) {
    return [];
  }
  const text = source(cell)?.split('\n')[line - 1];
  if (text === undefined || text.trim() === '') {
    return [];
  }
  const shown = `    ${text}`;
  if (column === null) {
    return [shown];
  }
  const points = [...text];
  const until = end !== null && end.line === line ? end.column : column + 1;
  const lead = points.slice(0, column).map(character => (character === '\t' ? '\t' : ' '));
  const caret = '^'.repeat(Math.max(1, Math.min(until, points.length) - column));
  return [shown, `    ${lead.join('')}${paint(STYLE[severity], caret)}`];
}
