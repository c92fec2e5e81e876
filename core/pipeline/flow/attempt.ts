import {
  DELETED,
  Executor,
  INCOMING,
  INCOMING_PAST_LOOP,
  LOCAL,
  Machine,
  NOTHING,
  Trace,
  UNSURE,
  holders,
  isBuiltin,
  isBuiltinShadowedByStars,
  union,
  type CellCode,
  type ChangeFact,
  type Heap,
  type HeapObject,
  type ReadFact,
  type Value
} from '../../python/dataflow';
import { TIMED_FUNCTION } from '../../python/ipython/rendering';
import type { Arrival, CellFlow, Leaving, StepFlow } from './model';
import { changedThrough, reachData } from './sharing';
import type { StepsAbove } from './stepsAbove';

const SHARED = {
  certain: false,
  binds: false,
  deleted: false,
  passes: true,
  statement: null,
  place: null,
  shared: true
} as const;

/** Names that a step looked for above, found or not; `everything`: it asked which ones there are. */
export interface Asked {
  readonly names: ReadonlySet<string>;
  readonly everything: boolean;
}

/** One pass through a step's cells with a given set of ancestors. */
export class StepAttempt {
  private readonly incoming = new Map<string, Value | null>();
  private readonly arrivals = new Map<string, number[]>();
  private readonly imports = new Map<string, string>();
  private readonly prologueNames = new Set<string>();
  private asksForEverything = false;
  private machine: Machine | null = null;
  private readonly stars: string[];
  private readonly traces: CellFlow[] = [];

  constructor(
    private readonly above: StepsAbove,
    private readonly index: number,
    private readonly cells: readonly CellCode[],
    private readonly ancestors: ReadonlySet<number>
  ) {
    this.stars = [...ancestors]
      .sort((one, other) => one - other)
      .flatMap(ancestor => above.flow(ancestor)?.bindsAnything ?? [])
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
    executor.lazyAnnotations = this.above.prologue.lazyAnnotations;
    for (const code of this.cells) this.runCell(executor, code);
    machine.keepFrames();
    const wanted = new Map<number, ReadFact[]>();
    for (const read of machine.reads.values()) {
      if (!read.missing || read.deleted || read.guarded) continue;
      const binder = this.above.binder(read.name, this.index);
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
    this.asksForEverything = true;
    const names = [...this.above.names(), ...this.above.prologue.names.keys()];
    return [...new Set(names)].filter(name => this.resolve(name) !== null);
  }

  /** What the step has asked about those above: their names, or whatever they leave. */
  get asked(): Asked {
    return { names: new Set(this.incoming.keys()), everything: this.asksForEverything };
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
    const candidates = this.above.candidates(name, this.ancestors);
    const leavings = candidates.flatMap(index => {
      const leaving = this.above.flow(index)?.leavings.get(name);
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
    const slot = this.above.prologue.names.get(name);
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
    if (!own && this.stars.length > 0 && this.above.binder(name, this.index) === null) {
      this.imports.set(name, [...new Set(this.stars)].join('\n'));
      return machine.fresh();
    }
    if (isBuiltin(name)) return null;
    if (this.above.prologue.stars.length > 0) return machine.fresh();
    return this.lookUpUnknown(name, machine);
  }

  /** A step above that runs unknown code may have bound the name. */
  private lookUpUnknown(name: string, machine: Machine): Value | null {
    const unknown = [...this.ancestors].filter(index =>
      this.above.flow(index)?.bindsAnything.some(({ statement }) => statement === null)
    );
    if (unknown.length === 0 || this.above.binder(name, this.index) !== null) return null;
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
        for (const name of this.above.namesFor(holder)) {
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
      for (const name of this.above.namesFor(holder)) {
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
