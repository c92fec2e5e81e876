import type { Heap } from '../python/dataflow';
import {
  Executor,
  Machine,
  PROLOGUE,
  Trace,
  holders,
  type CellCode,
  type HeapObject,
  type ReadFact,
  type Slot,
  type StarFact
} from '../python/dataflow';
import type { Stmt } from '../python';

/** One top-level statement of a prologue cell. */
export interface PrologueStatement {
  readonly code: CellCode;
  readonly node: Stmt;
  readonly reads: ReadonlySet<string>;
  /** Names it binds, deletes or may change. None: it is there for another effect, which every step sees. */
  readonly writes: ReadonlySet<string>;
}

/** What the imports, parameters and functions cells leave at the start of every step. */
export interface Prologue {
  readonly names: ReadonlyMap<string, Slot>;
  readonly statements: readonly PrologueStatement[];
  readonly reads: readonly ReadFact[];
  readonly stars: readonly StarFact[];
  readonly machine: Machine;
  readonly lazyAnnotations: boolean;
}

/** Goes through the prologue's cells. */
export function analysePrologue(cells: readonly CellCode[], heap: Heap): Prologue {
  heap.startStep(PROLOGUE);
  const machine = new Machine(heap, { incoming: () => null, available: () => [] });
  const executor = new Executor(machine);
  const statements: PrologueStatement[] = [];
  for (const code of cells) {
    for (const node of code.unit.body) {
      const trace = new Trace();
      const before = new Set<HeapObject>(machine.changedObjects.keys());
      machine.trace = trace;
      executor.runStatement(node, code);
      machine.trace = null;
      const changed = [...machine.changedObjects.keys()].filter(object => !before.has(object));
      addHolders(machine, changed, trace.writes);
      statements.push({ code, node, reads: trace.reads, writes: trace.writes });
    }
  }
  machine.keepFrames();
  return {
    names: machine.names(),
    statements,
    reads: [...machine.reads.values()],
    stars: machine.stars,
    machine,
    lazyAnnotations: executor.lazyAnnotations
  };
}

/** The names of values from which a changed object can be reached. */
function addHolders(machine: Machine, changed: readonly HeapObject[], names: Set<string>): void {
  if (changed.length === 0) return;
  const all = holders(changed);
  for (const [name, slot] of machine.names()) {
    for (const object of slot.value) {
      if (object.kind === 'external' || !all.has(object)) continue;
      names.add(name);
      break;
    }
  }
}

/**
 * The statements of the prologue that matter to code which reads these names: those that bind or change them, what those
 * read in turn, and those that are there for another effect.
 */
export function prologueSlice(
  prologue: Prologue,
  names: Iterable<string>
): ReadonlySet<PrologueStatement> {
  const writers = new Map<string, PrologueStatement[]>();
  for (const statement of prologue.statements) {
    for (const name of statement.writes) {
      const known = writers.get(name);
      if (known) known.push(statement);
      else writers.set(name, [statement]);
    }
  }
  const slice = new Set<PrologueStatement>();
  const wanted = new Set<string>(names);
  for (const statement of prologue.statements) {
    if (!hasHiddenEffect(statement)) continue;
    slice.add(statement);
    for (const name of statement.reads) wanted.add(name);
  }
  for (const name of wanted) {
    for (const statement of writers.get(name) ?? []) {
      slice.add(statement);
      for (const read of statement.reads) wanted.add(read);
    }
  }
  return slice;
}

/** A statement that binds nothing is there for what else it does; a lone string or name does nothing. */
function hasHiddenEffect({ node, writes }: PrologueStatement): boolean {
  if (node.kind === 'Pass' || node.kind === 'Import' || node.kind === 'Global') return false;
  if (node.kind === 'ImportFrom') return node.names.some(({ name }) => name === '*');
  if (node.kind === 'Expr') return node.value.kind !== 'Constant' && node.value.kind !== 'Name';
  return writes.size === 0;
}
