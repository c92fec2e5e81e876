import type { NotebookEdit } from '@chard/core';
import {
  editsToAddDependency,
  editsToJoinStep,
  editsToRemoveDependency,
  editsToRenameStep,
  editsToSetKind,
  editsToSetStep,
  isStepName,
  mergeStepSettings,
  proposeStepName,
  type AnnotatedCell,
  type AnnotatedStep,
  type CellKind,
  type DeclaredStepSettings,
  type EffectiveStepSettings
} from '@chard/core/notebook';
import type { EditSession } from '../../notebooks/edits';
import type { NotebookPipeline } from '../../notebooks/notebookPipeline';

/** What a person can make of a cell. */
export type EditorKind = CellKind | 'step';

export interface EditorDependency {
  readonly name: string;
  readonly derived: boolean;
  /** The names that are read from it. */
  readonly names: readonly string[];
}

export interface EditedStep {
  readonly name: string;
  /** How many cells say the name, and how many steps come after this one. */
  readonly taggedCells: number;
  readonly dependents: number;
  readonly dependencies: readonly EditorDependency[];
  /** Steps that it could still come after. */
  readonly candidates: readonly string[];
  /** As the step's own cells say. */
  readonly settings: DeclaredStepSettings;
  /** With the notebook's defaults: what holds. */
  readonly effective: EffectiveStepSettings;
}

export interface EditorState {
  readonly cells: readonly number[];
  /** Null where the chosen cells differ, or are nothing yet. */
  readonly kind: EditorKind | null;
  /** Where the cell belongs because of a cell above, the name of what it continues. */
  readonly continues: string | null;
  readonly step: EditedStep | null;
  readonly stepNames: readonly string[];
}

/** Whether a step's new name goes to all its cells or only to the ones that are edited. */
export type RenameScope = 'step' | 'cells';

/** What a typed name would do. */
export type NameEffect = 'same' | 'invalid' | 'rename' | 'join' | 'split';

/**
 * The edits behind the cell editor, the keys and the commands: of one or more cells of a notebook, held by their ids so
 * that they stay the same while cells move.
 */
export class CellEditor {
  constructor(
    private readonly pipeline: NotebookPipeline,
    private readonly ids: readonly string[]
  ) {}

  get state(): EditorState {
    const { annotated } = this.pipeline;
    const cells = this.indexes();
    const chosen = cells.map(index => annotated.cells[index]!);
    const kinds = new Set(chosen.map(kindOf));
    const kind = kinds.size === 1 ? [...kinds][0]! : null;
    const names = new Set(chosen.map(stepNameOf));
    const name = names.size === 1 ? [...names][0]! : null;
    return {
      cells,
      kind,
      continues: kind === 'continue' ? continuedName(chosen[0]!) : null,
      step: kind === 'step' && name !== null ? this.describeStep(name) : null,
      stepNames: annotated.steps.map(step => step.name)
    };
  }

  /** Makes the cells be of a kind; a step gets a name from its heading or a number. */
  setKind(kind: EditorKind): void {
    const { annotated } = this.pipeline;
    const { cells } = this.state;
    if (cells.length === 0) return;
    const edits =
      kind === 'step'
        ? editsToJoinStep(annotated, cells, this.nameForStep())
        : editsToSetKind(annotated, cells, kind);
    this.pipeline.apply(edits);
  }

  /** What `setName` would do. */
  effectOf(name: string, scope: RenameScope): NameEffect {
    const { step, stepNames } = this.state;
    if (step?.name === name) return 'same';
    if (!isStepName(name)) return 'invalid';
    if (stepNames.includes(name)) return 'join';
    return step && scope === 'cells' && step.taggedCells > this.ids.length ? 'split' : 'rename';
  }

  /**
   * Gives the cells' step a name: a new one renames the step everywhere (or takes only these cells out of it), that of
   * another step joins the cells to it. A step whose last cell joins another takes its dependents along.
   */
  setName(name: string, scope: RenameScope, session?: EditSession): void {
    const effect = this.effectOf(name, scope);
    if (effect === 'same' || effect === 'invalid') return;
    const { annotated } = this.pipeline;
    const { cells, step } = this.state;
    const wholeStep = step !== null && step.taggedCells <= cells.length;
    const edits =
      step && (effect === 'rename' || wholeStep)
        ? editsToRenameStep(annotated, step.name, name)
        : editsToJoinStep(annotated, cells, name);
    this.pipeline.apply(edits, session);
  }

