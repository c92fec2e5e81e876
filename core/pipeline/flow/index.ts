import type { CellCode } from '../../python/dataflow';
import { FlowAnalysis } from './analysis';
import type { FlowStep, NotebookFlow } from './model';

export type { Arrival, CellFlow, FlowStep, Leaving, NotebookFlow, StepFlow } from './model';

/** Remembers the last notebook, so that after an edit only the steps which that concerns are gone through again. */
export class FlowMemory {
  private last: FlowAnalysis | null = null;

  /** The analysis of a prologue: the last one if it was of the same. */
  analysis(prologue: readonly CellCode[]): FlowAnalysis {
    if (!this.last?.startsWith(prologue)) this.last = new FlowAnalysis(prologue);
    return this.last;
  }

  /** After a fault nothing that was remembered is to be trusted. */
  forget(): void {
    this.last = null;
  }
}

/**
 * Follows values through the prologue and the steps, in notebook order. With `metrics` the last step is that of
 * the metrics cells, which sees all others. The result is the same with and without a memory.
 */
export function analyseFlow(
  prologue: readonly CellCode[],
  steps: readonly FlowStep[],
  metrics: readonly CellCode[] | null,
  memory = new FlowMemory()
): NotebookFlow {
  const all = steps.map((_, index) => index);
  const last = metrics ? [{ name: '', cells: metrics, after: all }] : [];
  try {
    return memory.analysis(prologue).run([...steps, ...last]);
  } catch (error) {
    memory.forget();
    throw error;
  }
}
