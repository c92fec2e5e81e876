import { diagnostic, type Diagnostic, type Fix } from '../diagnostics';
import {
  editsToAddDependency,
  editsToSetSkip,
  isStepName,
  nearestOf,
  type AnnotatedNotebook
} from '../notebook';
import { forEachChild, type Node, type Stmt } from '../python';
import { callEffect, reach, type Place, type ReadFact } from '../python/dataflow';
import type { PipelineCells } from './cells';
import type { Arrival, NotebookFlow, StepFlow } from './flow';
import type { ModuleStates, StateChange } from './module-state';
import { METRICS_STEP } from './model';

/** What checks of the data flow look at. */
export interface FlowCheck {
  readonly notebook: AnnotatedNotebook;
  readonly cells: PipelineCells;
  readonly flow: NotebookFlow;
  /** Names of the parameters. */
  readonly parameters: readonly string[];
  readonly states: ModuleStates;
  /** Of each step, the names that others take from it. */
  readonly taken: readonly ReadonlySet<string>[];
}

/** Concerns about IPython's syntax that only inform. */
const ONLY_INFORMS: ReadonlySet<string> = new Set([
  'magic-sets-kernel',
  'magic-shows-namespace',
  'automagic'
]);

/** What is wrong in single cells: syntax, and IPython's syntax whose meaning is not wholly kept. */
export function checkCells(cells: PipelineCells): Diagnostic[] {
  const found: Diagnostic[] = [];
  const prologue = new Set(cells.prologue.map(({ code }) => code.cell));
  for (const { cell, unit } of cells.byIndex.values()) {
    for (const { message, range } of unit.problems) {
      found.push(
        diagnostic('error', 'syntax-error', `Python cannot read this: ${message}.`, { cell, range })
      );
    }
    for (const { concern, headRange } of unit.constructs) {
      if (!concern) continue;
      const harmless = concern.code === 'magic-sets-kernel' && prologue.has(cell);
      if (harmless) continue;
      const severity = ONLY_INFORMS.has(concern.code) ? 'info' : 'warning';
      found.push(diagnostic(severity, concern.code, concern.message, { cell, range: headRange }));
    }
  }
  return found;
}

/** What is wrong between the cells: where names come from, who changes what, what cannot be handed on. */
export function checkFlow(check: FlowCheck): Diagnostic[] {
  return new FlowChecker(check).run();
}

class FlowChecker {
  private readonly found: Diagnostic[] = [];
  private readonly names: readonly string[];

  constructor(private readonly check: FlowCheck) {
    this.names = check.notebook.steps.map(({ name }) => name);
  }

  run(): Diagnostic[] {
    const { flow } = this.check;
    for (const read of flow.prologue.reads) {
      if (read.missing && !read.guarded) this.reportMissing(read, null);
    }
    for (const star of flow.prologue.machine.opaque) this.reportOpaque(star, null);
    for (const step of flow.steps) this.checkStep(step);
    return this.found;
  }

  private nameOf(index: number): string {
    return this.names[index] ?? METRICS_STEP;
  }

  private title(index: number): string {
    const name = this.names[index];
    return name === undefined ? 'The metrics cell' : `Step "${name}"`;
  }

  private at(
    place: Place,
    index: number | null
  ): { cell: number; range: Place['range']; step: string | null } {
    const step = index === null ? null : this.nameOf(index);
    return { cell: place.cell, range: place.range, step };
  }

  private checkStep(step: StepFlow): void {
    this.checkDerived(step);
    for (const read of step.missing) if (!read.guarded) this.reportMissing(read, step.index);
    for (const arrival of step.arrivals.values()) {
      const provider = arrival.candidates.at(-1);
      if (arrival.read && provider !== undefined) {
        this.checkNearer(step, arrival.name, provider, arrival.read);
      }
      this.checkAmbiguous(step, arrival);
      this.checkRefusal(step, arrival);
    }
    for (const name of step.prologueNames) {
      const read = step.reads.get(name);
      if (read) this.checkNearer(step, name, -1, read);
    }
    this.checkInterleaved(step);
    this.checkParameters(step);
    this.checkUnused(step);
    for (const fact of step.opaque) this.reportOpaque(fact, step.index);
    for (const change of this.check.states.changes(step)) this.reportState(change, step.index);
  }

  // Names that nobody gives

