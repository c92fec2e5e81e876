import type { NotebookEdit } from '../diagnostics';
import { editsToAnnotate, NO_SETTINGS } from './cell-annotation';
import type { AnnotatedCell, AnnotatedNotebook, CellAnnotation } from './model';
import { isStepName, nearestStepName } from './names';

/** What a person makes of a cell; `continue` takes its own kind away, so that it belongs to the cell before it. */
export type CellKind = 'imports' | 'functions' | 'parameters' | 'metrics' | 'skip' | 'continue';

/**
 * The edits that make code cells be of a kind; other cells are left alone. Skipping keeps what a cell was. What only a step
 * can say (dependencies, settings) goes, to another tagged cell of the step where there is one.
 */
export function editsToSetKind(
  notebook: AnnotatedNotebook,
  cells: readonly number[],
  kind: CellKind
): NotebookEdit[] {
  const chosen = codeCells(notebook, cells);
  if (kind === 'skip') {
    return chosen.flatMap(({ cell, annotation }) =>
      editsToAnnotate(cell, { ...annotation, skip: true })
    );
  }
  const plan = new AnnotationPlan(notebook);
  for (const each of chosen) plan.handOver(each, chosen);
  for (const { cell } of chosen) {
    plan.set(cell.index, {
      role: kind === 'continue' ? null : { kind },
      skip: false,
      prev: [],
      settings: NO_SETTINGS
    });
  }
  return plan.edits();
}

/**
 * The edits that make code cells belong to the step `name`, a new one or one that is there. They keep what they say of
 * dependencies and settings. Throws a `RangeError` where `name` cannot be a name.
 */
export function editsToJoinStep(
  notebook: AnnotatedNotebook,
  cells: readonly number[],
  name: string
): NotebookEdit[] {
  if (!isStepName(name)) {
    throw new RangeError(
      `"${name}" cannot be the name of a step: it is made of letters, digits, spaces, "-" and "_".`
    );
  }
  return codeCells(notebook, cells).flatMap(({ cell, annotation }) =>
    editsToAnnotate(cell, {
      ...annotation,
      role: { kind: 'step', name },
      skip: false,
      prev: annotation.prev.filter(each => each !== name)
    })
  );
}

const HEADING = /^#{1,6}[ \t]+(.+?)[ \t]*#*$/m;

/** A name for a new step that begins with the cell: its heading if it has one, else a number; no step has it yet. */
export function proposeStepName(notebook: AnnotatedNotebook, cell: number): string {
  const taken = new Set(notebook.steps.map(({ name }) => name));
  const heading = nearestStepName(headingOf(notebook, cell) ?? '').toLowerCase();
  if (heading !== '' && isStepName(heading)) return unused(heading, taken);
  return unused(`step ${notebook.steps.length + 1}`, taken);
}

/** The last heading between the code cell before and the cell; null where there is none. */
function headingOf({ cells }: AnnotatedNotebook, index: number): string | null {
  for (let at = index - 1; at >= 0 && cells[at]!.cell.type !== 'code'; at--) {
    const { type, source } = cells[at]!.cell;
    const headings = type === 'markdown' ? [...source.matchAll(new RegExp(HEADING, 'gm'))] : [];
    if (headings.length > 0) return headings.at(-1)![1]!;
  }
  return null;
}

/** `name`, with a number behind it where it is taken. */
export function unused(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name} ${number}`)) number++;
  return `${name} ${number}`;
}

function codeCells(notebook: AnnotatedNotebook, cells: readonly number[]): AnnotatedCell[] {
  return cells.flatMap(index => {
    const found = notebook.cells[index];
    return found?.cell.type === 'code' ? [found] : [];
  });
}

/** What cells are going to say, so that several changes of one cell become one. */
class AnnotationPlan {
  private readonly planned = new Map<number, CellAnnotation>();

  constructor(private readonly notebook: AnnotatedNotebook) {}

  set(cell: number, annotation: CellAnnotation): void {
    this.planned.set(cell, annotation);
  }

  /** Moves what the cell says of its step to another cell tagged so that stays in it. */
  handOver(from: AnnotatedCell, leaving: readonly AnnotatedCell[]): void {
    const { role, prev, settings } = from.annotation;
    if (role?.kind !== 'step') return;
    const heir = this.notebook.cells.find(
      each =>
        !leaving.includes(each) &&
        each.annotation.role?.kind === 'step' &&
        each.annotation.role.name === role.name &&
        !each.annotation.skip
    );
    if (!heir) return;
    const old = this.planned.get(heir.cell.index) ?? heir.annotation;
    this.set(heir.cell.index, {
      ...old,
      prev: [...new Set([...old.prev, ...prev])],
      settings: { ...settings, ...said(old.settings) }
    });
  }

  edits(): NotebookEdit[] {
    return [...this.planned].flatMap(([index, annotation]) =>
      editsToAnnotate(this.notebook.cells[index]!.cell, annotation)
    );
  }
}

function said(settings: CellAnnotation['settings']): Partial<CellAnnotation['settings']> {
  return Object.fromEntries(
    Object.entries(settings).filter(
      ([, value]) => value !== null && (typeof value !== 'object' || Object.keys(value).length > 0)
    )
  );
}
