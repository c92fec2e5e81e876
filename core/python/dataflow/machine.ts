import type { Range } from '../../diagnostics';
import type { Node } from '../ast';
import {
  DELETED,
  Flow,
  INCOMING,
  INCOMING_PAST_LOOP,
  LOCAL,
  UNSURE,
  type Delta,
  type Slot
} from './flow';
import type { Variable } from './frames';
import type { Heap } from './heap';
import {
  NOTHING,
  holders,
  reach,
  union,
  type ClassObject,
  type Frame,
  type HeapObject,
  type Value
} from './heap';
import { isBuiltin, isCarriedState } from './knowledge';
import type { CellCode } from './unit';

/** A place in a notebook. */
export interface Place {
  readonly cell: number;
  readonly range: Range;
}

/** What a step gets from outside. */
export interface Surroundings {
  /** The value of a name that the code does not bind itself; null where nothing above has it. */
  incoming(name: string): Value | null;
  /** All names that could come in, for code that reads names by computed strings. */
  available(): Iterable<string>;
}

/** Code reads a name that came from outside, or might. */
export interface ReadFact {
  readonly name: string;
  readonly place: Place;
  /** The code always comes there. */
  readonly certain: boolean;
  /** It stands in a function that was handed to code which cannot be seen. */
  readonly supposed: boolean;
  /** A failing read is expected: `try: x except NameError`, `"x" in globals()`. */
  readonly guarded: boolean;
  /** Only where a loop that binds the name ran not once. */
  readonly pastLoop: boolean;
  /** Nothing above has it and it is not Python's own. */
  readonly missing: boolean;
  /** An earlier statement has deleted it. */
  readonly deleted: boolean;
}

export interface ChangeFact {
  readonly certain: boolean;
  readonly place: Place;
}

/** Something that the analysis cannot see through. */
export interface OpaqueFact {
  readonly kind: 'dynamic-read' | 'dynamic-code' | 'star-import';
  readonly place: Place;
  readonly detail: string;
}

/** From here on any name may be bound. */
export interface StarFact {
  /** Binds the same names again elsewhere; null where there is no such statement. */
  readonly statement: string | null;
  readonly place: Place;
}

/** The module's names that a stretch of code deals with. */
export class Trace {
  readonly reads = new Set<string>();
  /** Read before they are bound here. */
  readonly outerReads = new Set<string>();
  /** Bound, deleted or perhaps changed. */
  readonly writes = new Set<string>();
  /** Those of them that always are. */
  readonly certainWrites = new Set<string>();

  read(name: string): void {
    this.reads.add(name);
    if (!this.writes.has(name)) this.outerReads.add(name);
  }

  write(name: string, certain: boolean): void {
    this.writes.add(name);
    if (certain) this.certainWrites.add(name);
  }
}

/** The analysis of one run of code: what it has read, bound and changed so far. */
export class Machine {
  flow = new Flow();
  /** Above 0: the code at hand may not run. */
  conditional = 0;
  /** Above 0: the code is in a function that something unseen might call. */
  supposed = 0;
  /** Above 0: a NameError would be caught, or the name is asked for first. */
  guarded = 0;
  readonly reads = new Map<string, ReadFact>();
  /** Names of the module that were changed through that very name. */
  readonly changes = new Map<string, ChangeFact>();
  /** Objects that may have been changed. */
  readonly changedObjects = new Map<HeapObject, ChangeFact>();
  /** Attributes set on modules: a process's state, which is not carried. */
  readonly moduleChanges = new Map<string, Place>();
  readonly opaque: OpaqueFact[] = [];
  /** Modules of star imports, which may bind any name. */
  readonly stars: StarFact[] = [];
  /** Where set: gathers the module's names that are read, bound or changed. */
  trace: Trace | null = null;
  /** Objects that names from outside stand for. */
  readonly met = new Set<HeapObject>();
  /** Counts changes of the variables that functions can see, and ways of control that see others. */
  private version = 0;
  private versionAtJoin = 0;
  private frameCount = 0;

