import {
  Heap,
  sameEffects,
  type CellCode,
  type HeapCheckpoint,
  type HeapEffects,
  type ReadFact
} from '../../python/dataflow';
import { analysePrologue, type Prologue } from '../prologue';
import { StepAttempt, type Asked } from './attempt';
import type { FlowStep, NotebookFlow, StepFlow } from './model';
import { passOn } from './passOn';
import { sameOutcome } from './sameOutcome';
import { StepsAbove } from './stepsAbove';

/** A step that was gone through. */
interface Gone {
  readonly step: FlowStep;
  /** The heap before it. */
  readonly start: HeapCheckpoint;
  readonly flow: StepFlow;
  readonly asked: readonly Asked[];
}

/** A step that was gone through before an edit, and what it did to the heap. */
interface Undone extends Gone {
  readonly effects: HeapEffects;
}

/**
 * The flow of one notebook. After an edit the steps above it stay as they are; those below are gone through again, up to
 * one that has done what it did before.
 */
export class FlowAnalysis {
  private readonly heap = new Heap();
  private readonly prologue: Prologue;
  private readonly above: StepsAbove;
  private gone: Gone[] = [];

  constructor(private readonly prologueCells: readonly CellCode[]) {
    this.prologue = analysePrologue(prologueCells, this.heap);
    this.above = new StepsAbove(this.prologue);
  }

  startsWith(prologueCells: readonly CellCode[]): boolean {
    return isSameCode(this.prologueCells, prologueCells);
  }

  run(steps: readonly FlowStep[]): NotebookFlow {
    let same = 0;
    while (same < this.gone.length && isSameStep(this.gone[same]!.step, steps[same])) same += 1;
    let before = this.undoFrom(same);
    steps.slice(same).forEach((step, position) => {
      const [last, ...below] = before;
      if (last && isSameStep(last.step, step)) this.goAgain(last);
      else if (!this.goThrough(step, same + position, last, below)) below.length = 0;
      before = below;
    });
    return { prologue: this.prologue, steps: passOn(this.above) };
  }

  /** Forgets the steps from the given one on, and gives them. */
  private undoFrom(index: number): Undone[] {
    const undone: Undone[] = [];
    for (const gone of this.gone.splice(index).reverse()) {
      undone.unshift({ ...gone, effects: this.heap.rollBack(gone.start) });
    }
    this.above.takeFrom(index);
    return undone;
  }

  /** Takes a step as it was: nothing that it sees has changed. */
  private goAgain({ effects, ...gone }: Undone): void {
    const start = this.heap.checkpoint();
    this.heap.redo(effects);
    this.finish({ ...gone, start });
  }

  /** Goes through a step. True if the steps below it, as they were, see that it does what it did the last time. */
  private goThrough(
    step: FlowStep,
    index: number,
    last: Undone | undefined,
    below: readonly Undone[]
  ): boolean {
    const start = this.heap.checkpoint();
    const { flow, asked } = this.analyse(index, step);
    const again = last ? this.asBefore(last, flow, start, below) : null;
    this.finish({ step, start, flow: again ?? flow, asked });
    return again !== null;
  }

  /** The flow of a step that does what it did the last time, and the heap, in terms of the last time; else null. */
  private asBefore(
    last: Undone,
    flow: StepFlow,
    start: HeapCheckpoint,
    below: readonly Undone[]
  ): StepFlow | null {
    const effects = this.heap.rollBack(start);
    const same = sameEffects(last.effects, effects);
    const isAsked = (name: string): boolean =>
      below.some(({ asked }) => asked.some(each => each.everything || each.names.has(name)));
    const again = same && sameOutcome(last.flow, flow, same, isAsked);
    this.heap.redo(again ? same.effects : effects);
    return again;
  }

  private finish(gone: Gone): void {
    this.gone.push(gone);
    this.above.add(gone.flow);
  }

  /** Analyses a step, once more for each round of dependencies that its own reads have brought to light. */
  private analyse(index: number, { cells, after }: FlowStep): Pick<Gone, 'flow' | 'asked'> {
    const derived = new Map<number, ReadFact[]>();
    const asked: Asked[] = [];
    const start = this.heap.checkpoint();
    for (;;) {
      const ancestors = this.above.ancestorsOf([...after, ...derived.keys()]);
      const attempt = new StepAttempt(this.above, index, cells, ancestors);
      const found = attempt.run(this.heap);
      const flow = found.size === 0 ? attempt.result(derived) : null;
      asked.push(attempt.asked);
      if (flow) return { flow, asked };
      for (const [provider, reads] of found) derived.set(provider, reads);
      this.heap.rollBack(start);
    }
  }
}

function isSameCode(one: readonly CellCode[], other: readonly CellCode[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ cell, unit }, index) => cell === other[index]?.cell && unit === other[index]?.unit)
  );
}

function isSameStep(one: FlowStep, other: FlowStep | undefined): boolean {
  if (!other || !isSameCode(one.cells, other.cells)) return false;
  const { after } = one;
  return (
    after.length === other.after.length && after.every((on, index) => on === other.after[index])
  );
}
