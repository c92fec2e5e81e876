import type { Arguments, Node } from '../ast';
import { argumentList, type CallArguments, type CallSite } from './callArguments';
import {
  NOTHING,
  lineage,
  union,
  type ClassObject,
  type FunctionObject,
  type HeapObject,
  type Value
} from './heap';
import type { Machine, Place } from './machine';
import { Suspicion } from './suspicion';

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

/**
 * Follows notebook functions into their bodies: those that are called, and those that only may be, since code that cannot be seen has got hold
 * of them.
 */
export abstract class Follower {
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
  protected get spending(): number {
    return (this.spent + this.machine.heap.work / WORK_PER_STATEMENT) / BUDGET;
  }

  protected callFunction(callee: FunctionObject, args: CallArguments, site: CallSite): Value {
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
}
