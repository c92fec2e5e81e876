import type { ClassDef, FunctionDef, Lambda } from '../ast';
import { AllocationSites, type Making } from './sites';
import type { CellCode, FrameNames } from './unit';

/**
 * Objects as the analysis sees them: one for each place in the code that makes one, and way there (`AllocationSites`).
 * What an object may hold is one set, whatever the attribute or key. Numbers, strings and other values that nobody can change are no objects at all.
 */
export type HeapObject =
  PlainObject | FunctionObject | ClassObject | InstanceObject | MethodObject | ExternalObject;

interface ObjectBase {
  readonly id: number;
  /** What it may hold: elements, attributes, the variables a function closes over. */
  holds: ReadonlySet<HeapObject>;
  /** The reverse of `holds`. */
  heldBy: ReadonlySet<HeapObject>;
  /** The step whose code made it; `PROLOGUE` for what every step makes anew. */
  readonly origin: number;
  /** When it was made last, on the heap's clock. */
  made: number;
  /** Stands for more than one object: its place was come to again. */
  many: boolean;
  /** When it last came to hold something that may be called, or that comes from elsewhere, on the heap's clock. */
  grown: number;
}

/** Anything that can change: a container, an array, a model, the variables of a function's call. */
export interface PlainObject extends ObjectBase {
  readonly kind: 'plain';
  /** Why it cannot be handed to another process, as the second half of a sentence; null where it may be. */
  readonly refusal: string | null;
  /** The values of a tuple display one by one; null where they are not known apart. */
  items: readonly Value[] | null;
  /** One of Python's own containers: what is taken out of it is an element, never a view of it. */
  readonly container: boolean;
  /** Stands for whatever a function that only might be called is given: a change of it is one of what it holds. */
  readonly argument: boolean;
}
export type PlainTraits = Pick<PlainObject, 'refusal' | 'items' | 'container' | 'argument'>;
const PLAIN: PlainTraits = { refusal: null, items: null, container: false, argument: false };
export interface FunctionObject extends ObjectBase {
  readonly kind: 'function';
  readonly node: FunctionDef | Lambda;
  readonly code: CellCode;
  /** The variables it closes over; null at a cell's top level. */
  readonly frame: Frame | null;
  /** Evaluated once, at the definition. */
  defaults: ReadonlyMap<string, Value>;
}
export interface ClassObject extends ObjectBase {
  readonly kind: 'class';
  readonly node: ClassDef;
  members: ReadonlyMap<string, ClassMember>;
  bases: Value;
  /** What `metaclass=` and the other keywords of the class statement were given. */
  keywords: Value;
}
/** What a class has under a name; `access` is what taking it off an instance does, `any` where that is not known. */
export interface ClassMember {
  readonly value: Value;
  readonly access: 'method' | 'class-method' | 'static' | 'property' | 'any';
}
/** Stands for all names under which a class was given something from outside, where the code does not say which. */
export const ANY_NAME = '*';
export interface InstanceObject extends ObjectBase {
  readonly kind: 'instance';
  readonly type: ClassObject;
}
export interface MethodObject extends ObjectBase {
  readonly kind: 'method';
  function: Value;
  self: Value;
}
/** A module, or something found in one, by its dotted path: `numpy.mean`, `builtins.len`. */
export interface ExternalObject extends ObjectBase {
  readonly kind: 'external';
  readonly path: string;
}

/** The variables of one call, one class body or one comprehension. */
export interface Frame {
  readonly kind: 'function' | 'class' | 'comprehension';
  /** Before the names of its variables in a flow. */
  readonly prefix: string;
  readonly names: FrameNames;
  readonly parent: Frame | null;
  /** Holds what its variables hold; changed when one of them is bound again from within a closure. */
  readonly object: PlainObject;
  /** The class whose body it is in, for private names. */
  readonly className: string | null;
  /** The first parameter of a function: `self` in methods. */
  readonly firstParameter: string | null;
}

/** What an expression may be: any of these objects, or something that cannot change. */
export type Value = ReadonlySet<HeapObject>;

/** Objects, beyond which nobody looks for those among them that matter. */
const MANY = 300;
/** Dotted paths that code makes longer and longer are cut off here. */
const LONGEST_PATH = 100;

/** The origin of what the prologue makes. */
export const PROLOGUE = -1;

/** A value that cannot change and carries nothing. */
export const NOTHING: Value = new Set();