  constructor(
    readonly heap: Heap,
    private readonly surroundings: Surroundings
  ) {}

  place(code: CellCode, node: Node): Place {
    return { cell: code.cell, range: code.unit.locate(node.range) };
  }

  newFrame(
    kind: Frame['kind'],
    names: Frame['names'],
    parent: Frame | null,
    className: string | null,
    firstParameter: string | null = null
  ): Frame {
    this.frameCount += 1;
    return {
      kind,
      prefix: `#${this.heap.origin}.${this.frameCount}.`,
      names,
      parent,
      object: this.heap.plain(),
      className,
      firstParameter
    };
  }

  // Names

  read(variable: Variable, code: CellCode, node: Node): Value {
    const slot = this.flow.get(variable.key);
    if (!variable.frame) this.trace?.read(variable.key);
    if (variable.frame) {
      if (variable.frame.kind === 'class')
        return this.readInClass(variable, variable.frame, code, node);
      if (slot.origin & LOCAL) return slot.value;
      return this.heap.closedOver(variable.key);
    }
    if ((slot.origin & (INCOMING | INCOMING_PAST_LOOP | DELETED)) === 0) return slot.value;
    if ((slot.origin & ~DELETED) === 0) return this.readDeleted(variable.key, code, node);
    if ((slot.origin & ~DELETED) === LOCAL) return slot.value;
    const incoming = this.readIncoming(variable.key, slot, code, node);
    return slot.origin & LOCAL ? union(slot.value, incoming) : incoming;
  }

  /** A class body sees the module's name until it binds its own. */
  private readInClass(variable: Variable, frame: Frame, code: CellCode, node: Node): Value {
    const slot = this.flow.get(variable.key);
    if ((slot.origin & UNSURE) === 0) return slot.value;
    const name = variable.key.slice(frame.prefix.length);
    return union(slot.value, this.read({ key: name, frame: null }, code, node));
  }

  private readDeleted(name: string, code: CellCode, node: Node): Value {
    if (isBuiltin(name)) return new Set([this.heap.external(`builtins.${name}`)]);
    this.addRead({
      name,
      place: this.place(code, node),
      certain: this.conditional === 0,
      supposed: this.supposed > 0,
      guarded: this.guarded > 0,
      pastLoop: false,
      missing: true,
      deleted: true
    });
    return NOTHING;
  }

  private readIncoming(name: string, slot: Slot, code: CellCode, node: Node): Value {
    const value = this.surroundings.incoming(name);
    if (value === null && isBuiltin(name)) {
      return new Set([this.heap.external(`builtins.${name}`)]);
    }
    const maybeLocal = (slot.origin & LOCAL) !== 0;
    this.addRead({
      name,
      place: this.place(code, node),
      certain: this.conditional === 0 && !maybeLocal,
      supposed: this.supposed > 0,
      guarded: this.guarded > 0 || code.unit.isOptional(name, node.range),
      pastLoop: (slot.origin & INCOMING) === 0,
      missing: value === null && !maybeLocal && this.stars.length === 0,
      deleted: false
    });
    if (value === null) return this.stars.length > 0 ? this.fresh() : NOTHING;
    for (const object of value) this.met.add(object);
    return value;
  }

  /** Of several reads of a name the weightiest is kept: it decides what is said about it. */
  private addRead(fact: ReadFact): void {
    const known = this.reads.get(fact.name);
    if (!known) {
      this.reads.set(fact.name, fact);
      return;
    }
    const weight = (read: ReadFact): number =>
      (read.missing ? 8 : 0) +
      (read.guarded ? 0 : 16) +
      (read.supposed ? 0 : 4) +
      (read.certain ? 2 : 0) +
      (read.pastLoop ? 0 : 1);
    const merged = weight(fact) > weight(known) ? fact : known;
    this.reads.set(fact.name, { ...merged, pastLoop: known.pastLoop && fact.pastLoop });
  }

