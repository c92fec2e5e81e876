import { PROLOGUE, type HeapObject, type Value } from '../../python/dataflow';
import type { Prologue } from '../prologue';
import type { StepFlow } from './model';

/** The steps that were gone through already, as those below see them: what they leave under which names. */
export class StepsAbove {
  private readonly flows: StepFlow[] = [];
  /** Indexes of the steps that leave a name, in notebook order. */
  private readonly leavers = new Map<string, number[]>();
  /** Names that have stood for an object, so that a change of it finds them; and the steps that made it so. */
  private readonly namesOf = new Map<HeapObject, Map<string, number>>();

  constructor(readonly prologue: Prologue) {
    for (const [name, slot] of prologue.names) this.indexValue(name, slot.value, PROLOGUE);
  }

  get all(): readonly StepFlow[] {
    return this.flows;
  }

  flow(index: number): StepFlow | undefined {
    return this.flows[index];
  }

  add(flow: StepFlow): void {
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

  /** Forgets the steps from the given one on, and gives them. */
  takeFrom(index: number): StepFlow[] {
    const taken = this.flows.splice(index);
    for (const flow of taken) {
      for (const [name, leaving] of flow.leavings) {
        const leavers = this.leavers.get(name) ?? [];
        while (leavers.length > 0 && leavers.at(-1)! >= index) leavers.pop();
        if (leavers.length === 0) this.leavers.delete(name);
        for (const object of leaving.value) {
          const names = this.namesOf.get(object);
          if ((names?.get(name) ?? -1) >= index) names?.delete(name);
          if (names?.size === 0) this.namesOf.delete(object);
        }
      }
    }
    return taken;
  }

  /** The given steps, by index, and all that they depend on. */
  ancestorsOf(direct: readonly number[]): Set<number> {
    const ancestors = new Set<number>(direct);
    for (const index of direct) {
      for (const ancestor of this.flows[index]?.ancestors ?? []) ancestors.add(ancestor);
    }
    return ancestors;
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
}
