import type { Arguments, FunctionDef, Lambda, Node } from '../ast';
import {
  NOTHING,
  reach,
  union,
  type ClassMember,
  type ClassObject,
  type ExternalObject,
  type FunctionObject,
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
import type { Machine } from './machine';
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

/** Statements and calls that one step may take to analyse before functions are only skimmed. */
const BUDGET = 40_000;
/** Notebook functions that call one another, deeper than which they are only skimmed. */
const DEPTH = 24;

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

function isCallable(object: HeapObject): boolean {
  return object.kind === 'function' || object.kind === 'method' || object.kind === 'class';
}

/** What calls do to values. Notebook functions are followed into their bodies; of the rest, what is known is used. */
export abstract class Calls {
  private spent = 0;
  private readonly active = new Set<Node>();
  private readonly touched = new Map<HeapObject, number>();

  constructor(readonly machine: Machine) {}

  /** Runs the body of a notebook function whose parameters have the given values. */
  protected abstract runBody(callee: FunctionObject, parameters: ReadonlyMap<string, Value>): Value;
  /** Counts everything that the body names as read and, where it may, changed. */
  protected abstract skim(callee: FunctionObject): void;

  protected spend(): void {
    this.spent += 1;
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
        return this.callFunction(object, args);
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

  private callFunction(callee: FunctionObject, args: CallArguments): Value {
    const held = union(...argumentList(args));
    if (this.active.has(callee.node)) return this.machine.fresh(held);
    if (this.spent > BUDGET || this.active.size > DEPTH) {
      this.skim(callee);
      return this.machine.fresh(held);
    }
    this.spend();
    this.active.add(callee.node);
    const value = this.runBody(callee, this.parameters(callee, args));
    this.active.delete(callee.node);
    return value;
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
    if (declared.vararg) {
      const rest = args.positional.slice(positional.length);
      values.set(declared.vararg.arg, this.machine.fresh(union(...rest, args.spread ?? NOTHING)));
    }
    if (declared.kwarg) {
      const rest = [...args.named].filter(([name]) => !values.has(name)).map(([, value]) => value);
      values.set(declared.kwarg.arg, this.machine.fresh(union(...rest, args.spread ?? NOTHING)));
    }
    return values;
  }

  private instantiate(type: ClassObject, args: CallArguments, site: CallSite): Value {
    const instance = this.machine.heap.instance(type);
    const value: Value = new Set([instance]);
    this.machine.heap.put([instance], union(...argumentList(args)));
    for (const name of ['__new__', '__init__', '__post_init__']) {
      const method = this.member(type, name);
      if (!method) continue;
      const own =
        name === '__post_init__' ? { positional: [], named: new Map(), spread: null } : args;
      this.call(method.value, withSelf(name === '__new__' ? new Set([type]) : value, own), site);
    }
    return value;
  }

  /** A member of a class or of the notebook classes that it inherits from. */
  member(type: ClassObject, name: string): ClassMember | null {
    const seen = new Set<ClassObject>([type]);
    for (const candidate of seen) {
      const member = candidate.members.get(name);
      if (member) return member;
      for (const base of candidate.bases) if (base.kind === 'class') seen.add(base);
    }
    return null;
  }

  private callExternal(callee: ExternalObject, args: CallArguments, site: CallSite): Value {
    const { machine } = this;
    const values = argumentList(args);
    const refusal = callRefusal(callee.path);
    if (refusal) {
      this.mayCall(union(...values), site);
      return machine.fresh(union(...values), refusal);
    }
    const out = args.named.get('out');
    if (out) machine.change(out, false, machine.place(site.code, site.node));
    switch (callEffect(callee.path)) {
      case 'scalar':
        this.operate(union(...values, ...values.map(value => machine.elements(value))), site);
        return NOTHING;
      case 'fresh':
        this.operate(union(...values), site);
        return machine.fresh();
      case 'elements':
      case 'copies': {
        this.operate(union(...values), site);
        const held = union(...values.map(value => machine.elements(value)));
        const own = /^(builtins|collections|itertools|random)\./.test(callee.path);
        return own ? machine.container(held) : machine.fresh(held);
      }
      case 'holds':
        return machine.fresh(union(...values));
      case 'part':
        return union(...values.map(value => machine.parts(value)));
      case 'applies':
        return this.callApplying(callee.path, values, site);
      case 'decorates':
        return args.positional[0]?.size ? args.positional[0] : new Set([callee]);
      case null:
        return this.callUnknown(NOTHING, args, site, /\.[A-Z]\w*$/.test(callee.path));
    }
  }

  /** `map(f, xs)`, `sorted(xs, key=f)`, `asyncio.run(f())`. */
  private callApplying(path: string, values: readonly Value[], site: CallSite): Value {
    const { machine } = this;
    const isFunction = (value: Value): boolean => [...value].some(isCallable);
    const items = union(
      ...values.filter(value => !isFunction(value)).map(value => machine.parts(value))
    );
    const results: Value[] = [];
    machine.perhaps(() => {
      for (const value of values) {
        if (!isFunction(value)) continue;
        results.push(
          this.call(value, { positional: [items], named: new Map(), spread: items }, site)
        );
      }
    });
    const held = union(items, ...results);
    const giving = /\.(max|min|reduce|run|gather|delayed)$/.test(path);
    return giving ? union(machine.fresh(held), held) : machine.container(held);
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
    const given = union(...argumentList(args));
    const place = machine.place(site.code, site.node);
    if (receiver.size === 0) {
      this.mayCall(given, site);
      this.operate(union(given, machine.elements(given)), site);
      return NOTHING;
    }
    const effect = args.named.has('inplace') || args.named.has('out') ? null : methodEffect(name);
    const known = [...receiver].every(object => object.kind === 'plain');
    if (effect && known) return this.callReadingMethod(effect, receiver, given, site);
    if (STORING_METHODS.has(name) && known) {
      machine.change(receiver, false, place);
      machine.heap.put(receiver, union(given, machine.elements(given)));
      return name === 'setdefault' ? union(given, machine.parts(receiver)) : NOTHING;
    }
    machine.heap.put(
      [...receiver].filter(object => object.kind !== 'class'),
      given
    );
    this.touch(union(receiver, given), site);
    return union(machine.fresh(union(receiver, given)), receiver);
  }

  private callReadingMethod(
    effect: NonNullable<ReturnType<typeof methodEffect>>,
    receiver: Value,
    given: Value,
    site: CallSite
  ): Value {
    const { machine } = this;
    this.mayCall(given, site);
    if (effect === 'scalar') return NOTHING;
    if (effect === 'part') return union(machine.parts(receiver), given);
    if (effect === 'fresh') return machine.fresh();
    const containers = [...receiver].filter(object => object.kind === 'plain' && object.container);
    const held = union(machine.elements(new Set(containers)), machine.elements(given));
    const isContainer = containers.length === receiver.size;
    if (effect === 'copies' && !isContainer) return machine.fresh(held);
    return isContainer
      ? machine.container(held)
      : union(machine.container(held), machine.parts(receiver));
  }

  /** The functions among these values may be called, with anything. */
  protected mayCall(value: Value, site: CallSite): void {
    for (const object of value) {
      if (object.kind === 'function' || object.kind === 'method')
        this.callPerhaps(object, [], value, site);
    }
  }

  /** Hands these values to code that cannot be seen: all that can be reached may be called and changed. */
  touch(value: Value, site: CallSite): void {
    const place = this.machine.place(site.code, site.node);
    for (const object of reach(value)) {
      if (object.kind === 'plain' || object.kind === 'instance') {
        this.machine.change(new Set([object]), false, place);
      }
      if (this.touched.get(object) === this.machine.bindings) continue;
      this.touched.set(object, this.machine.bindings);
      if (object.kind === 'function') this.callPerhaps(object, [], value, site);
      if (object.kind === 'instance') this.callMembers(object, () => true, site);
      this.touched.set(object, this.machine.bindings);
    }
  }

  /** Python's own operations on these values: those of notebook classes run `__add__`, `__repr__` and the like. */
  protected operate(value: Value, site: CallSite): void {
    for (const object of value) {
      if (object.kind !== 'instance') continue;
      this.callMembers(
        object,
        name => /^__\w+__$/.test(name) && !/^__(init|new|post_init|del)__$/.test(name),
        site
      );
    }
  }

  private callMembers(
    instance: InstanceObject,
    wanted: (name: string) => boolean,
    site: CallSite
  ): void {
    const seen = new Set<ClassObject>([instance.type]);
    for (const type of seen) {
      for (const [name, member] of type.members) {
        if (!wanted(name)) continue;
        for (const object of member.value) {
          if (object.kind === 'function')
            this.callPerhaps(object, [new Set([instance])], NOTHING, site);
        }
      }
      for (const base of type.bases) if (base.kind === 'class') seen.add(base);
    }
  }

  private callPerhaps(
    callee: HeapObject,
    positional: readonly Value[],
    others: Value,
    site: CallSite
  ): void {
    const spread = union(others, this.machine.fresh());
    this.machine.supposed += 1;
    this.machine.perhaps(() => {
      this.call(new Set([callee]), { positional, named: new Map(), spread }, site);
    });
    this.machine.supposed -= 1;
  }

  /** Taking an attribute: of a module, a class or an instance of the notebook, or anything else. */
  attribute(value: Value, name: string, site: CallSite): Value {
    const { machine } = this;
    const { known, unknown } = split(value, hasOwnAttributes);
    const results: Value[] = [this.unknownAttribute(unknown, name)];
    for (const object of known) {
      if (object.kind === 'external') {
        results.push(new Set([machine.heap.external(`${object.path}.${name}`)]));
      } else if (object.kind === 'instance') {
        results.push(this.instanceAttribute(object, name, site));
      } else if (object.kind === 'class') {
        results.push(this.classAttribute(object, name));
      }
    }
    return union(...results);
  }

  private unknownAttribute(value: Value, name: string): Value {
    if (value.size === 0 || isScalarAttribute(name)) return NOTHING;
    return isLabelAttribute(name) ? this.machine.fresh() : this.machine.parts(value);
  }

  private instanceAttribute(instance: InstanceObject, name: string, site: CallSite): Value {
    const self: Value = new Set([instance]);
    if (name === '__class__') return new Set([instance.type]);
    const member = this.member(instance.type, name);
    if (!member) {
      const fallback = this.member(instance.type, '__getattr__');
      if (fallback)
        this.call(
          fallback.value,
          withSelf(self, { positional: [NOTHING], named: new Map(), spread: null }),
          site
        );
      return this.machine.parts(self);
    }
    switch (member.access) {
      case 'static':
        return member.value;
      case 'property':
        return this.call(
          member.value,
          withSelf(self, { positional: [], named: new Map(), spread: null }),
          site
        );
      case 'class-method':
        return this.bound(member.value, new Set([instance.type]));
      case 'method':
        return union(this.bound(member.value, self), this.dataOf(member.value));
    }
  }

  private classAttribute(type: ClassObject, name: string): Value {
    const member = this.member(type, name);
    if (!member) return this.machine.parts(new Set([type]));
    if (member.access === 'class-method') return this.bound(member.value, new Set([type]));
    return member.value;
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
