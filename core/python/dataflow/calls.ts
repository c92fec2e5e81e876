import type { Arguments, FunctionDef, Lambda, Node } from '../ast';
import {
  ANY_NAME,
  NOTHING,
  lineage,
  union,
  type ClassMember,
  type ClassObject,
  type ExternalObject,
  type FunctionObject,
  type Heap,
  type HeapObject,
  type InstanceObject,
  type Value
} from './heap';
import {
  STORING_METHODS,
  callEffect,
  callRefusal,
  isLabelAttribute,
  isScalarAttribute,
  methodEffect
} from './knowledge';
import type { Machine, Place } from './machine';
import { goesInside, mayRun, type Operation } from './operations';
import { Suspicion } from './suspicion';
import type { CellCode } from './unit';

/** The arguments of a call, as values. */
export interface CallArguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
  /** What `*args` and `**kwargs` may hold; null without them. */
  readonly spread: Value | null;
}

/** Where a call stands. */
export interface CallSite {
  readonly code: CellCode;
  readonly node: Node;
}

/**
 * Statements and calls that one step may take to analyse. After that functions are only skimmed, and whatever is operated
 * on counts as handed to code that cannot be seen: less is told apart, so that a step gets more rather than less.
 */
const BUDGET = 8_000;
/** Objects gone through that count as one statement. */
const WORK_PER_STATEMENT = 50;
/** Notebook functions that call one another, deeper than which calls are no longer told apart. */
const DEPTH = 24;
/** Calls of one function in one step that are told apart. */
const CALLS_APART = 40;

/** The objects that are known to do something of their own, and the rest. */
export function split(
  value: Value,
  isKnown: (object: HeapObject) => boolean
): { known: HeapObject[]; unknown: Value } {
  const known = [...value].filter(isKnown);
  if (known.length === 0) return { known, unknown: value };
  return { known, unknown: new Set([...value].filter(object => !isKnown(object))) };
}

export function argumentList(args: CallArguments): Value[] {
  const values = [...args.positional, ...args.named.values()];
  if (args.spread) values.push(args.spread);
  return values;
}

function withSelf(self: Value, args: CallArguments): CallArguments {
  return { ...args, positional: [self, ...args.positional] };
}

const NO_ARGUMENTS: CallArguments = { positional: [], named: new Map(), spread: null };

/** What the notebook has made among these values: a library's new object may keep its functions and instances. */
function ownIn(heap: Heap, values: readonly Value[]): Value {
  const own = [...heap.contents(union(...values))].filter(
    ({ kind }) => kind !== 'plain' && kind !== 'external'
  );
  return own.length === 0 ? NOTHING : new Set(own);
}

/** Libraries' functions that only look at what they are given, even where it could be called. */
function callsNothing(path: string): boolean {
  return (
    (path.startsWith('builtins.') && path !== 'builtins.iter') ||
    path === 'functools.wraps' ||
    path === 'copy.deepcopy'
  );
}

/** What calls do to values. Notebook functions are followed into their bodies; of the rest, what is known is used. */
export abstract class Calls {
  private spent = 0;
  private readonly active = new Set<Node>();
  private readonly timesCalled = new Map<Node, number>();
  private readonly suspicions = new Map<HeapObject, Suspicion>();
  /** Functions that code which cannot be seen has got hold of. */
  private readonly exposed = new Set<FunctionObject>();

  constructor(readonly machine: Machine) {}

  /** Runs the body of a notebook function whose parameters have the given values. */
  protected abstract runBody(callee: FunctionObject, parameters: ReadonlyMap<string, Value>): Value;
  /** Counts everything that the body names as read and, where it may, changed. */
  protected abstract skim(callee: FunctionObject): void;

  protected spend(): void {
    this.spent += 1;
  }

  /** How much of the budget is gone; 1: all. */
  private get spending(): number {
    return (this.spent + this.machine.heap.work / WORK_PER_STATEMENT) / BUDGET;
  }

  call(callee: Value, args: CallArguments, site: CallSite): Value {
    const { known, unknown } = split(callee, object => object.kind !== 'plain');
    const ways = known.map(object => () => this.callObject(object, args, site));
    if (unknown.size > 0 || known.length === 0) {
      ways.push(() => this.callUnknown(unknown, args, site));
    }
    return this.either(ways);
  }

  /** One of these happens; with several, each may. */
  protected either(ways: readonly (() => Value)[]): Value {
    const [only] = ways;
    if (only && ways.length === 1) return only();
    const results: Value[] = [];
    const outcomes = ways.map(way =>
      this.machine.branch(() => {
        results.push(way());
      })
    );
    if (outcomes.length > 0) this.machine.join(outcomes);
    return union(...results);
  }

