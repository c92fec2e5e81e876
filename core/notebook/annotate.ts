import { diagnostic, type Diagnostic, type Fix } from '../diagnostics';
import { editsToAnnotate, NO_SETTINGS, parseCellAnnotation } from './cell-annotation';
import type {
  AnnotatedCell,
  AnnotatedNotebook,
  AnnotatedStep,
  Cell,
  CellAnnotation,
  CellRole,
  DeclaredDependency,
  Notebook,
  ResolvedRole,
  SubNotebook,
  UnmetDependency
} from './model';
import { isStepName, nameKey, nearestOf, nearestStepName } from './names';
import { effectiveStepSettings, readPipelineSettings } from './settings';
import { editsToRename } from './step-edits';
import { mergeStepSettings, saysSettings } from './step-settings';
import { isNearMiss, parseTag } from './tags';

/** A step while it is put together: dependencies not checked yet. */
interface StepDraft {
  readonly name: string;
  readonly cells: AnnotatedCell[];
  /** Name to the cells that say it. */
  readonly prev: Map<string, AnnotatedCell[]>;
}

/**
 * Resolves what each cell is and which steps there are. It always gives a whole answer; what is wrong with
 * the annotations is in its diagnostics (what is wrong with the file is in `parseNotebook`'s).
 */
export function annotate(notebook: Notebook): AnnotatedNotebook {
  const { settings, diagnostics: settingProblems } = readPipelineSettings(notebook.metadata);
  const diagnostics: Diagnostic[] = [...settingProblems];
  const cells = resolveRoles(notebook.cells, diagnostics);
  const drafts = collectSteps(cells);
  const subNotebooks = collectSubNotebooks(cells, diagnostics);
  const check = new DependencyCheck(cells, drafts, subNotebooks);
  const steps = drafts.map((draft): AnnotatedStep => {
    const merged = mergeStepSettings(draft.name, draft.cells);
    diagnostics.push(...merged.diagnostics);
    return {
      name: draft.name,
      cells: draft.cells.map(({ cell }) => cell.index),
      ...check.dependencies(draft, diagnostics),
      settings: effectiveStepSettings(merged.settings, settings)
    };
  });
  diagnostics.push(
    ...unusedTags(cells),
    ...cellsBeforeFirstTag(cells),
    ...similarNames(cells, drafts),
    ...missingSteps(cells, steps, subNotebooks)
  );
  return {
    notebook,
    cells,
    steps,
    subNotebooks,
    settings,
    diagnostics: diagnostics.sort((a, b) => (a.cell ?? -1) - (b.cell ?? -1))
  };
}

/** An untagged code cell belongs to the tagged cell before it and is of its kind; `skip` is looked through. */
function resolveRoles(cells: readonly Cell[], diagnostics: Diagnostic[]): AnnotatedCell[] {
  let current: { role: ResolvedRole; cell: number } | null = null;
  return cells.map((cell): AnnotatedCell => {
    // On a text cell a near miss is somebody else's.
    const tags =
      cell.type === 'code' ? cell.tags : cell.tags.filter(tag => !isNearMiss(parseTag(tag)));
    const { annotation, diagnostics: problems } = parseCellAnnotation(
      tags,
      cell.metadata,
      cell.index
    );
    if (cell.type !== 'code') return { cell, annotation, role: null, inheritedFrom: null };
    diagnostics.push(...problems);
    if (annotation.skip) return { cell, annotation, role: { kind: 'skip' }, inheritedFrom: null };
    if (annotation.role) {
      const role = resolve(annotation.role);
      current = { role, cell: cell.index };
      return { cell, annotation, role, inheritedFrom: null };
    }
    return { cell, annotation, role: current?.role ?? null, inheritedFrom: current?.cell ?? null };
  });
}

function resolve(role: CellRole): ResolvedRole {
  switch (role.kind) {
    case 'step':
      return { kind: 'step', step: role.name };
    case 'notebook':
      return { kind: 'notebook', name: role.name };
    default:
      return { kind: role.kind };
  }
}

function collectSteps(cells: readonly AnnotatedCell[]): StepDraft[] {
  const steps = new Map<string, StepDraft>();
  for (const cell of cells) {
    if (cell.role?.kind !== 'step') continue;
    const name = cell.role.step;
    const step = steps.get(name) ?? { name, cells: [], prev: new Map<string, AnnotatedCell[]>() };
    steps.set(name, step);
    step.cells.push(cell);
    for (const prev of cell.annotation.prev) {
      step.prev.set(prev, [...(step.prev.get(prev) ?? []), cell]);
    }
  }
  return [...steps.values()];
}

function collectSubNotebooks(
  cells: readonly AnnotatedCell[],
  diagnostics: Diagnostic[]
): SubNotebook[] {
  return cells.flatMap(({ cell, annotation, role, inheritedFrom }) => {
    if (role?.kind !== 'notebook' || inheritedFrom !== null) return [];
    const path = annotation.role?.kind === 'notebook' ? annotation.role.path : null;
    diagnostics.push(
      diagnostic(
        'error',
        'sub-notebook-unsupported',
        `The cell makes the notebook ${path === null ? '' : `"${path}" `}a sub-pipeline "${role.name}". That ` +
          `is not supported yet: copy its steps here, or take the cell out of the pipeline.`,
        { cell: cell.index, fixes: [skipFix(cell, annotation)] }
      )
    );
    return [{ name: role.name, cell: cell.index, path, prev: annotation.prev }];
  });
}

