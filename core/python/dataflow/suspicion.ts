import { Dependencies } from './dependencies';
import { isSameSlot } from './flow';
import { NOTHING, union, type HeapObject, type PlainObject, type Value } from './heap';
import type { Machine } from './machine';

interface SuspectedArguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
  readonly spread: Value;
}

/** What is known of the surroundings in which a function was run. */
interface Run {
  readonly dependencies: Dependencies;
  /** On the heap's clock. */
  readonly time: number;
  readonly guarded: boolean;
  readonly classes: number;
  readonly membersGiven: number;
  readonly attributesSet: number;
  /** How many objects the step had met. */
  readonly met: number;
}

/** Times that a function is run for what it was given anew. */
const RUNS = 3;

/**
 * A function that code which cannot be seen might call, at any time and with anything it was ever given. It is run once
 * for all of these calls, and again only when something that it looked at has changed.
 */
export class Suspicion {
  /** What the calls gave by position and by name where that is known: `self` above all. */
  private readonly positional: Value[] = [];
  private readonly named = new Map<string, Value>();
  result: Value = NOTHING;
  private runs = 0;
  /** The state of names and objects in which it was seen last that nothing has changed. */
  private checked = -1;
  private grown = true;
  private last: Run | null = null;

  /** `argument` stands for all else that the function may be given. */
  constructor(readonly argument: PlainObject) {}

  /** It was run so often that another run is not worth it: all that it names counts as read. */
  get isTiring(): boolean {
    return this.runs > RUNS;
  }

  /** All that it names was counted as read: only other values of these names can add to that. */
  private get isSettled(): boolean {
    return this.runs > RUNS + 1;
  }

  /** What stands for the arguments of all calls. */
  get arguments(): SuspectedArguments {
    return {
      positional: this.positional,
      named: this.named,
      spread: new Set<HeapObject>([this.argument])
    };
  }

  /** One more call. */
  give(positional: readonly Value[], named: ReadonlyMap<string, Value>): void {
    positional.forEach((value, index) => {
      const joined = union(this.positional[index] ?? NOTHING, value);
      if (joined.size > (this.positional[index]?.size ?? -1)) this.grown = true;
      this.positional[index] = joined;
    });
    for (const [name, value] of named) {
      const joined = union(this.named.get(name) ?? NOTHING, value);
      if (joined.size > (this.named.get(name)?.size ?? -1)) this.grown = true;
      this.named.set(name, joined);
    }
  }

  /** What the last run has looked at, if it would be the same again; null if it has to be run. */
  stillHolds(machine: Machine): Dependencies | null {
    const { last } = this;
    const { heap } = machine;
    if (last === null || (this.grown && !this.isSettled)) return null;
    const version = machine.version + heap.growth;
    if (this.checked === version && last.guarded === machine.guarded > 0) return last.dependencies;
    if (last.guarded !== machine.guarded > 0) return null;
    if (this.isSettled)
      return this.namesHold(machine, last.dependencies) ? last.dependencies : null;
    if (last.classes !== heap.classes.length) return null;
    if (last.membersGiven !== heap.membersGiven) return null;
    if (last.attributesSet !== heap.attributesSet.size) return null;
    if (last.dependencies.looksForClasses && last.met !== machine.met.size) return null;
    if (!this.namesHold(machine, last.dependencies)) return null;
    for (const object of last.dependencies.objects) if (object.grown > last.time) return null;
    this.checked = version;
    return last.dependencies;
  }

  private namesHold(machine: Machine, { names }: Dependencies): boolean {
    for (const [name, slot] of names) if (!isSameSlot(machine.flow.get(name), slot)) return false;
    return true;
  }

  /** Runs the function, and notes on what that has depended. */
  run(machine: Machine, body: () => Value): Dependencies {
    const dependencies = new Dependencies();
    const { heap } = machine;
    this.grown = false;
    this.runs += 1;
    const time = heap.now;
    const outer = machine.watch;
    machine.watch = dependencies;
    this.result = union(this.result, body());
    machine.watch = outer;
    this.last = {
      dependencies,
      time,
      guarded: machine.guarded > 0,
      classes: heap.classes.length,
      membersGiven: heap.membersGiven,
      attributesSet: heap.attributesSet.size,
      met: machine.met.size
    };
    return dependencies;
  }
}
