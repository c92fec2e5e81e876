import { z } from 'zod';
import type { NotebookEdit } from '../diagnostics';
import {
  annotate,
  applyEditsToModel,
  editsToAddDependency,
  editsToJoinStep,
  editsToSetKind,
  isStepName,
  nearestStepName,
  parseNotebook,
  proposeStepName,
  unused,
  type AnnotatedNotebook,
  type JsonObject
} from '../notebook';
import { buildPipeline } from '../pipeline';
import type { Analyser, CellCode } from '../python/dataflow';
import { readCells } from '../pipeline/cells';
import { shapeOf, type CodeShape } from './classify';

/** What one cell could be. */
export const Suggestion = z.object({
  cell: z.int().min(0),
  kind: z.enum(['imports', 'functions', 'parameters', 'metrics', 'skip', 'step']),
  /** Of a step; cells with one name are one step. */
  name: z.string().nullable(),
  /** Why. */
  reason: z.enum([
    'only-imports',
    'only-definitions',
    'only-literals',
    'reports-numbers',
    'only-looks',
    'heading',
    'continues',
    'new-names'
  ])
});
export type Suggestion = z.infer<typeof Suggestion>;

const REASONS: Partial<Record<CodeShape, [Suggestion['kind'], Suggestion['reason']]>> = {
  imports: ['imports', 'only-imports'],
  functions: ['functions', 'only-definitions'],
  look: ['skip', 'only-looks']
};

/**
 * Says for each code cell that is nothing yet what it could be: imports, functions and parameters by their code, steps by
 * headings, or by data flow where there are none, metrics by what the last cell prints, and what only looks is
 * skipped. Gives nothing for cells that are annotated, and for empty ones.
 */
export function suggestSteps(notebook: AnnotatedNotebook, analyser: Analyser): Suggestion[] {
  return new Suggester(notebook, analyser).suggest();
}

class Suggester {
  private readonly codes: readonly CellCode[];
  private readonly shapes: ReadonlyMap<number, CodeShape>;
  private readonly taken: Set<string>;
  private readonly hasHeadings: boolean;
  private step: { readonly name: string; readonly names: ReadonlySet<string> } | null = null;

  constructor(
    private readonly notebook: AnnotatedNotebook,
    analyser: Analyser
  ) {
    const { byIndex } = readCells(notebook, analyser);
    this.codes = notebook.cells.flatMap(({ cell, role }) => {
      const code = byIndex.get(cell.index);
      return role === null && code ? [code] : [];
    });
    this.shapes = new Map(this.codes.map(code => [code.cell, shapeOf(code)]));
    this.taken = new Set(notebook.steps.map(({ name }) => name));
    this.hasHeadings = this.codes.some(({ cell }) => this.heading(cell) !== null);
  }

  suggest(): Suggestion[] {
    const metrics = this.metricsCell();
    return this.codes.flatMap(({ cell, unit }) => {
      const shape = this.shapes.get(cell)!;
      if (shape === 'empty') return [];
      if (cell === metrics) return suggestion(cell, 'metrics', 'reports-numbers');
      if (shape === 'literals' && this.step === null) {
        return suggestion(cell, 'parameters', 'only-literals');
      }
      const known = REASONS[shape] ?? (shape === 'report' ? REASONS.look : undefined);
      if (known) return suggestion(cell, ...known);
      return this.stepOf(cell, unit.boundNames);
    });
  }

  /** The last cell that does something, where it reports numbers. */
  private metricsCell(): number | null {
    if (this.notebook.cells.some(({ role }) => role?.kind === 'metrics')) return null;
    const last = this.codes.findLast(({ cell }) => {
      const shape = this.shapes.get(cell);
      return shape !== 'empty' && shape !== 'look';
    });
    return last && this.shapes.get(last.cell) === 'report' ? last.cell : null;
  }

  private stepOf(cell: number, bound: ReadonlySet<string>): Suggestion[] {
    const heading = this.heading(cell);
    const reason = this.step === null || heading ? this.reasonToBegin(heading) : this.goesOn(bound);
    const name =
      reason === 'continues'
        ? this.step!.name
        : unused(heading ?? this.nameAfter(bound), this.taken);
    this.taken.add(name);
    const before = reason === 'continues' ? this.step!.names : new Set<string>();
    this.step = { name, names: new Set([...before, ...bound]) };
    return suggestion(cell, 'step', reason, name);
  }

  private reasonToBegin(heading: string | null): Suggestion['reason'] {
    return heading ? 'heading' : 'new-names';
  }

  /** With headings, a step goes on to the next one; without, while a cell binds again what the step has bound. */
  private goesOn(bound: ReadonlySet<string>): Suggestion['reason'] {
    const { names } = this.step!;
    const again = bound.size === 0 || [...bound].some(name => names.has(name));
    return this.hasHeadings || again ? 'continues' : 'new-names';
  }

  private nameAfter(bound: ReadonlySet<string>): string {
    const name = nearestStepName(([...bound].at(-1) ?? '').replaceAll('_', ' '));
    return name !== '' && isStepName(name) ? name : `step ${this.taken.size + 1}`;
  }

  /** The name that a heading since the last code cell gives; null where there is none. */
  private heading(cell: number): string | null {
    const proposed = proposeStepName({ ...this.notebook, steps: [] }, cell);
    return proposed === 'step 1' ? null : proposed;
  }
}

function suggestion(
  cell: number,
  kind: Suggestion['kind'],
  reason: Suggestion['reason'],
  name: string | null = null
): Suggestion[] {
  return [{ cell, kind, name, reason }];
}

/**
 * The edits that take suggestions, all or some of them, with a `prev:` tag for each dependency that the code then has.
 */
export function editsToTake(
  notebook: AnnotatedNotebook,
  suggestions: readonly Suggestion[],
  analyser: Analyser
): NotebookEdit[] {
  const roles = suggestions.flatMap(({ cell, kind, name }) =>
    kind === 'step'
      ? editsToJoinStep(notebook, [cell], name!)
      : editsToSetKind(notebook, [cell], kind)
  );
  return [...roles, ...derivedDependencies(notebook, roles, analyser)];
}

function derivedDependencies(
  notebook: AnnotatedNotebook,
  edits: readonly NotebookEdit[],
  analyser: Analyser
): NotebookEdit[] {
  const edited = parseNotebook(applyEditsToModel(asJson(notebook), edits)).notebook;
  if (!edited) return [];
  const annotated = annotate(edited);
  const { pipeline } = buildPipeline({
    notebook: annotated,
    analyser,
    modules: new Map(),
    name: 'x'
  });
  return (pipeline?.steps ?? []).flatMap(({ name, after }) =>
    after
      .filter(({ declared }) => !declared)
      .flatMap(({ step }) => editsToAddDependency(annotated, name, step))
  );
}

function asJson({ notebook }: AnnotatedNotebook): JsonObject {
  const { nbformat, metadata, cells } = notebook;
  return {
    nbformat: nbformat.major,
    nbformat_minor: nbformat.minor,
    metadata,
    cells: cells.map(({ id, type, source, metadata: own }) => ({
      ...(id === null ? {} : { id }),
      cell_type: type,
      source,
      metadata: own
    }))
  };
}