  addDependency(on: string): void {
    this.edit(step => editsToAddDependency(this.pipeline.annotated, step, on));
  }

  removeDependency(on: string): void {
    this.edit(step => editsToRemoveDependency(this.pipeline.annotated, step, on));
  }

  /** Writes all dependencies that analysis found. */
  acceptDerived(): void {
    const { step } = this.state;
    const derived = step?.dependencies.filter(each => each.derived) ?? [];
    const edits = derived.flatMap(({ name }) =>
      editsToAddDependency(this.pipeline.annotated, step!.name, name)
    );
    this.pipeline.apply(edits);
  }

  setSetting<Field extends keyof DeclaredStepSettings>(
    field: Field,
    value: DeclaredStepSettings[Field],
    session?: EditSession
  ): void {
    this.edit(step => editsToSetStep(this.pipeline.annotated, step, field, value), session);
  }

  private edit(make: (step: string) => NotebookEdit[], session?: EditSession): void {
    const { step } = this.state;
    if (step) this.pipeline.apply(make(step.name), session);
  }

  private indexes(): number[] {
    const ids = new Set(this.ids);
    return this.pipeline.annotated.cells.flatMap(({ cell }) =>
      cell.id !== null && ids.has(cell.id) && cell.type === 'code' ? [cell.index] : []
    );
  }

  /** The name that a skipped or continuing cell has already, else a new one. */
  private nameForStep(): string {
    const { annotated } = this.pipeline;
    const [first] = this.indexes();
    const { annotation } = annotated.cells[first!]!;
    return annotation.role?.kind === 'step'
      ? annotation.role.name
      : proposeStepName(annotated, first!);
  }

  private describeStep(name: string): EditedStep | null {
    const { annotated } = this.pipeline;
    const step = annotated.steps.find(each => each.name === name);
    if (!step) return null;
    const cells = step.cells.map(index => annotated.cells[index]!);
    const { settings } = mergeStepSettings(name, cells);
    const dependencies = this.dependencies(step);
    const taken = new Set(dependencies.map(each => each.name));
    const earlier = annotated.steps.filter(each => each.cells[0]! < step.cells[0]!);
    return {
      name,
      taggedCells: cells.filter(({ inheritedFrom }) => inheritedFrom === null).length,
      dependents: annotated.steps.filter(each => each.prev.some(prev => prev.step === name)).length,
      dependencies,
      candidates: earlier.map(each => each.name).filter(each => !taken.has(each)),
      settings,
      effective: step.settings
    };
  }

  private dependencies(step: AnnotatedStep): EditorDependency[] {
    const found = this.pipeline.findings?.pipeline?.steps.find(({ name }) => name === step.name);
    const namesFrom = (on: string) => found?.after.find(each => each.step === on)?.names ?? [];
    const declared = step.prev.map(({ step: name }) => name);
    const derived = (found?.after ?? [])
      .filter(each => !each.declared && !declared.includes(each.step))
      .map(each => each.step)
      .filter(name => this.pipeline.annotated.steps.some(each => each.name === name));
    return [
      ...declared.map(name => ({ name, derived: false, names: namesFrom(name) })),
      ...derived.map(name => ({ name, derived: true, names: namesFrom(name) }))
    ];
  }
}

function kindOf({ annotation, role, inheritedFrom }: AnnotatedCell): EditorKind | null {
  if (annotation.skip) return 'skip';
  if (inheritedFrom !== null) return 'continue';
  return role === null || role.kind === 'notebook' ? null : role.kind;
}

function stepNameOf({ role }: AnnotatedCell): string | null {
  return role?.kind === 'step' ? role.step : null;
}

function continuedName({ role }: AnnotatedCell): string | null {
  if (role?.kind === 'step') return role.step;
  return role?.kind === 'notebook' ? role.name : (role?.kind ?? null);
}
