import {
  DELETED,
  Executor,
  Heap,
  INCOMING,
  INCOMING_PAST_LOOP,
  LOCAL,
  Machine,
  NOTHING,
  PROLOGUE,
  Trace,
  UNSURE,
  holders,
  isBuiltin,
  isBuiltinShadowedByStars,
  union,
  type CellCode,
  type ChangeFact,
  type HeapCheckpoint,
  type HeapObject,
  type OpaqueFact,
  type Place,
  type ReadFact,
  type Value
} from '../python/dataflow';
import { TIMED_FUNCTION } from '../python/ipython/rendering';
import { analysePrologue, type Prologue } from './prologue';

/** A step as far as its data flow goes. */
export interface FlowStep {
  readonly name: string;
  readonly cells: readonly CellCode[];
  /** Indexes of the steps that it is declared to depend on, all smaller than its own. */
  readonly after: readonly number[];
}

/** What a step leaves under a name that it binds, deletes or may change. */
export interface Leaving {
  /** It always does. */
  readonly certain: boolean;
  /** It gives the name a value of its own, rather than change the one that came in. */
  readonly binds: boolean;
  /** Afterwards the name is gone. */
  readonly deleted: boolean;
  /** Some way through the code keeps what came in. */
  readonly passes: boolean;
  readonly value: Value;
  /** The import statement that gives the same again elsewhere. */
  readonly statement: string | null;
  /** Where it is changed; null where that is a plain binding. */
  readonly place: Place | null;
  /** Only this: something that the step binds or changes has an object in common with it. */
  readonly shared: boolean;
}

/** How a name that a step needs gets there. */
export interface Arrival {
  readonly name: string;
  /** Indexes of the steps that may have left it last, in notebook order; the last one is the provider. */
  readonly candidates: readonly number[];
  /** Where it is read; null where the step only passes it on. */
  readonly read: ReadFact | null;
}

export interface StepFlow {
  readonly index: number;
  /** All steps before it by declared and derived dependencies. */
  readonly ancestors: ReadonlySet<number>;
  /** Steps it depends on only because of a name. */
  readonly derived: ReadonlyMap<number, ReadFact[]>;
  readonly arrivals: Map<string, Arrival>;
  readonly imports: ReadonlyMap<string, string>;
  readonly prologueNames: ReadonlySet<string>;
  readonly leavings: ReadonlyMap<string, Leaving>;
  /** Reads of names that nothing above has. */
  readonly missing: readonly ReadFact[];
  readonly reads: ReadonlyMap<string, ReadFact>;
  readonly opaque: readonly OpaqueFact[];
  /** Attributes of modules that it sets, by dotted path. */
  readonly moduleChanges: ReadonlyMap<string, Place>;
  /** Functions of modules that it calls, by dotted path. */
  readonly called: ReadonlyMap<string, Place>;
  /** The first parts of the names of the modules that it uses. */
  readonly modules: ReadonlySet<string>;
  readonly bindsAnything: readonly { statement: string | null }[];
  /** What each of its cells does, in their order. */
  readonly cells: readonly CellFlow[];
}

/** What one cell of a step does. */
export interface CellFlow {
  readonly cell: number;
  readonly trace: Trace;
}

export interface NotebookFlow {
  readonly prologue: Prologue;
  readonly steps: readonly StepFlow[];
}

/** Remembers the last notebook, so that after an edit only the steps from there on are gone through again. */
export class FlowMemory {
  private last: FlowAnalysis | null = null;

  /** The analysis of a prologue: the last one if it was of the same. */
  analysis(prologue: readonly CellCode[]): FlowAnalysis {
    if (!this.last?.startsWith(prologue)) this.last = new FlowAnalysis(prologue);
    return this.last;
  }

  /** After a fault nothing that was remembered is to be trusted. */
  forget(): void {
    this.last = null;
  }
}

/**
 * Follows values through the prologue and the steps, in notebook order. With `metrics` the last step is that of
 * the metrics cells, which sees all others. The result is the same with and without a memory.
 */
export function analyseFlow(
  prologue: readonly CellCode[],
  steps: readonly FlowStep[],
  metrics: readonly CellCode[] | null,
  memory = new FlowMemory()
): NotebookFlow {
  const all = steps.map((_, index) => index);
  const last = metrics ? [{ name: '', cells: metrics, after: all }] : [];
  try {
    return memory.analysis(prologue).run([...steps, ...last]);
  } catch (error) {
    memory.forget();
    throw error;
  }
}

function isSameCode(one: readonly CellCode[], other: readonly CellCode[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ cell, unit }, index) => cell === other[index]?.cell && unit === other[index]?.unit)
  );
}