  bind(variable: Variable, value: Value, statement: string | null = null): void {
    this.countBinding(variable);
    if (!variable.frame) this.trace?.write(variable.key, this.conditional === 0);
    this.flow.set(variable.key, { origin: LOCAL, value, statement });
    if (variable.frame) this.heap.put([variable.frame.object], value);
  }

  private countBinding({ frame }: Variable): void {
    if (!frame || this.heap.captured.has(frame.prefix)) this.version += 1;
  }

  /** As long as this stays the same, a function that was called with the same things would do the same again. */
  get stamp(): number {
    return this.version + this.heap.growth;
  }

  /** The binding count, to be compared later on: what was bound in between. */
  get bindings(): number {
    return this.version;
  }

  /** Looks at a call for what it might do: what it makes and drops on the way changes nothing for others. */
  passing<Result>(run: () => Result): Result {
    const outer = this.heap.passingSince;
    this.heap.passingSince = Math.min(outer, this.heap.mark);
    const result = run();
    this.heap.passingSince = outer;
    return result;
  }

  delete(variable: Variable): void {
    this.countBinding(variable);
    if (!variable.frame) this.trace?.write(variable.key, this.conditional === 0);
    this.flow.set(variable.key, { origin: DELETED, value: NOTHING, statement: null });
  }

  /** Code binds names that cannot be seen. */
  bindAnything(detail: string, place: Place): void {
    this.opaque.push({ kind: 'dynamic-code', place, detail });
    this.stars.push({ statement: null, place });
  }

  /** Code reads names that cannot be seen: all that could come in count as read. */
  readEverything(code: CellCode, node: Node): Value {
    const values: Value[] = [];
    for (const name of this.surroundings.available()) {
      values.push(this.read({ key: name, frame: null }, code, node));
    }
    return union(...values);
  }

  /** Reads a name only if it is there, as `globals().get(name)` does. */
  readIfThere(name: string, code: CellCode, node: Node): Value {
    this.guarded += 1;
    const value = this.read({ key: name, frame: null }, code, node);
    this.guarded -= 1;
    return value;
  }

  // Objects

  fresh(held: Value = NOTHING, refusal: string | null = null): Value {
    return new Set<HeapObject>([this.heap.plain(held, { refusal })]);
  }

  /** A new generator, which can be gone through but not handed to another process. */
  generator(held: Value): Value {
    const traits = { refusal: 'a generator', container: true };
    return new Set<HeapObject>([this.heap.plain(held, traits)]);
  }

  /** A new list, tuple, set or dict. */
  container(held: Value, items: readonly Value[] | null = null): Value {
    return new Set<HeapObject>([this.heap.plain(held, { items, container: true })]);
  }

  /**
   * What comes out of a container or off an object: one of its parts. Of an array or a table that is a view, so it may
   * be the object itself as well.
   */
  parts(value: Value): Value {
    if (value.size === 0) return NOTHING;
    const parts = new Set<HeapObject>();
    for (const object of value) {
      if (object.kind === 'external') continue;
      if (isViewed(object)) parts.add(object);
      for (const held of object.holds) {
        if (object.kind !== 'instance' || held !== object.type) parts.add(held);
      }
    }
    return parts;
  }

  /** The running step can reach this class: it has made it, or has read something that leads to it. */
  canReach(type: ClassObject): boolean {
    if (type.origin === this.heap.origin) return true;
    for (const holder of holders([type])) if (this.met.has(holder)) return true;
    return false;
  }

  /** What a container holds, without the container. */
  elements(value: Value): Value {
    const elements = new Set<HeapObject>();
    for (const object of value) {
      if (object.kind === 'external') continue;
      for (const held of object.holds) elements.add(held);
    }
    return elements;
  }