  private callObject(object: HeapObject, args: CallArguments, site: CallSite): Value {
    switch (object.kind) {
      case 'function':
        return this.callFunction(object, args, site);
      case 'method':
        return this.call(object.function, withSelf(object.self, args), site);
      case 'class':
        return this.instantiate(object, args, site);
      case 'instance': {
        const method = this.member(object.type, '__call__');
        if (method) return this.call(method.value, withSelf(new Set([object]), args), site);
        return this.callUnknown(new Set([object]), args, site);
      }
      case 'external':
        return this.callExternal(object, args, site);
      case 'plain':
        return this.callUnknown(new Set([object]), args, site);
    }
  }

  private callFunction(callee: FunctionObject, args: CallArguments, site: CallSite): Value {
    const { node } = callee;
    if (this.active.has(node)) return this.machine.fresh(union(...argumentList(args)));
    const times = this.timesCalled.get(node) ?? 0;
    const apart = times < CALLS_APART && this.active.size < DEPTH && this.spending < 1;
    if (this.machine.supposed > 0 || !apart) return this.suspect(callee, args, site);
    this.timesCalled.set(node, times + 1);
    this.spend();
    this.active.add(node);
    const value = this.machine.heap.sites.inCall(node, () =>
      this.runBody(callee, this.parameters(callee, args))
    );
    this.active.delete(node);
    return value;
  }

  /** A call that may or may not happen, or is one of too many: all of them are looked at as one. */
  private suspect(callee: FunctionObject, args: CallArguments, site: CallSite): Value {
    this.give(callee, args, this.machine.place(site.code, site.node));
    this.runIfChanged(callee);
    return this.suspicionOf(callee).result;
  }

  private give(callee: FunctionObject, args: CallArguments, place: Place): void {
    const { machine } = this;
    const suspicion = this.suspicionOf(callee);
    const others = machine.widened(args.spread ?? NOTHING);
    suspicion.give(args.positional, args.named);
    machine.heap.put([suspicion.argument], others);
    if (machine.changedObjects.has(suspicion.argument)) machine.change(others, false, place);
  }

  private runIfChanged(callee: FunctionObject): void {
    const { machine } = this;
    const suspicion = this.suspicionOf(callee);
    if (this.active.has(callee.node)) return;
    const known = suspicion.stillHolds(machine);
    machine.repeat(known ?? suspicion.run(machine, () => this.runSuspected(callee, suspicion)));
  }

  private suspicionOf(callee: FunctionObject): Suspicion {
    let suspicion = this.suspicions.get(callee);
    if (!suspicion) {
      const { sites } = this.machine.heap;
      const argument = sites.inSuspicion(callee.node, () =>
        sites.at(callee.node, () => this.machine.heap.plain(NOTHING, { argument: true }))
      );
      suspicion = new Suspicion(argument);
      this.suspicions.set(callee, suspicion);
    }
    return suspicion;
  }

  private runSuspected(callee: FunctionObject, suspicion: Suspicion): Value {
    const { machine } = this;
    const results: Value[] = [];
    this.spend();
    this.active.add(callee.node);
    machine.supposed += 1;
    machine.perhaps(() => {
      machine.heap.sites.inSuspicion(callee.node, () => {
        if (!suspicion.isTiring && this.spending < 1) {
          results.push(this.runBody(callee, this.parameters(callee, suspicion.arguments)));
        } else {
          this.skim(callee);
          results.push(suspicion.arguments.spread);
        }
      });
    });
    machine.supposed -= 1;
    this.active.delete(callee.node);
    return union(...results);
  }

  private parameters(callee: FunctionObject, args: CallArguments): Map<string, Value> {
    const declared: Arguments = callee.node.args;
    const values = new Map<string, Value>();
    const positional = [...declared.posonlyargs, ...declared.args];
    const given = (name: string, value: Value | undefined): Value =>
      value ?? union(callee.defaults.get(name) ?? NOTHING, args.spread ?? NOTHING);
    positional.forEach((parameter, index) => {
      const value = args.positional[index] ?? args.named.get(parameter.arg);
      values.set(parameter.arg, given(parameter.arg, value));
    });
    for (const parameter of declared.kwonlyargs) {
      values.set(parameter.arg, given(parameter.arg, args.named.get(parameter.arg)));
    }
    const others = args.spread ?? NOTHING;
    if (declared.vararg) {
      const rest = args.positional.slice(positional.length);
      values.set(declared.vararg.arg, this.machine.container(union(...rest, others)));
    }
    if (declared.kwarg) {
      const rest = [...args.named].filter(([name]) => !values.has(name)).map(([, value]) => value);
      values.set(declared.kwarg.arg, this.machine.container(union(...rest, others)));
    }
    return values;
  }