function isSameStep(one: FlowStep, other: FlowStep | undefined): boolean {
  if (!other || !isSameCode(one.cells, other.cells)) return false;
  const { after } = one;
  return (
    after.length === other.after.length && after.every((on, index) => on === other.after[index])
  );
}

class FlowAnalysis {
  private readonly heap = new Heap();
  private readonly prologue: Prologue;
  /** The steps that were gone through, what came of each, and the heap before it. */
  private steps: FlowStep[] = [];
  private readonly flows: StepFlow[] = [];
  private readonly before: HeapCheckpoint[] = [];
  /** Indexes of the steps that leave a name, in notebook order. */
  private readonly leavers = new Map<string, number[]>();
  /** Names that have stood for an object, so that a change of it finds them; and the steps that made it so. */
  private readonly namesOf = new Map<HeapObject, Map<string, number>>();

  constructor(private readonly prologueCells: readonly CellCode[]) {
    this.prologue = analysePrologue(prologueCells, this.heap);
    for (const [name, slot] of this.prologue.names) this.indexValue(name, slot.value, PROLOGUE);
  }

  startsWith(prologueCells: readonly CellCode[]): boolean {
    return isSameCode(this.prologueCells, prologueCells);
  }

  run(steps: readonly FlowStep[]): NotebookFlow {
    let same = 0;
    while (same < this.steps.length && isSameStep(this.steps[same]!, steps[same])) same += 1;
    this.rollBack(same);
    this.steps = [...steps];
    for (let index = same; index < steps.length; index += 1) {
      const { cells, after } = steps[index]!;
      this.before.push(this.heap.checkpoint());
      this.finish(this.analyse(index, cells, after));
    }
    return { prologue: this.prologue, steps: this.passOn() };
  }

  /** Forgets the steps from the given one on. */
  private rollBack(to: number): void {
    const checkpoint = this.before[to];
    if (!checkpoint) return;
    this.heap.rollBack(checkpoint);
    for (const flow of this.flows.slice(to)) {
      for (const [name, leaving] of flow.leavings) {
        const leavers = this.leavers.get(name) ?? [];
        while (leavers.length > 0 && leavers.at(-1)! >= to) leavers.pop();
        if (leavers.length === 0) this.leavers.delete(name);
        for (const object of leaving.value) {
          const names = this.namesOf.get(object);
          if ((names?.get(name) ?? -1) >= to) names?.delete(name);
          if (names?.size === 0) this.namesOf.delete(object);
        }
      }
    }
    this.flows.length = to;
    this.before.length = to;
  }

  private finish(flow: StepFlow): void {
    this.flows.push(flow);
    for (const [name, leaving] of flow.leavings) {
      const known = this.leavers.get(name);
      if (known) known.push(flow.index);
      else this.leavers.set(name, [flow.index]);
      this.indexValue(name, leaving.value, flow.index);
    }
  }

  private indexValue(name: string, value: Value, index: number): void {
    for (const object of value) {
      if (object.kind === 'external') continue;
      const names = this.namesOf.get(object);
      if (!names) this.namesOf.set(object, new Map([[name, index]]));
      else if (!names.has(name)) names.set(name, index);
    }
  }

  /** Analyses a step, once more for each round of dependencies that its own reads have brought to light. */
  private analyse(index: number, cells: readonly CellCode[], after: readonly number[]): StepFlow {
    const derived = new Map<number, ReadFact[]>();
    const start = this.heap.checkpoint();
    for (;;) {
      const ancestors = this.ancestorsOf([...after, ...derived.keys()]);
      const attempt = new StepAttempt(this, index, cells, ancestors);
      const found = attempt.run(this.heap);
      if (found.size === 0) return attempt.result(derived);
      for (const [provider, reads] of found) derived.set(provider, reads);
      this.heap.rollBack(start);
    }
  }

  private ancestorsOf(direct: readonly number[]): Set<number> {
    const ancestors = new Set<number>(direct);
    for (const index of direct) {
      for (const ancestor of this.flows[index]?.ancestors ?? []) ancestors.add(ancestor);
    }
    return ancestors;
  }

  get start(): Prologue {
    return this.prologue;
  }

  flow(index: number): StepFlow | undefined {
    return this.flows[index];
  }

  namesFor(object: HeapObject): Iterable<string> {
    return this.namesOf.get(object)?.keys() ?? [];
  }

  names(): Iterable<string> {
    return this.leavers.keys();
  }

