import { Attributes, mayBeLost } from './attributes';
import {
  NO_ARGUMENTS,
  argumentList,
  withSelf,
  type CallArguments,
  type CallSite
} from './callArguments';
import { memberOf, metaclasses, ownMember } from './classes';
import {
  NOTHING,
  lineage,
  split,
  union,
  type ClassObject,
  type ExternalObject,
  type Heap,
  type HeapObject,
  type Value
} from './heap';
import { STORING_METHODS, callEffect, callRefusal, methodEffect } from './knowledge';

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
export abstract class Calls extends Attributes {
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
        const method = memberOf(object.type, '__call__');
        if (method) return this.call(method.value, withSelf(new Set([object]), args), site);
        return this.callUnknown(new Set([object]), args, site);
      }
      case 'external':
        return this.callExternal(object, args, site);
      case 'plain':
        return this.callUnknown(new Set([object]), args, site);
    }
  }

  private instantiate(type: ClassObject, args: CallArguments, site: CallSite): Value {
    const instance = this.machine.heap.instance(type);
    const value: Value = new Set([instance]);
    this.machine.heap.put([instance], union(...argumentList(args)));
    const made: Value[] = [value, this.callByMetaclass(type, args, site)];
    for (const name of ['__new__', '__init__', '__post_init__']) {
      const method = memberOf(type, name);
      if (!method) continue;
      const own = name === '__post_init__' ? NO_ARGUMENTS : args;
      const self: Value = name === '__new__' ? new Set([type]) : value;
      const result = this.call(method.value, withSelf(self, own), site);
      if (name === '__new__') made.push(result);
    }
    this.fillFields(type, value, site);
    const end = memberOf(type, '__del__');
    if (end) this.callPerhaps(end.value, [value], NOTHING, site);
    return union(...made);
  }

  /** `__call__` of a metaclass runs where its class is called. */
  private callByMetaclass(type: ClassObject, args: CallArguments, site: CallSite): Value {
    const results = metaclasses(type).flatMap(metaclass => {
      const method = memberOf(metaclass, '__call__');
      return method ? [this.call(method.value, withSelf(new Set([type]), args), site)] : [];
    });
    return union(...results);
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
      for (const metaclass of metaclasses(object)) {
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
    if (object.kind === 'instance') return memberOf(object.type, '__call__') !== null;
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
}

/** What it makes of its arguments are keys: they are hashed. */
function isKeyed(path: string): boolean {
  return /^builtins\.(set|frozenset|dict)$|^collections\.(Counter|OrderedDict)$/.test(path);
}
