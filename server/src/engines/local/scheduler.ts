import type { Limits } from '../engine';
import type { Demand } from './resources';

/** A step that does not fit lets later ones go first so many times, then the machine is kept free for it. */
const MAX_OVERTAKEN = 4;

/** A step that is ready to be executed. */
export interface Candidate {
  /** Earlier runs first. */
  readonly run: number;
  /** Place in notebook order. */
  readonly position: number;
  readonly demand: Demand;
  /** At most so many of its run side by side. */
  readonly parallel?: number;
  /** Called once, when it may use what it asked for. */
  start(): void;
}

/** A candidate's place, while it waits and while it runs. */
export interface Place {
  /** It has ended, or does not want to start any more. */
  leave(): void;
}

interface Waiting {
  readonly candidate: Candidate;
  overtaken: number;
}

/**
 * Decides which ready steps of all runs may start: in order, as far as what they ask for fits together. A step that
 * asks for more than there is runs alone.
 */
export class Scheduler {
  private waiting: Waiting[] = [];
  private readonly running = new Set<Candidate>();

  constructor(readonly limits: Limits) {}

  /** Whether a step asks for more than the engine has. */
  exceeds({ cpu, memory }: Demand): boolean {
    return cpu > this.limits.cpu || memory > this.limits.memory;
  }

  /** Lines a step up; where it fits it starts before this returns. */
  enter(candidate: Candidate): Place {
    const index = this.waiting.findIndex(other => isBefore(candidate, other.candidate));
    this.waiting.splice(index === -1 ? this.waiting.length : index, 0, { candidate, overtaken: 0 });
    this.startWhatFits();
    return {
      leave: () => {
        this.waiting = this.waiting.filter(other => other.candidate !== candidate);
        this.running.delete(candidate);
        this.startWhatFits();
      }
    };
  }

  private startWhatFits(): void {
    for (let next = this.takeNext(); next !== undefined; next = this.takeNext()) next.start();
  }

  private takeNext(): Candidate | undefined {
    if (this.running.size >= this.limits.parallel) return undefined;
    for (const [index, { candidate, overtaken }] of this.waiting.entries()) {
      // Whoever waits for its own run keeps nobody else waiting.
      if (this.isHeldBack(candidate)) continue;
      if (this.fits(candidate.demand)) {
        for (const passed of this.waiting.slice(0, index)) {
          if (!this.isHeldBack(passed.candidate)) passed.overtaken += 1;
        }
        this.waiting.splice(index, 1);
        this.running.add(candidate);
        return candidate;
      }
      if (overtaken >= MAX_OVERTAKEN) return undefined;
    }
    return undefined;
  }

  /** Whether as many steps of its run are running as may. */
  private isHeldBack({ run, parallel = Infinity }: Candidate): boolean {
    let count = 0;
    for (const other of this.running) if (other.run === run) count += 1;
    return count >= parallel;
  }

  private fits(demand: Demand): boolean {
    if (this.running.size === 0) return true;
    let { cpu, memory } = demand;
    for (const other of this.running) {
      if (this.exceeds(other.demand)) return false;
      cpu += other.demand.cpu;
      memory += other.demand.memory;
    }
    return !this.exceeds({ cpu, memory });
  }
}

function isBefore(one: Candidate, other: Candidate): boolean {
  return one.run === other.run ? one.position < other.position : one.run < other.run;
}