  private instantiate(type: ClassObject, args: CallArguments, site: CallSite): Value {
    const instance = this.machine.heap.instance(type);
    const value: Value = new Set([instance]);
    this.machine.heap.put([instance], union(...argumentList(args)));
    const made: Value[] = [value, this.callByMetaclass(type, args, site)];
    for (const name of ['__new__', '__init__', '__post_init__']) {
      const method = this.member(type, name);
      if (!method) continue;
      const own = name === '__post_init__' ? NO_ARGUMENTS : args;
      const self: Value = name === '__new__' ? new Set([type]) : value;
      const result = this.call(method.value, withSelf(self, own), site);
      if (name === '__new__') made.push(result);
    }
    this.fillFields(type, value, site);
    const end = this.member(type, '__del__');
    if (end) this.callPerhaps(end.value, [value], NOTHING, site);
    return union(...made);
  }

  /** `__call__` of a metaclass runs where its class is called. */
  private callByMetaclass(type: ClassObject, args: CallArguments, site: CallSite): Value {
    const results = this.metaclasses(type).flatMap(metaclass => {
      const method = this.member(metaclass, '__call__');
      return method ? [this.call(method.value, withSelf(new Set([type]), args), site)] : [];
    });
    return union(...results);
  }

  private metaclasses(type: ClassObject): ClassObject[] {
    return lineage(type).flatMap(each =>
      [...each.keywords].filter(object => object.kind === 'class')
    );
  }

  /** Fields that a library fills in when an instance is made (`field(default_factory=f)`) may call functions. */
  private fillFields(type: ClassObject, instance: Value, site: CallSite): void {
    for (const each of lineage(type)) {
      if (each.node.decorators.length === 0 && each.bases.size === 0) continue;
      for (const { value } of each.members.values()) {
        const fields = [...value].filter(object => object.kind === 'plain' && !object.container);
        if (fields.length === 0) continue;
        const given = this.mayCall(new Set(fields), site);
        this.machine.heap.put(instance, union(given, this.machine.elements(new Set(fields))));
      }
    }
  }

  /** A member of a class or of the notebook classes that it inherits from. */
  member(type: ClassObject, name: string): ClassMember | null {
    const own = ownMember(type, name);
    if (own) return own;
    if (type.bases.size === 0) return null;
    for (const each of lineage(type)) {
      const member = ownMember(each, name);
      if (member) return member;
    }
    return null;
  }

  private callExternal(callee: ExternalObject, args: CallArguments, site: CallSite): Value {
    const { machine } = this;
    const values = argumentList(args);
    if (!machine.called.has(callee.path))
      machine.called.set(callee.path, machine.place(site.code, site.node));
    const refusal = callRefusal(callee.path);
    if (refusal) {
      this.mayCall(union(...values), site);
      return machine.fresh(union(...values), refusal);
    }
    const out = args.named.get('out');
    if (out) machine.change(out, false, machine.place(site.code, site.node));
    const effect = callEffect(callee.path);
    if (effect !== null && !callsNothing(callee.path)) this.mayCall(union(...values), site);
    switch (effect) {
      case 'scalar':
        this.operateOn(values, callee.path, site);
        return NOTHING;
      case 'fresh':
        return machine.fresh(
          union(this.operateOn(values, callee.path, site), ownIn(machine.heap, values))
        );
      case 'elements':
      case 'copies': {
        const held = union(...values.map(value => this.copied(value, site)));
        if (isKeyed(callee.path)) this.operate(held, 'hash', site);
        const own = /^(builtins|collections|itertools|random)\./.test(callee.path);
        return own ? machine.container(held) : machine.fresh(held);
      }
      case 'pairs': {
        const items = values.map(value => this.copied(value, site));
        const known = args.spread === null && callee.path === 'builtins.zip';
        const rows = callee.path === 'builtins.enumerate' ? [NOTHING, items[0] ?? NOTHING] : items;
        return this.rows(union(...items), known || rows !== items ? rows : null);
      }
      case 'flattens': {
        const held = union(...values.map(value => this.iterate(value, site)));
        const found = this.operate(held, 'calculate', site);
        return machine.container(union(held, this.iterate(held, site), found));
      }
      case 'asks':
        return new Set([machine.heap.external(`${callee.path}()`)]);
      case 'clones':
        this.operate(union(...values), 'any', site);
        return union(
          ...values.map(value => machine.heap.clone(value, callee.path === 'copy.deepcopy'))
        );
      case 'holds':
        return machine.fresh(union(...values));
      case 'part':
        this.operate(union(...values), 'iterate', site);
        return union(...values.map(value => this.iterate(value, site)));
      case 'applies':
        return this.callApplying(callee.path, values, site);
      case 'decorates':
        return args.positional[0]?.size ? args.positional[0] : new Set([callee]);
      case null:
        return this.callUnknown(NOTHING, args, site, /\.[A-Z]\w*$/.test(callee.path));
    }
  }