  /** An object may have been changed, for certain where the code always does it and the value can only be that one. */
  change(value: Value, certain: boolean, place: Place): void {
    const sure = certain && this.conditional === 0 && value.size === 1;
    for (const object of value) {
      if (object.kind === 'external') {
        if (certain && !isCarriedState(object.path)) this.moduleChanges.set(object.path, place);
        continue;
      }
      const known = this.changedObjects.get(object);
      if (!known || (sure && !known.certain)) {
        this.changedObjects.set(object, { certain: sure, place });
      }
    }
  }

  /** The module's name was changed through itself: `x[0] = 1`, `del x.a`. */
  changeName(name: string, place: Place): void {
    this.trace?.write(name, this.conditional === 0);
    const certain = this.conditional === 0;
    const known = this.changes.get(name);
    if (!known || (certain && !known.certain)) this.changes.set(name, { certain, place });
  }

  /** Whoever gets this value may change all that can be reached from it. */
  changeReachable(value: Value, place: Place): void {
    for (const object of reach(value)) {
      if (object.kind === 'plain' || object.kind === 'instance') {
        this.change(new Set([object]), false, place);
      }
    }
  }

  // Control

  /** Runs one branch in a layer of its own and gives what it left; null where control did not come out. */
  branch(run: () => void): Delta | null {
    const base = this.flow;
    const layer = base.branch();
    const before = this.version;
    this.flow = layer;
    this.conditional += 1;
    run();
    this.conditional -= 1;
    if (this.version !== before) this.version += 1;
    const ended = this.flow.ended;
    this.flow = base;
    return ended ? null : layer.since(base);
  }

  /** One of the branches happened. Where some did not come out, what follows may not run either. */
  join(outcomes: readonly (Delta | null)[]): void {
    if (this.version !== this.versionAtJoin) this.version += 1;
    this.versionAtJoin = this.version;
    this.flow.merge(outcomes.filter(outcome => outcome !== null));
  }

  /** Something happens, or not. */
  perhaps(run: () => void): void {
    this.join([this.branch(run), new Map()]);
  }

  /** What a finished call leaves: its own variables only where a function closes over them. */
  withoutFrame(outcome: Delta, { prefix }: Frame): Delta {
    if (this.heap.captured.has(prefix)) return outcome;
    const kept = new Map<string, Slot>();
    for (const [key, slot] of outcome) if (!key.startsWith(prefix)) kept.set(key, slot);
    return kept;
  }

  forgetFrame({ prefix }: Frame, names: Iterable<string>): void {
    if (this.heap.captured.has(prefix)) return;
    for (const name of names) this.flow.forget(prefix + name);
  }

  /** Keeps the variables of finished calls, for closures in later steps. */
  keepFrames(): void {
    for (const [key, slot] of this.flow.since(null)) {
      const prefix = key.slice(0, key.lastIndexOf('.') + 1);
      if (this.heap.captured.has(prefix)) this.heap.close(key, slot.value);
    }
  }

  /** The names of the module that the code has bound or deleted. */
  names(): ReadonlyMap<string, Slot> {
    const names = new Map<string, Slot>();
    for (const [key, slot] of this.flow.since(null)) if (!key.startsWith('#')) names.set(key, slot);
    return names;
  }
}

/** Whether taking something off an object may give a view of the object itself. */
function isViewed(object: HeapObject): boolean {
  if (object.kind === 'plain') return !object.container;
  if (object.kind === 'instance') return hasForeignBase(object.type);
  return object.kind !== 'function';
}

/** The class inherits from one that is not the notebook's. */
function hasForeignBase(type: ClassObject): boolean {
  const seen = new Set<ClassObject>([type]);
  for (const candidate of seen) {
    for (const base of candidate.bases) {
      if (base.kind === 'class') seen.add(base);
      else if (base.kind !== 'external' || base.path !== 'builtins.object') return true;
    }
  }
  return false;
}
