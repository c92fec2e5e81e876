import type { Step } from '@chard/core/pipeline';
import type { RunnerValue } from '@chard/core/protocol';
import type { ReuseParts, StoredResult } from '../../../stores';
import type { Reuse } from '../reuse';
import type { StepOutcome as FilesOutcome } from '../workspace';
import { concernsOneStep } from './errors';
import type { RunPlan, RunServices } from './plan';
import type { RunWarnings } from './warnings';

/** The results that a run makes, kept for later runs. */
export class MadeResults {
  /** By step: the workspace may find out in the end that they hold more widely. */
  private readonly made = new Map<string, StoredResult>();

  constructor(
    private readonly plan: RunPlan,
    private readonly services: RunServices,
    private readonly reuse: Reuse,
    private readonly warnings: RunWarnings
  ) {}

  has(step: string): boolean {
    return this.made.has(step);
  }

  /** Keeps a step's result where its files allow, else says why not. */
  keep(
    step: Step,
    parts: ReuseParts,
    values: readonly RunnerValue[],
    { files, reusable }: FilesOutcome
  ): void {
    const { stores, clock, workspace } = this.services;
    if (!reusable.ok) {
      // Said once for the whole run where it holds for all steps.
      if (workspace.reusable.ok) this.warnings.ofResultNotKept(step.name, reusable.why);
      return;
    }
    const result: StoredResult = {
      key: this.reuse.key(step, parts),
      notebook: this.plan.notebook,
      step: step.name,
      parts,
      values,
      files,
      createdAt: clock.now()
    };
    stores.results.put(result, this.plan.id);
    this.made.set(step.name, result);
  }

  /** Keeps results a second time, under what their steps turned out to depend on. @throws where that concerns more than their reuse. */
  async widen(step: (name: string) => Step): Promise<void> {
    if (this.made.size === 0) return;
    try {
      for (const [name, { digest }] of await this.services.workspace.settle()) {
        const result = this.made.get(name);
        if (result === undefined) continue;
        const parts = { ...result.parts, workspace: digest };
        const key = this.reuse.key(step(name), parts);
        this.services.stores.results.put({ ...result, key, parts }, this.plan.id);
      }
    } catch (error) {
      if (!concernsOneStep(error)) throw error;
      this.warnings.ofResultsNotFound(error.message);
    }
  }
}