  /** A call that reads its arguments and what they hold; gives what their own special methods make of it. */
  private operateOn(values: readonly Value[], path: string, site: CallSite): Value {
    const all = union(...values);
    const shows =
      /^builtins\.(print|repr|str|format|ascii|display)$|^IPython\.display\.display$|^pprint\./;
    if (shows.test(path)) return this.operate(all, 'show', site);
    const looks =
      /^builtins\.(id|callable|range|isinstance|issubclass|hasattr|dir|setattr|delattr)$/;
    if (looks.test(path)) return this.operateOnTypes(values, path, site);
    for (const value of [all, this.iterate(all, site)]) this.operate(value, 'any', site);
    return this.operate(all, 'calculate', site);
  }

  /** `isinstance(x, A)`, `hasattr(x, "a")`: `A` may have its own idea of it, and `a` may be a property. */
  private operateOnTypes(values: readonly Value[], path: string, site: CallSite): Value {
    const [first = NOTHING, ...others] = values;
    for (const object of union(...others)) {
      if (object.kind !== 'class') continue;
      this.callMembers(object, object, name => name === '__subclasshook__', site);
      for (const metaclass of this.metaclasses(object)) {
        const isCheck = (name: string): boolean => /^__(instance|subclass)check__$/.test(name);
        this.callMembers(object, metaclass, isCheck, site);
      }
    }
    if (path === 'builtins.hasattr') this.anyAttribute(first, site);
    return path === 'builtins.dir' ? this.operate(first, 'any', site) : NOTHING;
  }

  /** `map(f, xs)`, `sorted(xs, key=f)`, `asyncio.run(f())`. */
  private callApplying(path: string, values: readonly Value[], site: CallSite): Value {
    const { machine } = this;
    const callees = values.map(value => split(value, object => this.isCallable(object)));
    const items = union(...callees.map(({ unknown }) => this.iterate(unknown, site)));
    // A library's object that is none of Python's containers may be a function made of others.
    const made = callees.flatMap(({ unknown }) =>
      [...unknown].filter(object => object.kind === 'plain' && !object.container)
    );
    const results: Value[] = [];
    const args: CallArguments = { positional: [items], named: new Map(), spread: items };
    machine.perhaps(() => {
      for (const { known } of callees) {
        if (known.length > 0) results.push(this.call(new Set(known), args, site));
      }
      for (const object of made) results.push(this.mayCall(new Set([object]), site, items));
    });
    const compares = /\.(max|min|sorted|groupby)$/.test(path);
    const held = union(items, ...results);
    this.operate(held, compares ? 'compare' : 'truth', site);
    if (path === 'itertools.groupby') return this.rows(machine.container(held), null);
    const giving = /\.(max|min|reduce|run|gather|delayed)$/.test(path);
    return giving ? union(machine.fresh(held), held) : machine.container(held);
  }

  private isCallable(object: HeapObject): boolean {
    if (object.kind === 'instance') return this.member(object.type, '__call__') !== null;
    return object.kind !== 'plain';
  }

  /** A container of tuples. `items`: what each place of them holds, where that is known. */
  private rows(held: Value, items: readonly Value[] | null): Value {
    const { machine } = this;
    return machine.container(held.size === 0 ? NOTHING : machine.container(held, items));
  }

  /**
   * A call of something that nothing is known about: it may change what it is given, call the functions among it, keep
   * it, and hand any of it back (`constructs`: as a part of something new).
   */
  protected callUnknown(
    callee: Value,
    args: CallArguments,
    site: CallSite,
    constructs = false
  ): Value {
    const given = union(...argumentList(args));
    const all = union(callee, given);
    this.touch(all, site);
    for (const object of callee)
      if (object.kind !== 'class') this.machine.heap.put([object], given);
    const result = this.machine.fresh(all);
    return constructs ? result : union(result, given);
  }