/** The value that may be any of the given ones; one of them itself where it has all that the others have. */
export function union(...values: Value[]): Value {
  let largest = NOTHING;
  for (const value of values) if (value.size > largest.size) largest = value;
  let all: Set<HeapObject> | null = null;
  for (const value of values) {
    if (value === largest) continue;
    for (const object of value) {
      if (largest.has(object)) continue;
      all ??= new Set(largest);
      all.add(object);
    }
  }
  return all ?? largest;
}

/** The objects that are known to do something of their own, and the rest. */
export function split(
  value: Value,
  isKnown: (object: HeapObject) => boolean
): { known: HeapObject[]; unknown: Value } {
  const known = [...value].filter(isKnown);
  if (known.length === 0) return { known, unknown: value };
  return { known, unknown: new Set([...value].filter(object => !isKnown(object))) };
}

function joinValues(
  one: ReadonlyMap<string, Value>,
  other: ReadonlyMap<string, Value>
): ReadonlyMap<string, Value> {
  const joined = new Map(one);
  for (const [name, value] of other) joined.set(name, union(joined.get(name) ?? NOTHING, value));
  return joined;
}

function joinMembers(
  one: ReadonlyMap<string, ClassMember>,
  other: ReadonlyMap<string, ClassMember>
): ReadonlyMap<string, ClassMember> {
  const joined = new Map(one);
  for (const [name, { value, access }] of other) {
    joined.set(name, { value: union(joined.get(name)?.value ?? NOTHING, value), access });
  }
  return joined;
}

function joinItems(
  one: readonly Value[] | null,
  other: readonly Value[] | null
): readonly Value[] | null {
  if (one?.length !== other?.length) return null;
  return one && other && one.map((value, index) => union(value, other[index]!));
}

/** All objects that can be reached from a value, itself included. */
export function reach(value: Value): ReadonlySet<HeapObject> {
  const seen = new Set<HeapObject>(value);
  for (const object of seen) for (const held of object.holds) seen.add(held);
  return seen;
}

/** A class and the notebook classes that it inherits from, in the order in which Python looks for a member. */
export function lineage(type: ClassObject): readonly ClassObject[] {
  const found: ClassObject[] = [];
  const visit = (each: ClassObject): void => {
    found.push(each);
    for (const base of each.bases) if (base.kind === 'class' && base !== each) visit(base);
  };
  visit(type);
  // A base that several classes share comes after all of them.
  return found.filter((each, index) => found.lastIndexOf(each) === index);
}

/** All objects from which one of the given can be reached, themselves included. */
export function holders(objects: Iterable<HeapObject>): ReadonlySet<HeapObject> {
  const seen = new Set<HeapObject>(objects);
  for (const object of seen) for (const holder of object.heldBy) seen.add(holder);
  return seen;
}

/** Makes the objects of one analysis. What it holds only grows: later steps see what earlier ones put in. */
export class Heap {
  private count = 0;
  private readonly externals = new Map<string, ExternalObject>();
  /** The class that a class body has made. */
  readonly classOf = new Map<Frame, ClassObject>();
  /** Functions, methods, classes and instances of the notebook, in the order in which they were made. */
  private readonly withCode: HeapObject[] = [];
  /** The notebook's classes, in the order in which they were made. */
  readonly classes: ClassObject[] = [];
  /** Names of attributes that are set on objects from outside of their class. */
  readonly attributesSet = new Set<string>();
  /** What objects came to hold, in order. */
  private readonly edges: Edge[] = [];
  /** Prefixes of the variables that some function closes over. */
  readonly captured = new Set<string>();
  /** What those variables were left at when their call was finished. */
  private readonly closed = new Map<string, Value>();
  private readonly closings: Omit<Closing, 'after'>[] = [];
  /** Classes that were given a member from outside, and the members before that. */
  private readonly givings: Omit<Giving, 'after'>[] = [];
  /** Where objects are made, and which were made there. */
  readonly sites = new AllocationSites<HeapObject>();
  private time = 0;
  private step = PROLOGUE;
  /** Counts the objects that were gone through in this step. */
  work = 0;
  /** Counts what came to hold something new that matters to those who looked at it. */
  growth = 0;
  /** What code that cannot be seen has got hold of in this step, and what came into that since it was looked at. */
  private readonly out = new Set<HeapObject>();
  private leaked: HeapObject[] = [];