  /**
   * The steps among `ancestors` that may have left a name last: the last one, and those which neither come before it
   * nor after it.
   */
  candidates(name: string, ancestors: ReadonlySet<number>): number[] {
    const found: number[] = [];
    const leavers = this.leavers.get(name) ?? [];
    for (let position = leavers.length - 1; position >= 0; position -= 1) {
      const index = leavers[position]!;
      if (!ancestors.has(index) || this.flows[index]?.leavings.get(name)?.shared) continue;
      const covered = found.some(later => this.flows[later]?.ancestors.has(index));
      if (!covered) found.push(index);
      // It comes after all that were before it, which it therefore covers.
      if (this.flows[index]?.ancestors.size === index) break;
    }
    return found.reverse();
  }

  /** The last step before `index` that binds a name, whatever the dependencies. */
  binder(name: string, index: number): number | null {
    const leavers = this.leavers.get(name) ?? [];
    for (let position = leavers.length - 1; position >= 0; position -= 1) {
      const leaver = leavers[position]!;
      if (leaver < index && this.flows[leaver]?.leavings.get(name)?.binds) return leaver;
    }
    return null;
  }

  /** The steps, from the end on, take what steps below want from them and they do not always make themselves. */
  private passOn(): StepFlow[] {
    const wanted = this.flows.map(() => new Set<string>());
    const flows = this.flows.map(flow => ({
      ...flow,
      arrivals: new Map(flow.arrivals),
      prologueNames: new Set(flow.prologueNames)
    }));
    for (const flow of [...flows].reverse()) {
      for (const name of wanted[flow.index] ?? []) {
        if (flow.arrivals.has(name) || flow.imports.has(name)) continue;
        if (!flow.leavings.get(name)?.passes) continue;
        const candidates = this.candidates(name, flow.ancestors);
        if (candidates.length > 0) flow.arrivals.set(name, { name, candidates, read: null });
        else if (this.prologue.names.has(name)) flow.prologueNames.add(name);
      }
      this.keepTogether(flow);
      for (const { name, candidates } of flow.arrivals.values()) {
        for (const candidate of candidates) wanted[candidate]?.add(name);
      }
    }
    return flows;
  }

  /**
   * Names whose values have an object in common come from one step, so that it stays one object: from the last of
   * their providers, which passes on the ones that it had from above.
   */
  private keepTogether(flow: StepFlow): void {
    for (let changed = true; changed;) {
      changed = false;
      for (const arrival of [...flow.arrivals.values()]) {
        const provider = arrival.candidates.at(-1);
        if (provider === undefined) continue;
        for (const name of this.sharingWith(arrival.name, provider)) {
          const other = flow.arrivals.get(name);
          if (other ? !this.isBefore(other, provider) : !flow.prologueNames.has(name)) continue;
          const read = flow.reads.get(name) ?? null;
          flow.arrivals.set(name, { name, candidates: [provider], read });
          changed = true;
        }
      }
    }
  }

  /** All steps that a name may come from are ancestors of the given one. */
  private isBefore({ candidates }: Arrival, provider: number): boolean {
    const ancestors = this.flows[provider]?.ancestors;
    return candidates.every(candidate => ancestors?.has(candidate) ?? false);
  }

  /** Names that a step could pass on and that have an object in common with one that it leaves. */
  private sharingWith(name: string, index: number): string[] {
    const leavings = this.flows[index]?.leavings;
    const shared = [...(leavings ?? [])].filter(([, leaving]) => leaving.shared);
    if (shared.length === 0) return [];
    const data = reachData(leavings?.get(name)?.value ?? NOTHING);
    return shared
      .filter(([, leaving]) => [...reachData(leaving.value)].some(each => data.has(each)))
      .map(([other]) => other);
  }
}

const SHARED = {
  certain: false,
  binds: false,
  deleted: false,
  passes: true,
  statement: null,
  place: null,
  shared: true
} as const;

/** Data, and functions with data of their own; other functions and classes belong to each step anew. */
function isData(object: HeapObject): boolean {
  if (object.kind === 'plain' || object.kind === 'instance' || object.kind === 'method')
    return true;
  return object.kind === 'function' && [...object.holds].some(held => held.kind === 'plain');
}

/** The data that can be reached from a value. */
function reachData(value: Value): Set<HeapObject> {
  const seen = new Set([...value].filter(isData));
  for (const object of seen) for (const held of object.holds) if (isData(held)) seen.add(held);
  return seen;
}

/** One pass through a step's cells with a given set of ancestors. */
class StepAttempt {
  private readonly incoming = new Map<string, Value | null>();
  private readonly arrivals = new Map<string, number[]>();
  private readonly imports = new Map<string, string>();
  private readonly prologueNames = new Set<string>();
  private machine: Machine | null = null;
  private readonly stars: string[];
  private readonly traces: CellFlow[] = [];