  /** `receiver.name(...)` where nothing in the notebook says what that is. */
  callMethod(receiver: Value, name: string, args: CallArguments, site: CallSite): Value {
    const { machine } = this;
    if (name === '__subclasses__') return this.subclasses(receiver, site);
    const given = union(...argumentList(args));
    const place = machine.place(site.code, site.node);
    const effect = args.named.has('inplace') || args.named.has('out') ? null : methodEffect(name);
    const lost = this.callLost(receiver, name, args, site);
    if (receiver.size === 0) {
      this.mayCall(given, site);
      this.operate(given, effect === 'scalar' ? 'show' : 'any', site);
      return lost;
    }
    const known = [...receiver].every(object => object.kind === 'plain');
    if (effect && known) {
      return union(lost, this.callReadingMethod(effect, name, receiver, given, site));
    }
    if (STORING_METHODS.has(name) && known) {
      machine.change(receiver, false, place);
      machine.heap.put(receiver, union(given, this.iterate(given, site)));
      if (name === 'add' || name === 'setdefault') this.operate(given, 'hash', site);
      return name === 'setdefault' ? union(given, machine.parts(receiver)) : lost;
    }
    machine.heap.put(
      [...receiver].filter(object => object.kind !== 'class'),
      given
    );
    this.touch(union(receiver, given), site);
    return union(machine.fresh(union(receiver, given)), receiver, lost);
  }

  /** The classes that inherit from these, which their names bring here. */
  private subclasses(bases: Value, site: CallSite): Value {
    const found = this.machine.heap.classes.filter(
      type => !bases.has(type) && lineage(type).some(each => bases.has(each))
    );
    for (const { node } of found) this.machine.readIfThere(node.name, site.code, site.node);
    return this.machine.container(new Set(found));
  }

  private callReadingMethod(
    effect: NonNullable<ReturnType<typeof methodEffect>>,
    name: string,
    receiver: Value,
    given: Value,
    site: CallSite
  ): Value {
    const { machine } = this;
    this.mayCall(given, site);
    const { known: containers, unknown } = split(
      receiver,
      object => object.kind === 'plain' && object.container
    );
    // What a library's object holds may be asked to do its part: a pipeline's functions, a table's objects.
    const done = this.mayCall(unknown, site, given);
    this.operate(machine.contents(unknown), 'any', site);
    if (containers.length > 0) this.operate(union(receiver, given), 'compare', site);
    if (containers.length > 0) this.operate(given, 'hash', site);
    if (effect === 'scalar') return NOTHING;
    if (effect === 'part') return union(machine.parts(receiver), given);
    if (effect === 'fresh') return machine.fresh(done);
    const held = union(machine.elements(new Set(containers)), machine.elements(given));
    if (name === 'items') return this.rows(union(held, machine.parts(unknown)), null);
    const isContainer = containers.length === receiver.size;
    if (effect === 'copies' && !isContainer) return machine.fresh(held);
    return isContainer
      ? machine.container(held)
      : union(machine.container(held), machine.parts(receiver));
  }

  /** The functions in these values may be called, with anything; gives what may come back. */
  protected mayCall(value: Value, site: CallSite, given: Value = value): Value {
    const results: Value[] = [];
    if (this.machine.isCrowd(value)) this.touch(value, site);
    for (const object of this.machine.contents(value)) {
      if (object.kind === 'function' || object.kind === 'method') {
        results.push(this.callPerhaps(new Set([object]), [], given, site));
      } else if (object.kind === 'instance') {
        const method = this.member(object.type, '__call__');
        if (method) results.push(this.callPerhaps(method.value, [new Set([object])], given, site));
      } else if (object.kind === 'class') {
        this.touch(new Set([object]), site);
      }
    }
    return union(...results);
  }

  /**
   * The object that a method is called on, or an attribute is taken off, may be one that was lost track of: the
   * classes that the step can reach and that have such a member are asked.
   */
  private callLost(receiver: Value, name: string, args: CallArguments, site: CallSite): Value {
    if (!mayBeLost(receiver, name)) return NOTHING;
    const results: Value[] = [];
    for (const type of this.machine.heap.classes) {
      const member = ownMember(type, name);
      if (!member || !this.machine.canReach(type)) continue;
      const self: Value = new Set([this.machine.heap.instance(type)]);
      const given = union(...argumentList(args));
      results.push(this.callPerhaps(member.value, [self, ...args.positional], given, site));
    }
    return union(...results);
  }

  /**
   * Hands these values to code that cannot be seen: all that can be reached may be called and changed. What has got
   * out stays out, together with all that it comes to hold later.
   */
  touch(value: Value, site: CallSite): void {
    const { heap } = this.machine;
    const place = this.machine.place(site.code, site.node);
    for (const object of value) {
      if (object.kind === 'function') this.expose(object, [], value, place);
      if (object.kind === 'class') this.exposeMembers(heap.instance(object), object, place);
    }
    for (const object of heap.letOut(value)) {
      if (object.kind === 'plain' || object.kind === 'instance') {
        this.machine.change(new Set([object]), false, place);
      }
      if (object.kind === 'function') this.expose(object, [], value, place);
      if (object.kind === 'instance') this.exposeMembers(object, object.type, place);
    }
    this.runExposed();
  }