  /** The step whose code is gone through; stamped on new objects. */
  get origin(): number {
    return this.step;
  }

  startStep(step: number): void {
    this.step = step;
    this.sites.startStep(step);
    this.work = 0;
    this.out.clear();
    this.leaked = [];
  }

  /**
   * All that printing, comparing or hashing a value goes through; where that is a great deal, everything that may have
   * code of its own, whether it is in there or not.
   */
  contents(value: Value): ReadonlySet<HeapObject> {
    const seen = new Set<HeapObject>(value);
    for (const object of seen) {
      if (seen.size > MANY) return this.counted(new Set([...value, ...this.withCode]));
      if (object.kind !== 'plain' && object.kind !== 'instance') continue;
      for (const held of object.holds) {
        if (object.kind !== 'instance' || held !== object.type) seen.add(held);
      }
    }
    return this.counted(seen);
  }

  private counted(objects: ReadonlySet<HeapObject>): ReadonlySet<HeapObject> {
    this.work += objects.size;
    return objects;
  }

  /** Gives all that code which cannot be seen gets hold of with these values and had not before. */
  letOut(value: Value): ReadonlySet<HeapObject> {
    const found = new Set<HeapObject>();
    const add = (object: HeapObject): void => {
      if (!this.out.has(object)) found.add(object);
    };
    for (const object of this.leaked) add(object);
    this.leaked = [];
    for (const object of value) add(object);
    for (const object of found) {
      this.out.add(object);
      for (const held of object.holds) add(held);
    }
    return found;
  }

  private base(): ObjectBase {
    this.count += 1;
    const { time } = this;
    return {
      id: this.count,
      holds: NOTHING,
      heldBy: NOTHING,
      origin: this.origin,
      made: time,
      many: false,
      grown: time
    };
  }

  /** Field by field: nearly all objects are made here, and spreading `base` takes several times as long. */
  private newPlain({ refusal, items, container, argument }: PlainTraits): PlainObject {
    this.count += 1;
    return {
      id: this.count,
      holds: NOTHING,
      heldBy: NOTHING,
      origin: this.step,
      made: this.time,
      many: false,
      grown: this.time,
      kind: 'plain',
      refusal,
      items,
      container,
      argument
    };
  }

  /** The object made at the place at hand: the one that was made there before, if it can be the same. */
  private make<Kind extends HeapObject>(
    isSame: (object: HeapObject) => object is Kind,
    create: () => Kind,
    merge: (object: Kind) => void = () => undefined,
    place = this.sites.next()
  ): Kind {
    this.time += 1;
    const known = place.find(isSame);
    if (!known) {
      const made = this.sites.add(place, create());
      if (made.kind !== 'plain') this.withCode.push(made);
      return made;
    }
    known.made = this.time;
    known.many = true;
    merge(known);
    return known;
  }

  plain(held: Value = NOTHING, traits: Partial<PlainTraits> = {}): PlainObject {
    const { refusal = null, items = null, container = false, argument = false } = traits;
    const object = this.make(
      (other): other is PlainObject =>
        other.kind === 'plain' &&
        other.refusal === refusal &&
        other.container === container &&
        other.argument === argument,
      () => this.newPlain({ refusal, items, container, argument }),
      known => {
        known.items = joinItems(known.items, items);
      }
    );
    this.put([object], held);
    return object;
  }

  /** Stands for plain objects that are too many to be told apart. */
  crowd(): PlainObject {
    const object = this.newPlain({ ...PLAIN, argument: true });
    object.many = true;
    return object;
  }

  /** Stands for the variables of a call. */
  variables(): PlainObject {
    return this.make(
      (other): other is PlainObject => other.kind === 'plain',
      () => this.newPlain(PLAIN),
      () => undefined,
      this.sites.next(true)
    );
  }

  /** The time on the heap's clock: what is made from now on is made later. */
  get now(): number {
    return this.time;
  }

  function(
    node: FunctionDef | Lambda,
    code: CellCode,
    frame: Frame | null,
    defaults: ReadonlyMap<string, Value>
  ): FunctionObject {
    const object = this.make(
      (other): other is FunctionObject =>
        other.kind === 'function' &&
        other.node === node &&
        other.code === code &&
        other.frame?.prefix === frame?.prefix,
      (): FunctionObject => ({ ...this.base(), kind: 'function', node, code, frame, defaults }),
      known => {
        known.defaults = joinValues(known.defaults, defaults);
      }
    );
    this.put([object], union(...defaults.values()));
    for (let scope = frame; scope; scope = scope.parent) this.captured.add(scope.prefix);
    let closed = frame;
    while (closed?.kind === 'class') closed = closed.parent;
    if (closed) this.put([object], new Set([closed.object]));
    return object;
  }