  private reportMissing(read: ReadFact, index: number | null): void {
    const { name } = read;
    if (read.deleted && read.supposed) return;
    if (read.deleted) {
      this.add(
        'error',
        'deleted-name',
        read,
        index,
        `"${name}" is used after \`del ${name}\`. Remove the del, or bind the name again before this.`
      );
      return;
    }
    const later =
      index === null
        ? undefined
        : this.check.flow.steps.find(step => step.index > index && step.leavings.get(name)?.binds);
    if (later && index !== null) {
      if (this.waitsInVain(index, this.nameOf(later.index))) return;
      this.add(
        'error',
        'defined-later',
        read,
        index,
        `"${name}" is only bound further down, in step "${this.nameOf(later.index)}" (cell ${this.firstCell(later)}). Move that cell above this one.`
      );
      return;
    }
    if (index === null) {
      const binder = this.check.flow.steps.find(step => step.leavings.get(name)?.binds);
      if (binder) {
        this.add(
          'error',
          'defined-later',
          read,
          null,
          `Imports, parameters and functions cells run before every step, but "${name}" is bound in step "${this.nameOf(binder.index)}". Move this line into a step.`
        );
        return;
      }
    }
    const skipped = this.outsideBinder(name);
    if (skipped !== null && index !== null) {
      const role = this.check.notebook.cells[skipped]?.annotation.role;
      if (role?.kind === 'step' && this.waitsInVain(index, role.name)) return;
    }
    if (skipped !== null) return this.reportSkipped(read, index, skipped);
    this.reportUndefined(read, index);
  }

  /** The step says that it depends on `other` and cannot: that this gives it no names is said with that. */
  private waitsInVain(step: number, other: string): boolean {
    return this.check.notebook.steps[step]?.unmet.some(({ name }) => name === other) ?? false;
  }

  private firstCell(step: StepFlow): number {
    return step.cells[0]?.cell ?? 0;
  }

  /** A cell that binds a name but is not in the pipeline. */
  private outsideBinder(name: string): number | null {
    for (const { cell, role } of this.check.notebook.cells) {
      if (role !== null && role.kind !== 'skip' && role.kind !== 'notebook') continue;
      if (this.check.cells.byIndex.get(cell.index)?.unit.boundNames.has(name)) return cell.index;
    }
    return null;
  }

  private reportSkipped(read: ReadFact, index: number | null, cell: number): void {
    const annotated = this.check.notebook.cells[cell];
    const isSkipped = annotated?.annotation.skip ?? false;
    const edits = annotated && isSkipped ? editsToSetSkip(annotated, false) : [];
    this.add(
      'error',
      'defined-in-skipped-cell',
      read,
      index,
      isSkipped
        ? `"${read.name}" is only bound in cell ${cell}, which is skipped. Put that cell into the pipeline, or bind the name in a step.`
        : `"${read.name}" is only bound in cell ${cell}, which belongs to no step. Tag that cell.`,
      edits.length > 0 ? [{ title: `Put cell ${cell} back into the pipeline`, edits }] : []
    );
  }

  private reportUndefined(read: ReadFact, index: number | null): void {
    const known = [
      ...(index === null
        ? []
        : [...this.check.flow.steps.slice(0, index)].flatMap(step => [...step.leavings.keys()])),
      ...this.check.flow.prologue.names.keys()
    ];
    const near = nearestOf(read.name, [...new Set(known)]);
    const hint = near === null ? 'Bind it in a cell above.' : `Did you mean "${near}"?`;
    const severity = read.supposed ? 'warning' : 'error';
    const fixes: Fix[] =
      near === null
        ? []
        : [
            {
              title: `Write ${near}`,
              edits: [
                {
                  kind: 'replace-source',
                  cell: read.place.cell,
                  range: read.place.range,
                  text: near
                }
              ]
            }
          ];
    this.add(
      severity,
      'undefined-name',
      read,
      index,
      `Nothing binds "${read.name}". ${hint}`,
      fixes
    );
  }

  private add(
    severity: Diagnostic['severity'],
    code: string,
    read: Pick<ReadFact, 'place'>,
    index: number | null,
    message: string,
    fixes: Fix[] = []
  ): void {
    this.found.push(diagnostic(severity, code, message, { ...this.at(read.place, index), fixes }));
  }

  // Dependencies

  private dependencyFix(step: number, on: number): Fix[] {
    const name = this.names[step];
    const other = this.names[on];
    if (name === undefined || other === undefined || !isStepName(other)) return [];
    const edits = editsToAddDependency(this.check.notebook, name, other);
    return edits.length > 0 ? [{ title: `Let "${name}" depend on "${other}"`, edits }] : [];
  }