  /** From here on, code that cannot be seen may call this function. */
  private expose(
    callee: FunctionObject,
    positional: readonly Value[],
    others: Value,
    place: Place
  ): void {
    this.give(callee, { positional, named: new Map(), spread: others }, place);
    this.exposed.add(callee);
  }

  private exposeMembers(self: HeapObject, type: ClassObject, place: Place): void {
    for (const each of lineage(type)) {
      for (const { value } of each.members.values()) {
        for (const object of value) {
          if (object.kind === 'function') this.expose(object, [new Set([self])], NOTHING, place);
        }
      }
    }
  }

  /**
   * Runs the functions that have got out, as far as they would do anything new. What gets out while a function is run
   * that only might be called has to wait until that one is through: run within one another, each would be gone
   * through once for every way to it.
   */
  private runExposed(): void {
    if (this.machine.supposed > 0) return;
    for (const callee of this.exposed) this.runIfChanged(callee);
  }

  /**
   * Python's own operations on these values: those of notebook classes run `__add__`, `__repr__` and the like. Gives
   * what these give.
   */
  protected operate(value: Value, operation: Operation, site: CallSite): Value {
    if (value.size === 0 || this.machine.heap.classes.length === 0) return NOTHING;
    if (this.machine.isCrowd(value) || this.spending > 1) this.touch(value, site);
    if (this.spending > 1) return value;
    const results: Value[] = [];
    const wanted = (name: string): boolean => mayRun(operation, name);
    for (const object of goesInside(operation) ? this.machine.contents(value) : value) {
      if (object.kind === 'instance') {
        results.push(this.callMembers(object, object.type, wanted, site));
      } else if (object.kind === 'class') {
        results.push(this.operateOnClass(object, operation, site));
      }
    }
    return operation === 'any' ? NOTHING : union(...results);
  }

  private operateOnClass(type: ClassObject, operation: Operation, site: CallSite): Value {
    const wanted = (name: string): boolean => mayRun(operation, name);
    const own = (name: string): boolean => name === '__class_getitem__' && wanted(name);
    const results = this.metaclasses(type).map(each => this.callMembers(type, each, wanted, site));
    return union(this.callMembers(type, type, own, site), ...results);
  }

  /** What going through a value gives. What cannot be gone through was itself an element of something. */
  protected iterate(value: Value, site: CallSite): Value {
    const { machine } = this;
    const iterators = this.operate(value, 'iterate', site);
    const { unknown: others } = split(iterators, object => value.has(object));
    const made = union(iterators, this.operate(others, 'iterate', site));
    const apart = [...value].filter(object => this.isApart(object));
    const members = [...value].flatMap(object => this.enumMembers(object));
    return union(
      machine.parts(value),
      made,
      machine.parts(others),
      new Set([...apart, ...members])
    );
  }

  /** The same, without the views of itself that an array or a table may give. */
  private copied(value: Value, site: CallSite): Value {
    const isView = (object: HeapObject): boolean => object.kind === 'plain' && value.has(object);
    return split(this.iterate(value, site), isView).unknown;
  }

  /** It has no elements. */
  private isApart(object: HeapObject): boolean {
    if (object.kind === 'instance') {
      return !['__iter__', '__next__', '__getitem__', '__aiter__'].some(name =>
        this.member(object.type, name)
      );
    }
    return object.kind === 'function' || object.kind === 'method';
  }

  /** A new instance of an enum, standing for its members. */
  protected enumMembers(object: HeapObject): HeapObject[] {
    if (object.kind !== 'class' || !isEnum(object)) return [];
    return [this.machine.heap.instance(object)];
  }

  private callMembers(
    self: HeapObject,
    type: ClassObject,
    wanted: (name: string) => boolean,
    site: CallSite
  ): Value {
    const results: Value[] = [];
    for (const [name, member] of this.membersOf(type)) {
      if (!wanted(name) || member.value.size === 0) continue;
      results.push(this.callPerhaps(member.value, [new Set([self])], NOTHING, site));
    }
    return union(...results);
  }

  /** All members of a class, those that it inherits from the notebook's classes included. */
  private membersOf(type: ClassObject): ReadonlyMap<string, ClassMember> {
    if (type.bases.size === 0) return type.members;
    const members = new Map<string, ClassMember>();
    for (const each of lineage(type)) {
      for (const [name, member] of each.members) if (!members.has(name)) members.set(name, member);
    }
    return members;
  }

