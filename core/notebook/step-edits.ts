import type { NotebookEdit } from '../diagnostics';
import { editsToAnnotate, NO_SETTINGS } from './cell-annotation';
import type { AnnotatedCell, AnnotatedNotebook, CellRole, DeclaredStepSettings } from './model';
import { isStepName } from './names';

/** The edits that make the cell be `role`; null makes it belong to the tagged cell before it. */
export function editsToSetRole(
  { cell, annotation }: AnnotatedCell,
  role: CellRole | null
): NotebookEdit[] {
  if (role?.kind === 'step') requireName(role.name);
  return editsToAnnotate(cell, { ...annotation, role });
}

/** The edits that take the cell out of the pipeline, or put it back as what it was. */
export function editsToSetSkip({ cell, annotation }: AnnotatedCell, skip: boolean): NotebookEdit[] {
  return editsToAnnotate(cell, { ...annotation, skip });
}

/** The edits that make the step `name` depend on `on`: the tag goes on the step's first cell. */
export function editsToAddDependency(
  notebook: AnnotatedNotebook,
  name: string,
  on: string
): NotebookEdit[] {
  requireName(on);
  const cells = cellsOf(notebook, name);
  if (cells.some(({ annotation }) => annotation.prev.includes(on))) return [];
  const { cell, annotation } = cells[0]!;
  return editsToAnnotate(cell, { ...annotation, prev: [...annotation.prev, on] });
}

/** The edits after which no cell of the step `name` says that it depends on `on`. */
export function editsToRemoveDependency(
  notebook: AnnotatedNotebook,
  name: string,
  on: string
): NotebookEdit[] {
  return cellsOf(notebook, name).flatMap(({ cell, annotation }) =>
    editsToAnnotate(cell, { ...annotation, prev: annotation.prev.filter(each => each !== on) })
  );
}

/**
 * The edits that rename a step in all its cells, skipped ones too, and in all steps that depend on it. A name
 * that another step has makes the two one step.
 * Throws a `RangeError` where `to` cannot be a name.
 */
export function editsToRenameStep(
  notebook: AnnotatedNotebook,
  from: string,
  to: string
): NotebookEdit[] {
  requireName(to);
  return editsToRename(notebook.cells, from, to);
}

/** `editsToRenameStep`, on the cells. */
export function editsToRename(
  cells: readonly AnnotatedCell[],
  from: string,
  to: string
): NotebookEdit[] {
  return cells.flatMap(({ cell, annotation, role }) => {
    const renamed: CellRole | null =
      annotation.role?.kind === 'step' && annotation.role.name === from
        ? { kind: 'step', name: to }
        : annotation.role;
    const inRenamed = role?.kind === 'step' && (role.step === from || role.step === to);
    const prev = annotation.prev
      .map(name => (name === from ? to : name))
      .filter(name => !(inRenamed && name === to));
    return editsToAnnotate(cell, { ...annotation, role: renamed, prev: [...new Set(prev)] });
  });
}

/**
 * The edits that set one setting of a step: on the cell that says it already, else on the step's first cell;
 * `null` (or an empty map or list) takes it away.
 */
export function editsToSetStep<Field extends keyof DeclaredStepSettings>(
  notebook: AnnotatedNotebook,
  name: string,
  field: Field,
  value: DeclaredStepSettings[Field]
): NotebookEdit[] {
  const cells = cellsOf(notebook, name);
  const nothing = NO_SETTINGS[field];
  const isSaid = ({ annotation }: AnnotatedCell) =>
    JSON.stringify(annotation.settings[field]) !== JSON.stringify(nothing);
  const target = cells.find(isSaid) ?? cells[0]!;
  return cells.flatMap(each => {
    const { cell, annotation } = each;
    const settings = { ...annotation.settings, [field]: each === target ? value : nothing };
    return editsToAnnotate(cell, { ...annotation, settings });
  });
}

/** The step's cells. Throws a `RangeError` where the notebook has no such step. */
function cellsOf(notebook: AnnotatedNotebook, name: string): AnnotatedCell[] {
  const step = notebook.steps.find(each => each.name === name);
  if (!step) throw new RangeError(`The notebook has no step "${name}".`);
  return step.cells.map(index => notebook.cells[index]!);
}

function requireName(name: string): void {
  if (!isStepName(name)) {
    throw new RangeError(
      `"${name}" cannot be the name of a step: it is made of letters, digits, spaces, "-" and "_".`
    );
  }
}