  private checkDerived(step: StepFlow): void {
    for (const [provider, reads] of step.derived) {
      const names = reads.map(({ name }) => `"${name}"`).join(', ');
      const [first] = reads;
      if (!first) continue;
      const other = this.nameOf(provider);
      this.add(
        'warning',
        'missing-dependency',
        first,
        step.index,
        `${this.title(step.index)} uses ${names} from step "${other}" but has no tag prev:${other}. The dependency is taken as if it had.`,
        this.dependencyFix(step.index, provider)
      );
    }
  }

  /** An unconnected step between a name's provider (-1: the prologue) and its reader gives it another value. */
  private checkNearer(step: StepFlow, name: string, provider: number, read: ReadFact): void {
    if (this.names[step.index] === undefined) return;
    for (let index = step.index - 1; index > provider; index -= 1) {
      if (step.ancestors.has(index)) continue;
      const leaving = this.check.flow.steps[index]?.leavings.get(name);
      if (!leaving?.certain || leaving.deleted) continue;
      const from =
        provider < 0
          ? 'from the cells that run before every step'
          : `from step "${this.nameOf(provider)}"`;
      this.add(
        'warning',
        'nearer-binding',
        read,
        step.index,
        `"${name}" comes ${from}, although step "${this.nameOf(index)}" in between gives it another value: the two are not connected. In the notebook the later value would be used.`,
        this.dependencyFix(step.index, index)
      );
      return;
    }
  }

  private checkAmbiguous(step: StepFlow, { name, candidates, read }: Arrival): void {
    if (!read || candidates.length < 2) return;
    const certain = candidates.filter(
      index => this.check.flow.steps[index]?.leavings.get(name)?.certain
    );
    const [first, second] = certain.slice(-2);
    if (first === undefined || second === undefined) return;
    const one = this.nameOf(first);
    const other = this.nameOf(second);
    this.add(
      'error',
      'ambiguous-value',
      read,
      step.index,
      `Steps "${one}" and "${other}" both change "${name}", and neither comes before the other, so it is not decided whose value is used here. Let one depend on the other, or use two names.`,
      this.dependencyFix(second, first)
    );
  }

  /** A cell of a step stands below another step's cell that reads what it changes, or that changes what it reads. */
  private checkInterleaved(step: StepFlow): void {
    const [firstCell] = step.cells;
    const last = step.cells.at(-1);
    if (!firstCell || !last || firstCell === last) return;
    for (const other of this.check.flow.steps) {
      if (other === step || this.names[other.index] === undefined || other.index < step.index)
        continue;
      if (this.firstCell(other) > last.cell) continue;
      for (const cell of step.cells) {
        for (const between of other.cells) {
          if (between.cell < cell.cell) this.checkPair(step, cell, other, between);
        }
      }
    }
  }

  private checkPair(
    step: StepFlow,
    cell: StepFlow['cells'][number],
    other: StepFlow,
    between: StepFlow['cells'][number]
  ): void {
    const start = { start: { line: 1, column: 0 }, end: { line: 1, column: 0 } };
    const place: Place = { cell: cell.cell, range: start };
    for (const name of cell.trace.certainWrites) {
      if (!between.trace.outerReads.has(name)) continue;
      this.found.push(
        diagnostic(
          'error',
          'interleaved-change',
          `This cell of step "${this.nameOf(step.index)}" changes "${name}", which step "${this.nameOf(other.index)}" reads in cell ${between.cell} above it: as a pipeline the whole step would run first. Give this cell a step of its own, or move it up.`,
          this.at(place, step.index)
        )
      );
      return;
    }
    for (const name of between.trace.certainWrites) {
      if (!cell.trace.outerReads.has(name)) continue;
      this.found.push(
        diagnostic(
          'error',
          'interleaved-read',
          `This cell of step "${this.nameOf(step.index)}" reads "${name}", which step "${this.nameOf(other.index)}" changes in cell ${between.cell} above it: as a pipeline this step would run before that. Give this cell a step of its own.`,
          this.at(place, step.index)
        )
      );
      return;
    }
  }

  // What cannot be handed on, seen or kept

  private checkRefusal(step: StepFlow, { name, candidates, read }: Arrival): void {
    const provider = candidates.at(-1);
    const leaving =
      provider === undefined ? undefined : this.check.flow.steps[provider]?.leavings.get(name);
    if (!leaving || !read || provider === undefined) return;
    for (const object of reach(leaving.value)) {
      if (object.kind !== 'plain' || object.refusal === null) continue;
      const what = leaving.value.has(object)
        ? `is ${object.refusal}`
        : `may hold ${object.refusal}`;
      this.add(
        'warning',
        'cannot-pass',
        read,
        step.index,
        `"${name}" from step "${this.nameOf(provider)}" ${what}, which cannot be handed to another process. Make it in the step that uses it, or in a functions cell.`
      );
      return;
    }
  }

