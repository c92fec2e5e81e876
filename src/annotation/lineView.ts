import type { Diagnostic, Severity } from '@chard/core';
import type { AnnotatedCell, AnnotatedNotebook, AnnotatedStep } from '@chard/core/notebook';
import { METRICS_STEP, type Pipeline, type Step } from '@chard/core/pipeline';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { PipelineFindings } from '../notebooks/notebookPipeline';

export type LineKind =
  | 'imports'
  | 'functions'
  | 'parameters'
  | 'metrics'
  | 'skip'
  | 'step'
  | 'notebook'
  | 'continues'
  | 'none';

export interface LineDependency {
  readonly name: string;
  /** Found by analysis, not written by the person. */
  readonly derived: boolean;
}

/** What the line above one code cell says. */
export interface LineView {
  readonly kind: LineKind;
  readonly title: string;
  readonly note: string;
  readonly after: readonly LineDependency[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly problem: { readonly severity: Severity; readonly messages: readonly string[] } | null;
  /** The step (or the metrics' one) whose first cell this is: where its state is shown. */
  readonly stateOf: string | null;
}

/** How a cell stands in the bracket that joins the cells of one step. */
export type Bracket = 'none' | 'first' | 'middle' | 'last';

export interface LineViews {
  /** Null for cells without a line: markdown and raw ones. */
  readonly lines: readonly (LineView | null)[];
  readonly brackets: readonly Bracket[];
}

const EMPTY = { note: '', after: [], inputs: [], outputs: [], problem: null, stateOf: null };

/** Says for each cell what its line shows. Without findings yet, what the tags alone say. */
export function lineViews(
  annotated: AnnotatedNotebook,
  findings: PipelineFindings | null,
  trans: TranslationBundle
): LineViews {
  return new LineViewer(annotated, findings, trans).views();
}

class LineViewer {
  private readonly steps: ReadonlyMap<string, AnnotatedStep>;
  private readonly found: ReadonlyMap<string, Step>;
  private readonly pipeline: Pipeline | null;
  private readonly problems: ReadonlyMap<number, Diagnostic[]>;
  private readonly firstMetrics: number | undefined;

  constructor(
    private readonly annotated: AnnotatedNotebook,
    findings: PipelineFindings | null,
    private readonly trans: TranslationBundle
  ) {
    this.pipeline = findings?.pipeline ?? null;
    this.steps = new Map(annotated.steps.map(step => [step.name, step]));
    this.found = new Map(this.pipeline?.steps.map(step => [step.name, step]));
    this.problems = problemsByCell(findings?.diagnostics ?? annotated.diagnostics, this.steps);
    this.firstMetrics = annotated.cells.findIndex(({ role }) => role?.kind === 'metrics');
  }

  views(): LineViews {
    const { cells } = this.annotated;
    return {
      lines: cells.map(each => {
        if (each.cell.type !== 'code') return null;
        return { ...this.view(each), problem: this.problemOf(each.cell.index) };
      }),
      brackets: brackets(cells)
    };
  }

  private view(cell: AnnotatedCell): LineView {
    const { role, inheritedFrom } = cell;
    const { trans } = this;
    if (!role) {
      return { ...EMPTY, kind: 'none', title: '', note: trans.__('not in the pipeline yet') };
    }
    if (role.kind === 'step') return this.stepView(cell, role.step);
    if (inheritedFrom !== null) {
      const title = role.kind === 'notebook' ? role.name : this.kindTitle(role.kind);
      return { ...EMPTY, kind: 'continues', title: '', note: trans.__('continues %1', title) };
    }
    if (role.kind === 'notebook') {
      const note = trans.__('another notebook: not supported yet');
      return { ...EMPTY, kind: 'notebook', title: role.name, note };
    }
    const line = { ...EMPTY, kind: role.kind, title: this.kindTitle(role.kind) };
    switch (role.kind) {
      case 'imports':
      case 'functions':
        return { ...line, note: trans.__('run at the start of every step') };
      case 'skip':
        return { ...line, note: trans.__('not in the pipeline') };
      case 'parameters':
        return { ...line, note: this.parametersNote() };
      case 'metrics':
        return this.metricsView(line, cell.cell.index);
    }
  }

