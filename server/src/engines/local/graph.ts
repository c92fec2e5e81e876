import type { Pipeline, Step } from '@chard/core/pipeline';

/** The steps of a pipeline, the metrics step last, and who is above whom. */
export class StepGraph {
  /** Topological, ties by first cell. */
  readonly steps: readonly Step[];
  private readonly positions: ReadonlyMap<string, number>;
  /** For each step the set of positions above it, as bits. */
  private readonly above: readonly Uint32Array[];
  private readonly direct: readonly (readonly string[])[];

  constructor(pipeline: Pipeline) {
    this.steps =
      pipeline.metricsStep === null ? pipeline.steps : [...pipeline.steps, pipeline.metricsStep];
    this.positions = new Map(this.steps.map(({ name }, position) => [name, position]));
    this.direct = this.steps.map(step => step.after.map(dependency => dependency.step));
    const words = Math.ceil(this.steps.length / 32);
    const above: Uint32Array[] = [];
    for (const parents of this.direct) {
      const bits = new Uint32Array(words);
      for (const parent of parents) {
        const position = this.position(parent);
        const inherited = above[position];
        if (inherited === undefined) {
          throw new Error(`the steps are not in topological order: ${parent} comes too late`);
        }
        for (let word = 0; word < words; word += 1) bits[word]! |= inherited[word]!;
        bits[position >> 5]! |= 1 << (position & 31);
      }
      above.push(bits);
    }
    this.above = above;
  }

  has(name: string): boolean {
    return this.positions.has(name);
  }

  step(name: string): Step {
    return this.steps[this.position(name)] as Step;
  }

  /** Place in the order of steps. */
  position(name: string): number {
    const position = this.positions.get(name);
    if (position === undefined) throw new Error(`the pipeline has no step ${name}`);
    return position;
  }

  /** Direct dependencies. */
  parents(name: string): readonly string[] {
    return this.direct[this.position(name)] as readonly string[];
  }

  isAncestor(ancestor: string, of: string): boolean {
    const position = this.position(ancestor);
    const bits = this.above[this.position(of)] as Uint32Array;
    return ((bits[position >> 5] as number) & (1 << (position & 31))) !== 0;
  }

  ancestors(name: string): Step[] {
    return this.steps.filter(step => this.isAncestor(step.name, name));
  }

  descendants(name: string): Step[] {
    return this.steps.filter(step => this.isAncestor(name, step.name));
  }
}