function skipFix(cell: Cell, annotation: CellAnnotation): Fix {
  return {
    title: 'Skip this cell',
    edits: editsToAnnotate(cell, { ...annotation, skip: true })
  };
}

/** Checks what the steps say they depend on: each name is an earlier step. */
class DependencyCheck {
  private readonly firstCells: ReadonlyMap<string, number>;
  private readonly skipped: ReadonlySet<string>;
  private readonly subNotebooks: ReadonlySet<string>;

  constructor(
    cells: readonly AnnotatedCell[],
    steps: readonly StepDraft[],
    subNotebooks: readonly SubNotebook[]
  ) {
    this.firstCells = new Map(steps.map(({ name, cells: own }) => [name, own[0]!.cell.index]));
    this.skipped = new Set(
      cells.flatMap(({ annotation: { role, skip } }) =>
        skip && role?.kind === 'step' ? [role.name] : []
      )
    );
    this.subNotebooks = new Set(subNotebooks.map(({ name }) => name));
  }

  /** The dependencies of a step: those that hold, and the others, each of which becomes a diagnostic. */
  dependencies(step: StepDraft, diagnostics: Diagnostic[]): Pick<AnnotatedStep, 'prev' | 'unmet'> {
    const prev: DeclaredDependency[] = [];
    const unmet: UnmetDependency[] = [];
    for (const [name, saying] of step.prev) {
      const isUnknown = !this.firstCells.has(name) && !this.skipped.has(name);
      const meant = isUnknown ? this.nearestEarlier(step, name) : null;
      if (this.subNotebooks.has(name)) continue;
      if (meant !== null && isSaidAlready(name, meant)) {
        unmet.push({ name, meant });
        continue;
      }
      const problem = this.problem(step, name, saying);
      if (problem) {
        diagnostics.push(problem);
        unmet.push({ name, meant });
      } else {
        prev.push({ step: name, cells: saying.map(({ cell }) => cell.index) });
      }
    }
    return { prev, unmet };
  }

  private nearestEarlier(step: StepDraft, name: string): string | null {
    const own = step.cells[0]!.cell.index;
    const earlier = [...this.firstCells].flatMap(([each, first]) => (first < own ? [each] : []));
    return nearestOf(name, earlier);
  }

  private problem(step: StepDraft, name: string, saying: AnnotatedCell[]): Diagnostic | null {
    const place = { cell: saying[0]!.cell.index, step: step.name };
    const removal = () => changePrev(`Remove "prev:${name}"`, saying, name, null);
    if (name === step.name) {
      return diagnostic(
        'error',
        'self-dependency',
        `The step "${name}" depends on itself. Remove the tag "prev:${name}".`,
        { ...place, fixes: [removal()] }
      );
    }
    const first = this.firstCells.get(name);
    if (first === undefined) return this.unknown(step, name, saying, removal());
    const own = step.cells[0]!.cell.index;
    if (first < own) return null;
    return diagnostic(
      'error',
      'dependency-on-later-step',
      `The step "${step.name}" (from cell ${own}) depends on "${name}", which begins only later (cell ` +
        `${first}). Move the cells of "${name}" up, or remove the tag "prev:${name}".`,
      { ...place, fixes: [removal()] }
    );
  }

  private unknown(
    step: StepDraft,
    name: string,
    saying: AnnotatedCell[],
    removal: Fix
  ): Diagnostic {
    const nearest = this.nearestEarlier(step, name);
    const why = this.skipped.has(name)
      ? `whose cells are all skipped. Take the tag "skip" off them, or remove the tag "prev:${name}".`
      : nearest === null
        ? `but no step has that name. Write the name of an earlier step, or remove the tag "prev:${name}".`
        : `but no step has that name. Did you mean "${nearest}"?`;
    const meant =
      nearest === null || this.skipped.has(name)
        ? []
        : [changePrev(`Depend on "${nearest}"`, saying, name, nearest)];
    return diagnostic(
      'error',
      'unknown-dependency',
      `The step "${step.name}" depends on "${name}", ${why}`,
      { cell: saying[0]!.cell.index, step: step.name, fixes: [...meant, removal] }
    );
  }
}

/** Of two names that differ, one is invalid and has been reported: put right, it is the other. */
function isSaidAlready(name: string, meant: string): boolean {
  return !isStepName(name) || nearestStepName(meant) === name;
}

/** A fix that writes `to` for `from` (null: nothing) in the dependencies of the cells. */
function changePrev(
  title: string,
  cells: readonly AnnotatedCell[],
  from: string,
  to: string | null
): Fix {
  return {
    title,
    edits: cells.flatMap(({ cell, annotation }) => {
      const prev = annotation.prev.flatMap(name =>
        name !== from ? [name] : to === null ? [] : [to]
      );
      return editsToAnnotate(cell, { ...annotation, prev: [...new Set(prev)] });
    })
  };
}