  class(
    node: ClassDef,
    members: ReadonlyMap<string, ClassMember>,
    bases: Value,
    keywords: Value
  ): ClassObject {
    const object = this.make(
      (other): other is ClassObject => other.kind === 'class' && other.node === node,
      (): ClassObject => {
        const made: ClassObject = { ...this.base(), kind: 'class', node, members, bases, keywords };
        this.classes.push(made);
        return made;
      },
      known => {
        known.members = joinMembers(known.members, members);
        known.bases = union(known.bases, bases);
        known.keywords = union(known.keywords, keywords);
      }
    );
    const held = [...members.values()].map(member => member.value);
    this.put([object], union(bases, keywords, ...held));
    return object;
  }

  instance(type: ClassObject): InstanceObject {
    const object = this.make(
      (other): other is InstanceObject => other.kind === 'instance' && other.type === type,
      (): InstanceObject => ({ ...this.base(), kind: 'instance', type })
    );
    this.put([object], new Set([type]));
    return object;
  }

  /** The same objects seen as instances of a class that theirs inherits from, as `super()` gives them. */
  viewAs(type: ClassObject, value: Value): InstanceObject {
    const view = this.instance(type);
    this.put([view], value);
    this.put(value, new Set([view]));
    return view;
  }

  /** What `copy.copy` gives of a value; `deep`: of all that it holds as well. Functions and classes are no copies. */
  clone(value: Value, deep: boolean): Value {
    const copies = new Map<HeapObject, HeapObject>();
    for (const object of deep ? this.contents(value) : value) {
      if (object.kind === 'plain') {
        copies.set(object, this.plain(NOTHING, { ...object, items: null, argument: false }));
      } else if (object.kind === 'instance') copies.set(object, this.instance(object.type));
    }
    const copyOf = (object: HeapObject): HeapObject => copies.get(object) ?? object;
    for (const [object, copy] of copies) {
      this.put([copy], deep ? new Set([...object.holds].map(copyOf)) : object.holds);
    }
    return new Set([...value].map(copyOf));
  }

  method(functions: Value, self: Value): MethodObject {
    const object = this.make(
      (other): other is MethodObject => other.kind === 'method',
      (): MethodObject => ({ ...this.base(), kind: 'method', function: functions, self }),
      known => {
        known.function = union(known.function, functions);
        known.self = union(known.self, self);
      }
    );
    this.put([object], union(functions, self));
    return object;
  }

  /** The same object for the same path. */
  external(wanted: string): ExternalObject {
    const path = wanted.length <= LONGEST_PATH ? wanted : wanted.slice(0, LONGEST_PATH);
    const known = this.externals.get(path);
    if (known) return known;
    const object: ExternalObject = { ...this.base(), kind: 'external', path };
    this.externals.set(path, object);
    return object;
  }

  /** From now on each of `containers` may hold `value`. Modules hold nothing that is followed. */
  put(containers: Iterable<HeapObject>, value: Value): void {
    if (value.size === 0) return;
    for (const container of containers) {
      if (container.kind === 'external') continue;
      this.work += value.size;
      for (const object of value) {
        if (object === container || container.holds.has(object)) continue;
        container.holds = added(container.holds, object);
        object.heldBy = added(object.heldBy, container);
        this.edges.push([container, object]);
        if (this.out.has(container)) this.leaked.push(object);
        if (object.kind === 'plain' && object.origin === this.step) continue;
        this.time += 1;
        container.grown = this.time;
        this.growth += 1;
      }
    }
  }

  /** The value that a variable of a finished call was left at. */
  closedOver(key: string): Value {
    return this.closed.get(key) ?? NOTHING;
  }

  /** A variable of a finished call may be left at this. */
  close(key: string, value: Value): void {
    const before = this.closed.get(key);
    const after = union(before ?? NOTHING, value);
    if (after === before) return;
    this.closings.push({ key, before });
    this.closed.set(key, after);
  }

  /** How often a class was given a member from outside. */
  get membersGiven(): number {
    return this.givings.length;
  }