  constructor(
    private readonly notebook: FlowAnalysis,
    private readonly index: number,
    private readonly cells: readonly CellCode[],
    private readonly ancestors: ReadonlySet<number>
  ) {
    this.stars = [...ancestors]
      .sort((one, other) => one - other)
      .flatMap(ancestor => notebook.flow(ancestor)?.bindsAnything ?? [])
      .flatMap(({ statement }) => (statement === null ? [] : [statement]));
  }

  /** Runs the cells; gives the dependencies that missing names ask for. */
  run(heap: Heap): Map<number, ReadFact[]> {
    heap.startStep(this.index);
    const machine = new Machine(heap, {
      incoming: name => this.resolve(name),
      available: () => this.available()
    });
    this.machine = machine;
    const executor = new Executor(machine);
    executor.lazyAnnotations = this.notebook.start.lazyAnnotations;
    for (const code of this.cells) this.runCell(executor, code);
    machine.keepFrames();
    const wanted = new Map<number, ReadFact[]>();
    for (const read of machine.reads.values()) {
      if (!read.missing || read.deleted || read.guarded) continue;
      const binder = this.notebook.binder(read.name, this.index);
      if (binder === null || this.ancestors.has(binder)) continue;
      wanted.set(binder, [...(wanted.get(binder) ?? []), read]);
    }
    return wanted;
  }

  private runCell(executor: Executor, code: CellCode): void {
    const { machine } = executor;
    const trace = new Trace();
    const before = new Set(machine.changedObjects.keys());
    machine.trace = trace;
    executor.runCell(code);
    machine.trace = null;
    const changed = [...machine.changedObjects].filter(([object]) => !before.has(object));
    for (const [name, { certain }] of this.changedNames(changed)) trace.write(name, certain);
    this.traces.push({ cell: code.cell, trace });
  }

  private available(): string[] {
    const names = [...this.notebook.names(), ...this.notebook.start.names.keys()];
    return [...new Set(names)].filter(name => this.resolve(name) !== null);
  }

  /** What comes in under a name: from the ancestors, else from the prologue. */
  private resolve(name: string): Value | null {
    const known = this.incoming.get(name);
    if (known !== undefined) return known;
    const value = this.lookUp(name);
    this.incoming.set(name, value);
    return value;
  }

  private lookUp(name: string): Value | null {
    const candidates = this.notebook.candidates(name, this.ancestors);
    const leavings = candidates.flatMap(index => {
      const leaving = this.notebook.flow(index)?.leavings.get(name);
      return leaving ? [leaving] : [];
    });
    const there = leavings.filter(leaving => !leaving.deleted);
    if (there.length > 0) {
      const statements = new Set(there.map(leaving => leaving.statement));
      const [statement] = statements;
      if (statements.size === 1 && statement) this.imports.set(name, statement);
      else this.arrivals.set(name, candidates);
      return union(...there.map(leaving => leaving.value));
    }
    if (leavings.length > 0) return null;
    const slot = this.notebook.start.names.get(name);
    if (slot && (slot.origin & LOCAL) !== 0) {
      this.prologueNames.add(name);
      return slot.value;
    }
    return this.lookUpStars(name);
  }

  /** A name that nothing binds by itself may come from a star import above. */
  private lookUpStars(name: string): Value | null {
    const machine = this.machine;
    if (!machine) return null;
    const own = isBuiltin(name) && !isBuiltinShadowedByStars(name);
    if (!own && this.stars.length > 0 && this.notebook.binder(name, this.index) === null) {
      this.imports.set(name, [...new Set(this.stars)].join('\n'));
      return machine.fresh();
    }
    if (isBuiltin(name)) return null;
    if (this.notebook.start.stars.length > 0) return machine.fresh();
    return this.lookUpUnknown(name, machine);
  }

  /** A step above that runs unknown code may have bound the name. */
  private lookUpUnknown(name: string, machine: Machine): Value | null {
    const unknown = [...this.ancestors].filter(index =>
      this.notebook.flow(index)?.bindsAnything.some(({ statement }) => statement === null)
    );
    if (unknown.length === 0 || this.notebook.binder(name, this.index) !== null) return null;
    this.arrivals.set(name, [Math.max(...unknown)]);
    return machine.fresh();
  }