  /** Calls the functions among these values, which may happen or not. */
  protected callPerhaps(
    callees: Value,
    positional: readonly Value[],
    others: Value,
    site: CallSite
  ): Value {
    const results: Value[] = [];
    for (const callee of callees) {
      if (callee.kind === 'function') {
        const args = { positional, named: new Map<string, Value>(), spread: others };
        results.push(this.suspect(callee, args, site));
      } else if (callee.kind === 'method') {
        results.push(this.callPerhaps(callee.function, [callee.self, ...positional], others, site));
      }
    }
    return union(...results);
  }

  /** Taking an attribute: of a module, a class or an instance of the notebook, or anything else. */
  attribute(value: Value, name: string, site: CallSite): Value {
    const { machine } = this;
    const { known, unknown } = split(value, hasOwnAttributes);
    const results: Value[] = [this.unknownAttribute(unknown, name, site)];
    for (const object of known) {
      if (object.kind === 'external') {
        results.push(new Set([machine.heap.external(`${object.path}.${name}`)]));
      } else if (object.kind === 'instance') {
        results.push(this.instanceAttribute(object, name, site));
      } else if (object.kind === 'class') {
        results.push(this.classAttribute(object, name, site));
      }
    }
    return union(...results);
  }

  private unknownAttribute(value: Value, name: string, site: CallSite): Value {
    const lost = this.lostAttribute(value, name, site);
    if (value.size === 0 || isScalarAttribute(name)) return lost;
    if (isLabelAttribute(name)) return union(lost, this.machine.fresh());
    return union(lost, this.machine.parts(value));
  }

  /** As `callLost`, for an attribute that is taken and not called at once. */
  private lostAttribute(value: Value, name: string, site: CallSite): Value {
    if (!mayBeLost(value, name)) return NOTHING;
    const results: Value[] = [];
    for (const type of this.machine.heap.classes) {
      if (!ownMember(type, name) || !this.machine.canReach(type)) continue;
      this.machine.perhaps(() => {
        results.push(this.instanceAttribute(this.machine.heap.instance(type), name, site));
      });
    }
    return union(...results);
  }

  private instanceAttribute(instance: InstanceObject, name: string, site: CallSite): Value {
    const self: Value = new Set([instance]);
    if (name === '__class__') return new Set([instance.type]);
    const asked = this.callHook(instance.type, '__getattribute__', self, site);
    const member = this.member(instance.type, name);
    if (!member) {
      const found = this.callHook(instance.type, '__getattr__', self, site);
      return union(asked, found, this.machine.parts(self));
    }
    return union(asked, this.memberOf(instance, member, name, site));
  }

  /** `__getattr__` and the like, where the class has it, with a name. */
  private callHook(type: ClassObject, hook: string, self: Value, site: CallSite): Value {
    const method = this.member(type, hook);
    if (!method) return NOTHING;
    return this.call(
      method.value,
      withSelf(self, { ...NO_ARGUMENTS, positional: [NOTHING] }),
      site
    );
  }

  private memberOf(
    instance: InstanceObject,
    { value, access }: ClassMember,
    name: string,
    site: CallSite
  ): Value {
    const self: Value = new Set([instance]);
    switch (access) {
      case 'static':
        return value;
      case 'property':
        return this.call(value, withSelf(self, NO_ARGUMENTS), site);
      case 'class-method':
        return this.bound(value, new Set([instance.type]));
      case 'any':
        return union(
          value,
          this.bound(value, self),
          this.bound(value, new Set([instance.type])),
          this.callPerhaps(value, [self], NOTHING, site),
          this.machine.parts(self)
        );
      case 'method': {
        const data = this.dataOf(value);
        const given = union(
          this.bound(value, self),
          data,
          this.getFrom(data, '__get__', self, site)
        );
        const isOwn = data.size === 0 && value.size > 0;
        // What is set on the instance itself hides what the class has.
        const { attributesSet } = this.machine.heap;
        const mayHide = !isOwn || attributesSet.has(name) || attributesSet.has(ANY_NAME);
        return mayHide ? union(given, this.machine.parts(self)) : given;
      }
    }
  }

  /** What descriptors among a class's members (objects with `__get__` and the like) make of an access. */
  private getFrom(members: Value, hook: string, self: Value, site: CallSite): Value {
    const results = [...members].map(object => {
      const method = object.kind === 'instance' ? this.member(object.type, hook) : null;
      return method
        ? this.callPerhaps(method.value, [new Set([object]), self], self, site)
        : NOTHING;
    });
    return union(...results);
  }

