import type { Step } from '@chard/core/pipeline';
import type { StepGraph } from '../graph';

/** The steps that have not ended yet, each with how many of its direct dependencies have not. */
export class UnfinishedSteps {
  private readonly waitsFor = new Map<string, number>();
  private readonly children = new Map<string, string[]>();

  constructor(private readonly graph: StepGraph) {
    for (const { name } of graph.steps) {
      for (const parent of graph.parents(name)) {
        this.children.set(parent, [...(this.children.get(parent) ?? []), name]);
      }
    }
  }

  get size(): number {
    return this.waitsFor.size;
  }

  has(name: string): boolean {
    return this.waitsFor.has(name);
  }

  /** A copy: steps may end while it is gone through. */
  names(): string[] {
    return [...this.waitsFor.keys()];
  }

  /** Takes a step in. Those above it come first. */
  add(name: string): void {
    const parents = this.graph.parents(name);
    this.waitsFor.set(name, parents.filter(parent => this.has(parent)).length);
  }

  /** Those that wait for nothing. */
  ready(): string[] {
    return this.names().filter(name => this.waitsFor.get(name) === 0);
  }

  /** A step has succeeded. @returns those that waited for it alone. */
  succeed(name: string): string[] {
    this.remove(name);
    return (this.children.get(name) ?? []).filter(child => {
      const waitsFor = this.waitsFor.get(child);
      if (waitsFor === undefined) return false;
      this.waitsFor.set(child, waitsFor - 1);
      return waitsFor === 1;
    });
  }

  /** A step has ended, and nothing can build on it. */
  remove(name: string): void {
    this.waitsFor.delete(name);
  }

  /** Those that depend on a step, directly or not. */
  below(name: string): Step[] {
    return this.graph.descendants(name).filter(step => this.has(step.name));
  }
}