  private checkParameters(step: StepFlow): void {
    for (const name of this.check.parameters) {
      const leaving = step.leavings.get(name);
      if (!leaving?.certain) continue;
      const place = leaving.place ?? this.firstWrite(step, name);
      this.found.push(
        diagnostic(
          'warning',
          'changed-parameter',
          `${this.title(step.index)} gives the parameter "${name}" another value: steps that depend on it see that one, all others the run's. Use another name.`,
          this.at(place, step.index)
        )
      );
    }
  }

  /** A step that only binds names, none of which anybody takes. */
  /** Not while a dependency is wrong: that it is missing has been said then. */
  private checkUnused(step: StepFlow): void {
    if (this.check.notebook.steps.some(({ unmet }) => unmet.length > 0)) return;
    if (this.names[step.index] === undefined || this.check.taken[step.index]?.size !== 0) return;
    const units = step.cells.map(({ cell }) => this.check.cells.byIndex.get(cell)?.unit);
    const onlyBinds = units.every(
      unit => unit && unit.constructs.length === 0 && unit.body.every(isPlainBinding)
    );
    const binds = [...step.leavings.values()].some(leaving => leaving.binds);
    if (!onlyBinds || !binds) return;
    this.found.push(
      diagnostic(
        'info',
        'unused-step',
        `Nothing reads what step "${this.nameOf(step.index)}" binds, and it shows nothing. Is a dependency or a metric missing?`,
        { cell: this.firstCell(step), line: 1, column: 0, step: this.nameOf(step.index) }
      )
    );
  }

  private firstWrite(step: StepFlow, name: string): Place {
    const cell =
      step.cells.find(({ trace }) => trace.writes.has(name))?.cell ?? this.firstCell(step);
    return { cell, range: { start: { line: 1, column: 0 }, end: { line: 1, column: 0 } } };
  }

  private reportOpaque(fact: StepFlow['opaque'][number], index: number | null): void {
    const messages = {
      'star-import': `from ${fact.detail} import * may bind any name, hide Python's own ones, and keeps misspelt names from being found. Import the names that you use.`,
      'dynamic-read': `${fact.detail} hands out all names, so that it cannot be seen which are used: every name from the steps above is passed on. Use the names themselves.`,
      'dynamic-code': `${fact.detail} runs code that cannot be seen: every name from the steps above is passed on and counts as changed. Write the code as it is.`
    };
    const code = fact.kind === 'star-import' ? 'star-import' : 'dynamic-names';
    const severity = fact.kind === 'star-import' && index === null ? 'info' : 'warning';
    this.found.push(diagnostic(severity, code, messages[fact.kind], this.at(fact.place, index)));
  }

  private reportState({ path, module, place, missedBy }: StateChange, index: number): void {
    const [first, ...others] = missedBy;
    const changed = `${path} changes what the module ${module} keeps in itself. Every step loads its modules anew`;
    if (first === undefined) {
      const message = `${changed}, so other steps do not see it.`;
      this.found.push(diagnostic('info', 'module-state', message, this.at(place, index)));
      return;
    }
    const title =
      this.names[first] === undefined ? 'the metrics cell' : `step "${this.names[first]}"`;
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    this.add(
      'warning',
      'module-state',
      { place },
      index,
      `${changed}: ${title}${more}, which uses it too, does not see that. Put the line into an imports cell, or do it in each of these steps.`
    );
  }
}

/** A statement that binds names and does nothing else: no call of anything that might. */
function isPlainBinding(statement: Stmt): boolean {
  if (statement.kind === 'FunctionDef' || statement.kind === 'ClassDef') return true;
  if (statement.kind !== 'Assign' && statement.kind !== 'AnnAssign') return false;
  return !mayDoMore(statement);
}

function mayDoMore(node: Node): boolean {
  if (node.kind === 'Call') {
    const isReading = node.func.kind === 'Name' && callEffect(`builtins.${node.func.id}`) !== null;
    if (!isReading || (node.func.kind === 'Name' && node.func.id === 'print')) return true;
  }
  let found = false;
  forEachChild(node, child => {
    found ||= mayDoMore(child);
  });
  return found;
}