  private kindTitle(kind: 'imports' | 'functions' | 'parameters' | 'metrics' | 'skip'): string {
    const { trans } = this;
    const titles = {
      imports: trans.__('Imports'),
      functions: trans.__('Functions'),
      parameters: trans.__('Parameters'),
      metrics: trans.__('Metrics'),
      skip: trans.__('Skipped')
    };
    return titles[kind];
  }

  private stepView({ cell }: AnnotatedCell, name: string): LineView {
    const step = this.steps.get(name)!;
    if (step.cells[0] !== cell.index) {
      return {
        ...EMPTY,
        kind: 'continues',
        title: '',
        note: this.trans.__('continues %1', name)
      };
    }
    const found = this.found.get(name);
    return {
      ...EMPTY,
      kind: 'step',
      title: name,
      after: this.dependencies(step, found),
      inputs: found?.inputs.map(input => input.name) ?? [],
      outputs: found?.outputs ?? [],
      stateOf: name
    };
  }

  /** Declared ones as the tags say them now, derived ones as last found. */
  private dependencies(step: AnnotatedStep, found: Step | undefined): LineDependency[] {
    const declared = new Set(step.prev.map(each => each.step));
    const derived = (found?.after ?? [])
      .filter(each => !each.declared && !declared.has(each.step) && this.steps.has(each.step))
      .map(each => each.step);
    return [
      ...[...declared].map(name => ({ name, derived: false })),
      ...derived.map(name => ({ name, derived: true }))
    ];
  }

  private parametersNote(): string {
    if (!this.pipeline) return '';
    const { trans } = this;
    const names = this.pipeline.parameters.map(({ name }) => name);
    const steps = [...this.pipeline.steps, this.pipeline.metricsStep];
    const used = new Set(steps.flatMap(step => step?.parameters ?? []));
    const unused = names.filter(name => !used.has(name));
    if (names.length === 0) return trans.__('none yet');
    if (unused.length === 0) return trans.__('%1, all used', names.length);
    return trans.__('%1, not used: %2', names.length, unused.join(', '));
  }

  private metricsView(line: LineView, cell: number): LineView {
    const step = this.pipeline?.metricsStep;
    if (!step || cell !== this.firstMetrics) return line;
    return {
      ...line,
      after: step.after.map(each => ({ name: each.step, derived: false })),
      inputs: this.pipeline!.metrics.map(({ name }) => name),
      stateOf: METRICS_STEP
    };
  }

  private problemOf(cell: number): LineView['problem'] {
    const here = this.problems.get(cell);
    if (!here) return null;
    const severity = here.some(each => each.severity === 'error') ? 'error' : 'warning';
    return { severity, messages: here.map(({ message }) => message) };
  }
}

/** Errors and warnings by the cell where they are shown: their own, else the first of their step. */
function problemsByCell(
  diagnostics: readonly Diagnostic[],
  steps: ReadonlyMap<string, AnnotatedStep>
): Map<number, Diagnostic[]> {
  const found = new Map<number, Diagnostic[]>();
  for (const each of diagnostics) {
    const cell = each.cell ?? steps.get(each.step ?? '')?.cells[0];
    if (each.severity === 'info' || cell === undefined) continue;
    found.set(cell, [...(found.get(cell) ?? []), each]);
  }
  return found;
}

/** Joins the cells of a step that follow each other; what lies between two of them is inside. */
function brackets(cells: readonly AnnotatedCell[]): Bracket[] {
  const result: Bracket[] = cells.map(() => 'none');
  let start = 0;
  while (start < cells.length) {
    const name = stepOf(cells[start]!);
    let last = start;
    for (let at = start + 1; name !== null && at < cells.length; at++) {
      if (stepOf(cells[at]!) === name) last = at;
      else if (cells[at]!.cell.type === 'code') break;
    }
    if (last > start) {
      result.fill('middle', start, last + 1);
      result[start] = 'first';
      result[last] = 'last';
    }
    start = last + 1;
  }
  return result;
}

function stepOf({ role }: AnnotatedCell): string | null {
  return role?.kind === 'step' ? role.step : null;
}
