import type { Range } from '../../diagnostics';
import type { Node } from '../ast';
import type { Dependencies } from './dependencies';
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
import { framePrefix, prefixOf, type Variable } from './frames';
import type { Heap } from './heap';
import {
  NOTHING,
  holders,
  reach,
  union,
  type ClassObject,
  type Frame,
  type HeapObject,
  type PlainObject,
  type Value
} from './heap';
import { isBuiltin, isCarriedState } from './knowledge';
import type { CellCode } from './unit';

/** Objects that a value may be, beyond which they are no longer told apart. */
const CROWD = 24;

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
  /** Functions of modules that are called, by their dotted paths, each with its first place. */
  readonly called = new Map<string, Place>();
  readonly opaque: OpaqueFact[] = [];
  /** Modules of star imports, which may bind any name. */
  readonly stars: StarFact[] = [];
  /** Where set: gathers the module's names that are read, bound or changed. */
  trace: Trace | null = null;
  /** Objects that names from outside stand for. */
  readonly met = new Set<HeapObject>();
  /** Stands for plain objects that were too many to be told apart, and holds them. */
  private crowd: PlainObject | null = null;
  /** What it holds besides. */
  private readonly crowdMembers = new Set<HeapObject>();
  private readonly reachable = new Set<ClassObject>();
  /** Classes that could not be reached when so many objects were met. */
  private readonly unreachable = new Map<ClassObject, number>();
  /** Counts what may have made a name of the module stand for something else. */
  version = 0;
  /** Where set: gathers what the code at hand looks at. */
  watch: Dependencies | null = null;

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
    const object = this.heap.variables();
    return {
      kind,
      prefix: framePrefix(object),
      names,
      parent,
      object,
      className,
      firstParameter
    };
  }

  // Names

  read(variable: Variable, code: CellCode, node: Node): Value {
    const slot = this.flow.get(variable.key);
    if (variable.frame) {
      this.watch?.objects.add(variable.frame.object);
      if (variable.frame.kind === 'class')
        return this.readInClass(variable, variable.frame, code, node);
      if (slot.origin & LOCAL) return slot.value;
      return this.heap.closedOver(variable.key);
    }
    this.trace?.read(variable.key);
    this.watch?.addName(variable.key, slot);
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
    if (!variable.frame) this.noteWrite(variable.key);
    this.flow.set(variable.key, { origin: LOCAL, value, statement });
    if (variable.frame) this.heap.put([variable.frame.object], value);
  }

  private noteWrite(name: string): void {
    this.version += 1;
    this.trace?.write(name, this.conditional === 0);
    this.watch?.writes.add(name);
  }

  delete(variable: Variable): void {
    if (!variable.frame) this.noteWrite(variable.key);
    this.flow.set(variable.key, { origin: DELETED, value: NOTHING, statement: null });
  }

  /** Counts as done once more what code that looked at this has done to the module's names. */
  repeat(dependencies: Dependencies): void {
    for (const name of dependencies.names.keys()) this.trace?.read(name);
    for (const name of dependencies.writes) this.trace?.write(name, false);
    this.watch?.addAll(dependencies);
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
      this.watch?.objects.add(object);
      if (isViewed(object)) parts.add(object);
      for (const held of object === this.crowd ? this.crowdParts() : object.holds) {
        if (object.kind !== 'instance' || held !== object.type) parts.add(held);
      }
    }
    return this.widened(parts);
  }

  /**
   * The same value, or where too many different objects could be it, one that stands for all of those which are no
   * functions, classes or instances. Bounds what the analysis has to go through for each expression.
   */
  widened(value: Value): Value {
    if (value.size <= CROWD) return value;
    const crowd = (this.crowd ??= this.heap.crowd());
    const kept = new Set<HeapObject>([crowd]);
    const joining = new Set<HeapObject>();
    for (const object of value) {
      if (object.kind === 'external') continue;
      if (object.kind !== 'plain') {
        kept.add(object);
        this.crowdMembers.add(object);
      } else if (object !== crowd && !crowd.holds.has(object)) joining.add(object);
    }
    this.heap.put([crowd], value);
    this.heap.put(joining, new Set([crowd]));
    const changed = this.changedObjects.get(crowd);
    if (changed) this.change(joining, false, changed.place);
    return kept.size > CROWD ? new Set([crowd]) : kept;
  }

  private crowdParts(): ReadonlySet<HeapObject> {
    return this.crowdMembers.size > CROWD ? NOTHING : this.crowdMembers;
  }

  /** The value may be one of those objects that are not told apart: nobody knows what code of its own it has. */
  isCrowd(value: Value): boolean {
    return this.crowd !== null && value.has(this.crowd);
  }

  /** The running step can reach this class: it has made it, or has read something that leads to it. */
  canReach(type: ClassObject): boolean {
    if (this.watch) this.watch.looksForClasses = true;
    if (type.origin === this.heap.origin || this.reachable.has(type)) return true;
    if (this.unreachable.get(type) === this.met.size) return false;
    for (const holder of holders([type])) {
      if (!this.met.has(holder)) continue;
      this.reachable.add(type);
      return true;
    }
    this.unreachable.set(type, this.met.size);
    return false;
  }

  /** All that can be reached from a value. */
  reach(value: Value): ReadonlySet<HeapObject> {
    return this.watched(reach(value));
  }

  /** All that printing, comparing or hashing a value goes through. */
  contents(value: Value): ReadonlySet<HeapObject> {
    return this.watched(this.heap.contents(value));
  }

  private watched(objects: ReadonlySet<HeapObject>): ReadonlySet<HeapObject> {
    if (this.watch) for (const object of objects) this.watch.objects.add(object);
    return objects;
  }

  /** What a container holds, without the container. */
  elements(value: Value): Value {
    const elements = new Set<HeapObject>();
    for (const object of value) {
      if (object.kind === 'external') continue;
      this.watch?.objects.add(object);
      if (object === this.crowd) elements.add(object);
      for (const held of object === this.crowd ? this.crowdParts() : object.holds)
        elements.add(held);
    }
    return this.widened(elements);
  }

  /** An object may have been changed, for certain where the code always does it and the value can only be that one. */
  change(value: Value, certain: boolean, place: Place): void {
    const single = certain && this.conditional === 0 && value.size === 1;
    for (const object of value) {
      if (object.kind === 'external') {
        if (certain && !isCarriedState(object.path)) this.moduleChanges.set(object.path, place);
        continue;
      }
      const sure = single && !object.many;
      const known = this.changedObjects.get(object);
      if (known && (known.certain || !sure)) continue;
      this.changedObjects.set(object, { certain: sure, place });
      if (object.kind === 'plain' && object.argument) this.change(object.holds, false, place);
    }
  }

  /** The module's name was changed through itself: `x[0] = 1`, `del x.a`. */
  changeName(name: string, place: Place): void {
    this.noteWrite(name);
    const certain = this.conditional === 0;
    const known = this.changes.get(name);
    if (!known || (certain && !known.certain)) this.changes.set(name, { certain, place });
  }

  /** Whoever gets this value may change all that can be reached from it. */
  changeReachable(value: Value, place: Place): void {
    for (const object of this.reach(value)) {
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
    // Outside of the branch, what it has bound is not bound yet.
    if (this.version !== before) this.version += 1;
    const ended = this.flow.ended;
    this.flow = base;
    return ended ? null : layer.since(base);
  }

  /** One of the branches happened. Where some did not come out, what follows may not run either. */
  join(outcomes: readonly (Delta | null)[]): void {
    if (outcomes.some(outcome => outcome !== null && outcome.size > 0)) this.version += 1;
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
      if (this.heap.captured.has(prefixOf(key))) this.heap.close(key, slot.value);
    }
  }

  /** The first parts of the dotted names of modules whose names the code has read from outside or bound. */
  modules(): ReadonlySet<string> {
    const roots = new Set<string>();
    const add = (value: Iterable<HeapObject>): void => {
      for (const object of value) {
        if (object.kind === 'external') roots.add(object.path.split('.', 1)[0]!);
      }
    };
    add(this.met);
    for (const { value } of this.names().values()) add(value);
    return roots;
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