  private classAttribute(type: ClassObject, name: string, site: CallSite): Value {
    const member = this.member(type, name);
    if (!member) return this.machine.parts(new Set([type]));
    if (member.access === 'class-method') return this.bound(member.value, new Set([type]));
    const own = this.getFrom(this.dataOf(member.value), '__get__', new Set([type]), site);
    return union(member.value, own, new Set(this.enumMembers(type)));
  }

  /** Any attribute of these objects, where the name is not known: `getattr(x, name)`. */
  protected anyAttribute(value: Value, site: CallSite): Value {
    const results = [this.machine.parts(value)];
    for (const object of value) {
      const type =
        object.kind === 'instance' ? object.type : object.kind === 'class' ? object : null;
      if (!type) {
        results.push(new Set([object]));
        continue;
      }
      for (const each of lineage(type)) {
        for (const name of each.members.keys()) {
          this.machine.perhaps(() => {
            results.push(this.attribute(new Set([object]), name, site));
          });
        }
      }
      results.push(this.callHook(type, '__getattr__', new Set([object]), site));
    }
    return union(...results);
  }

  /**
   * Setting or deleting an attribute: a class has it from then on; for an instance properties, descriptors and
   * `__setattr__` of notebook classes run. `name` is `ANY_NAME` where the code does not say.
   */
  protected setAttribute(objects: Value, name: string, value: Value, site: CallSite): void {
    for (const object of objects) {
      if (object.kind === 'class') this.machine.heap.giveMember(object, name, value);
      if (object.kind !== 'instance') continue;
      const self: Value = new Set([object]);
      for (const hook of ['__setattr__', '__delattr__']) {
        const method = this.member(object.type, hook);
        if (method) this.callPerhaps(method.value, [self, NOTHING, value], value, site);
      }
      const names = name === ANY_NAME ? this.membersOf(object.type).keys() : [name];
      for (const each of names) this.setThroughMember(object, each, value, site);
    }
  }

  private setThroughMember(
    instance: InstanceObject,
    name: string,
    value: Value,
    site: CallSite
  ): void {
    const member = this.member(instance.type, name);
    if (!member) return;
    const self: Value = new Set([instance]);
    if (member.access === 'property') this.callPerhaps(member.value, [self, value], value, site);
    this.getFrom(this.dataOf(member.value), '__set__', union(self, value), site);
    this.getFrom(this.dataOf(member.value), '__delete__', self, site);
  }

  private bound(member: Value, self: Value): Value {
    const functions = [...member].filter(object => object.kind === 'function');
    if (functions.length === 0) return NOTHING;
    return new Set([this.machine.heap.method(new Set(functions), self)]);
  }

  private dataOf(member: Value): Value {
    const data = [...member].filter(object => object.kind !== 'function');
    return data.length === 0 ? NOTHING : new Set(data);
  }
}

/** What the class itself has under a name, or may have been given under it. */
function ownMember({ members }: ClassObject, name: string): ClassMember | null {
  const own = members.get(name) ?? null;
  const given = members.get(ANY_NAME);
  if (!given) return own;
  // Special methods are looked for everywhere: of those only what is a function of that name.
  const isSpecial = /^__\w+__$/.test(name);
  const value = [...given.value].filter(
    object => !isSpecial || (object.kind === 'function' && nameOf(object) === name)
  );
  if (isSpecial && value.length === 0) return own;
  return { value: union(own?.value ?? NOTHING, new Set(value)), access: 'any' };
}

function nameOf({ node }: FunctionObject): string | null {
  return node.kind === 'FunctionDef' ? node.name : null;
}

/** Nothing in it says what taking this attribute would do: no object at all, or a library's. */
function mayBeLost(value: Value, name: string): boolean {
  if (value.size === 0) return methodEffect(name) !== 'scalar';
  return [...value].some(object => object.kind === 'plain' && !object.container);
}

function isEnum(type: ClassObject): boolean {
  return lineage(type).some(each =>
    [...each.bases].some(base => base.kind === 'external' && /(Enum|Flag)$/.test(base.path))
  );
}

/** What it makes of its arguments are keys: they are hashed. */
function isKeyed(path: string): boolean {
  return /^builtins\.(set|frozenset|dict)$|^collections\.(Counter|OrderedDict)$/.test(path);
}

function hasOwnAttributes({ kind }: HeapObject): boolean {
  return kind === 'external' || kind === 'instance' || kind === 'class';
}

/** The parameters of a function in order of the text. */
export function parameterNames(node: FunctionDef | Lambda): string[] {
  const { posonlyargs, args, vararg, kwonlyargs, kwarg } = node.args;
  const all = [...posonlyargs, ...args, ...kwonlyargs];
  if (vararg) all.push(vararg);
  if (kwarg) all.push(kwarg);
  return all.map(parameter => parameter.arg);
}