/** A skipped cell keeps what it says for when it is put back. */
const TAKES_SETTINGS: ReadonlySet<ResolvedRole['kind']> = new Set([
  'step',
  'notebook',
  'skip'
] as const);

/** Tags of the grammar where they have no effect. */
function unusedTags(cells: readonly AnnotatedCell[]): Diagnostic[] {
  return cells.flatMap(({ cell, annotation, role }) => {
    if (role !== null && TAKES_SETTINGS.has(role.kind)) return [];
    const hasSettings = saysSettings(annotation.settings);
    const unused = { ...annotation, prev: [], settings: NO_SETTINGS };
    if (cell.type !== 'code') {
      if (annotation.role === null && annotation.prev.length === 0 && !hasSettings) return [];
      return [
        diagnostic(
          'warning',
          'annotated-text-cell',
          `The ${cell.type} cell has tags of the pipeline, but only code cells are part of it. Remove the ` +
            `tags, or make it a code cell.`,
          {
            cell: cell.index,
            fixes: [
              {
                title: 'Remove the tags',
                edits: editsToAnnotate(cell, { ...unused, role: null })
              }
            ]
          }
        )
      ];
    }
    if (annotation.prev.length === 0 && !hasSettings) return [];
    return [
      diagnostic(
        'warning',
        'settings-without-step',
        `The cell has ${describeUnused(annotation, hasSettings)}, but it belongs to no step, so they have no ` +
          `effect. Put them on a cell of the step that is meant.`,
        {
          cell: cell.index,
          fixes: [{ title: 'Remove them', edits: editsToAnnotate(cell, unused) }]
        }
      )
    ];
  });
}

function describeUnused(annotation: CellAnnotation, hasSettings: boolean): string {
  const parts = [];
  if (annotation.prev.length > 0) parts.push('dependencies ("prev:")');
  if (hasSettings) parts.push("a step's settings");
  return parts.join(' and ');
}

const COMMENT_OR_BLANK = /^\s*(?:#.*)?$/;
const IMPORT_LINE = /^\s*(?:import\s|from\s.+\simport\b|#|$)/;

/** Code cells before the first tag belong to nothing; without any tag `missingSteps` says all there is to say. */
function cellsBeforeFirstTag(cells: readonly AnnotatedCell[]): Diagnostic[] {
  const isTagged = cells.some(({ role, inheritedFrom }) => role !== null && inheritedFrom === null);
  if (!isTagged) return [];
  return cells.flatMap(({ cell, annotation, role }) => {
    const lines = cell.source.split('\n');
    const isEmpty = lines.every(line => COMMENT_OR_BLANK.test(line));
    if (role !== null || cell.type !== 'code' || isEmpty) return [];
    const imports: Fix = {
      title: 'Tag it "imports"',
      edits: editsToAnnotate(cell, { ...annotation, role: { kind: 'imports' } })
    };
    const skip = skipFix(cell, annotation);
    return [
      diagnostic(
        'warning',
        'cell-before-first-tag',
        'The cell stands before the first tagged cell, so it is not in the pipeline. Tag it as what it is, ' +
          'or with "skip" if it shall stay out.',
        {
          cell: cell.index,
          fixes: lines.every(line => IMPORT_LINE.test(line)) ? [imports, skip] : [skip, imports]
        }
      )
    ];
  });
}

function similarNames(cells: readonly AnnotatedCell[], steps: readonly StepDraft[]): Diagnostic[] {
  const seen = new Map<string, StepDraft>();
  return steps.flatMap(step => {
    const earlier = seen.get(nameKey(step.name));
    if (earlier === undefined) {
      seen.set(nameKey(step.name), step);
      return [];
    }
    const [first, second] = [earlier.cells[0]!.cell.index, step.cells[0]!.cell.index];
    return [
      diagnostic(
        'warning',
        'similar-step-names',
        `The steps "${earlier.name}" (cell ${first}) and "${step.name}" (cell ${second}) differ only in case, ` +
          `spaces, "-" or "_". If they are meant to be one step, write the name the same; else give one another name.`,
        {
          cell: second,
          step: step.name,
          fixes: [
            {
              title: `Rename "${step.name}" to "${earlier.name}"`,
              edits: editsToRename(cells, step.name, earlier.name)
            }
          ]
        }
      )
    ];
  });
}

function missingSteps(
  cells: readonly AnnotatedCell[],
  steps: readonly AnnotatedStep[],
  subNotebooks: readonly SubNotebook[]
): Diagnostic[] {
  if (cells.length === 0 || steps.length > 0 || subNotebooks.length > 0) return [];
  return [
    diagnostic(
      'error',
      'no-steps',
      'The notebook has no step, so there is nothing to run. Tag the first cell of each step with ' +
        '"step:NAME"; the cells after it belong to it.'
    )
  ];
}