  /** From now on the class may have this under the name: `A.f = f`. */
  giveMember(type: ClassObject, name: string, value: Value): void {
    if (value.size === 0) return;
    const before = type.members;
    const known = before.get(name);
    if (known?.access === 'any' && union(known.value, value) === known.value) return;
    const member: ClassMember = { value: union(known?.value ?? NOTHING, value), access: 'any' };
    this.givings.push({ type, before });
    type.members = new Map(before).set(name, member);
  }

  /** A point to which `rollBack` can return. */
  checkpoint(): HeapCheckpoint {
    return {
      edges: this.edges.length,
      closings: this.closings.length,
      givings: this.givings.length,
      classes: this.classes.length,
      attributesSet: this.attributesSet.size,
      sites: this.sites.checkpoint(),
      withCode: this.withCode.length,
      count: this.count
    };
  }

  /**
   * Forgets what has happened since then, and gives it. Objects made since must not be used any more, unless it is done
   * again.
   */
  rollBack(to: HeapCheckpoint): HeapEffects {
    const effects: HeapEffects = {
      made: this.sites.rollBack(to.sites),
      edges: this.edges.splice(to.edges),
      closings: this.closings
        .splice(to.closings)
        .map(({ key, before }) => ({ key, before, after: this.closed.get(key)! })),
      givings: this.givings
        .splice(to.givings)
        .map(({ type, before }) => ({ type, before, after: type.members })),
      classes: this.classes.splice(to.classes),
      attributesSet: [...this.attributesSet].slice(to.attributesSet),
      withCode: this.withCode.splice(to.withCode),
      count: this.count
    };
    for (const [container, object] of effects.edges.toReversed()) {
      (container.holds as Set<HeapObject>).delete(object);
      (object.heldBy as Set<HeapObject>).delete(container);
    }
    for (const { key, before } of effects.closings.toReversed()) {
      if (before === undefined) this.closed.delete(key);
      else this.closed.set(key, before);
    }
    for (const { type, before } of effects.givings.toReversed()) type.members = before;
    for (const name of effects.attributesSet) this.attributesSet.delete(name);
    this.count = to.count;
    return effects;
  }

  /** Does again what was forgotten, at the point to which the heap was rolled back then. */
  redo(effects: HeapEffects): void {
    this.sites.redo(effects.made);
    for (const edge of effects.edges) {
      const [container, object] = edge;
      container.holds = added(container.holds, object);
      object.heldBy = added(object.heldBy, container);
      this.edges.push(edge);
    }
    for (const { key, before, after } of effects.closings) {
      this.closings.push({ key, before });
      this.closed.set(key, after);
    }
    for (const { type, before, after } of effects.givings) {
      this.givings.push({ type, before });
      type.members = after;
    }
    this.classes.push(...effects.classes);
    for (const name of effects.attributesSet) this.attributesSet.add(name);
    this.withCode.push(...effects.withCode);
    this.count = effects.count;
  }
}

export interface HeapCheckpoint {
  readonly edges: number;
  readonly closings: number;
  readonly givings: number;
  readonly classes: number;
  readonly attributesSet: number;
  readonly sites: number;
  readonly withCode: number;
  readonly count: number;
}

/** A container, and what it came to hold. */
export type Edge = readonly [container: HeapObject, object: HeapObject];

/** A variable of a finished call: what was known before of what it is left at, and what is known at the end. */
export interface Closing {
  readonly key: string;
  readonly before: Value | undefined;
  readonly after: Value;
}

/** A class that was given a member from outside: its members before, and those at the end. */
interface Giving {
  readonly type: ClassObject;
  readonly before: ClassObject['members'];
  readonly after: ClassObject['members'];
}

/** What a stretch of code has done to the heap, each list in order. */
export interface HeapEffects {
  readonly made: readonly Making<HeapObject>[];
  readonly edges: readonly Edge[];
  readonly closings: readonly Closing[];
  readonly givings: readonly Giving[];
  readonly classes: readonly ClassObject[];
  readonly attributesSet: readonly string[];
  readonly withCode: readonly HeapObject[];
  readonly count: number;
}

/** The set itself, grown; a new one in the place of the shared empty set. */
function added(set: ReadonlySet<HeapObject>, object: HeapObject): ReadonlySet<HeapObject> {
  if (set === NOTHING) return new Set([object]);
  (set as Set<HeapObject>).add(object);
  return set;
}