  result(derived: ReadonlyMap<number, ReadFact[]>): StepFlow {
    const { machine } = this;
    if (!machine) throw new Error('a step is run before its result is asked for');
    const leavings = this.leavings(machine);
    const read = (name: string): ReadFact | null => machine.reads.get(name) ?? null;
    const arrivals = new Map<string, Arrival>();
    for (const [name, candidates] of this.arrivals) {
      const fact = read(name);
      if (!fact) continue;
      // Where only a loop that ran not once lets the name in, it is the last one's.
      const likely = fact.pastLoop ? candidates.slice(-1) : candidates;
      arrivals.set(name, { name, candidates: likely, read: fact });
    }
    const wasRead = (name: string): boolean => machine.reads.has(name);
    return {
      index: this.index,
      ancestors: this.ancestors,
      derived,
      arrivals,
      imports: new Map([...this.imports].filter(([name]) => wasRead(name))),
      prologueNames: new Set([...this.prologueNames].filter(wasRead)),
      leavings,
      missing: [...machine.reads.values()].filter(fact => fact.missing),
      reads: machine.reads,
      opaque: machine.opaque,
      moduleChanges: machine.moduleChanges,
      called: machine.called,
      modules: machine.modules(),
      bindsAnything: machine.stars,
      cells: this.traces
    };
  }

  private leavings(machine: Machine): Map<string, Leaving> {
    const leavings = new Map<string, Leaving>();
    for (const [name, slot] of machine.names()) {
      if (name === TIMED_FUNCTION) continue;
      const passes = (slot.origin & (INCOMING | INCOMING_PAST_LOOP)) !== 0;
      const incoming = passes ? (this.resolve(name) ?? NOTHING) : NOTHING;
      leavings.set(name, {
        certain: (slot.origin & UNSURE) === 0 || slot.origin === DELETED,
        binds: (slot.origin & LOCAL) !== 0,
        deleted: slot.origin === DELETED,
        passes,
        value: union(slot.value, incoming),
        statement: machine.changes.has(name) ? null : slot.statement,
        place: null,
        shared: false
      });
    }
    for (const [name, change] of machine.changes) this.addChange(leavings, name, change);
    for (const [name, change] of this.changedNames(machine.changedObjects))
      this.addChange(leavings, name, change);
    this.addShared(leavings);
    return leavings;
  }

  /**
   * Adds the names that came in, or that the prologue makes anew for every step, which have an object in common with
   * what the step leaves: below, they have to come from here together, or they would be two copies.
   */
  private addShared(leavings: Map<string, Leaving>): void {
    const seen = new Set<HeapObject>();
    const pending = [...leavings.values()].map(({ value }) => value);
    for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
      const foreign = [...reachData(value)].filter(
        object => object.origin !== this.index && !seen.has(object)
      );
      for (const object of foreign) seen.add(object);
      for (const holder of holders(foreign)) {
        for (const name of this.notebook.namesFor(holder)) {
          const incoming = leavings.has(name) ? null : this.resolve(name);
          if (!incoming?.has(holder) || this.imports.has(name)) continue;
          leavings.set(name, { ...SHARED, value: incoming });
          pending.push(incoming);
        }
      }
    }
  }

  /** A name whose value the step changes, or may change, without binding it. */
  private addChange(leavings: Map<string, Leaving>, name: string, change: ChangeFact): void {
    const known = leavings.get(name);
    if (known && !known.passes) return;
    leavings.set(name, {
      certain: change.certain || (known?.certain ?? false),
      binds: known?.binds ?? false,
      deleted: false,
      passes: true,
      value: union(known?.value ?? NOTHING, this.resolve(name) ?? NOTHING),
      statement: null,
      place: change.place,
      shared: false
    });
  }

  /** Names of values that came in and from which something that was changed can be reached. */
  private changedNames(objects: Iterable<[HeapObject, ChangeFact]>): Map<string, ChangeFact> {
    const changed = new Map<string, ChangeFact>();
    const direct = new Map(objects);
    for (const [holder, fact] of changedThrough(direct)) {
      for (const name of this.notebook.namesFor(holder)) {
        const incoming = this.resolve(name);
        if (!incoming?.has(holder) || this.imports.has(name)) continue;
        const certain = fact.certain && direct.has(holder) && incoming.size === 1;
        const known = changed.get(name);
        if (!known || (certain && !known.certain))
          changed.set(name, { certain, place: fact.place });
      }
    }
    return changed;
  }
}

/** The changed objects and all from which one of them can be reached, each with the change that it sees. */
function changedThrough(
  objects: ReadonlyMap<HeapObject, ChangeFact>
): ReadonlyMap<HeapObject, ChangeFact> {
  const seen = new Map(objects);
  for (const [object, fact] of seen) {
    for (const holder of object.heldBy) if (!seen.has(holder)) seen.set(holder, fact);
  }
  return seen;
}
