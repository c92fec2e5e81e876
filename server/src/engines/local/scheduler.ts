import type { Limits } from '../engine';
import type { Demand } from './resources';

/** A step that does not fit lets later ones go first so many times, then the machine is kept free for it. */
const MAX_OVERTAKEN = 4;

interface Waiting {
  readonly name: string;
  readonly position: number;
  readonly demand: Demand;
  overtaken: number;
}

/**
 * Decides which ready step may start: in notebook order, as far as what they ask for fits together. A step that
 * asks for more than there is runs alone.
 */
export class Scheduler {
  private readonly waiting: Waiting[] = [];
  private readonly running = new Map<string, Demand>();

  constructor(private readonly limits: Limits) {}

  /** Whether a step asks for more than the engine has. */
  exceeds({ cpu, memory }: Demand): boolean {
    return cpu > this.limits.cpu || memory > this.limits.memory;
  }

  /** A step that is ready: `position` is its place in notebook order. */
  add(name: string, position: number, demand: Demand): void {
    const place = this.waiting.findIndex(other => other.position > position);
    this.waiting.splice(place === -1 ? this.waiting.length : place, 0, {
      name,
      position,
      demand,
      overtaken: 0
    });
  }

  /** The next step to start now, which then counts as running; undefined where none can. */
  next(): string | undefined {
    if (this.running.size >= this.limits.parallel) return undefined;
    for (const [place, candidate] of this.waiting.entries()) {
      if (this.fits(candidate.demand)) {
        for (const passed of this.waiting.slice(0, place)) passed.overtaken += 1;
        this.waiting.splice(place, 1);
        this.running.set(candidate.name, candidate.demand);
        return candidate.name;
      }
      if (candidate.overtaken >= MAX_OVERTAKEN) return undefined;
    }
    return undefined;
  }

  /** A running step has ended. */
  release(name: string): void {
    this.running.delete(name);
  }

  /** Steps that wait will not be started any more. */
  clear(): void {
    this.waiting.length = 0;
  }

  private fits(demand: Demand): boolean {
    if (this.running.size === 0) return true;
    let { cpu, memory } = demand;
    for (const other of this.running.values()) {
      if (this.exceeds(other)) return false;
      cpu += other.cpu;
      memory += other.memory;
    }
    return !this.exceeds({ cpu, memory });
  }
}
