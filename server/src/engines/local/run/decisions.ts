import type { Step } from '@chard/core/pipeline';
import { ChardError } from '../../../errors';
import type { ReuseParts } from '../../../stores';
import type { Landing } from '../flights';
import type { StepGraph } from '../graph';
import type { Reuse } from '../reuse';
import { selectParts, type Part } from '../selection';
import { BaseRun, takeLatest, type Taking } from '../taking';
import type { Received } from '../versions';
import type { RunPlan, RunServices } from './plan';
import type { RunWarnings } from './warnings';

/** Decides which steps of a run are executed, and what stands for the others. */
export class StepDecisions {
  private readonly parts: ReadonlyMap<string, Part>;
  private readonly base: BaseRun | null;
  /** Of steps whose results runs beside this one may wait for. */
  private readonly landings = new Map<string, (landing: Landing) => void>();

  /** @throws ChardError `step-unknown`, `run-unknown`. */
  constructor(
    graph: StepGraph,
    private readonly plan: RunPlan,
    private readonly services: RunServices,
    private readonly reuse: Reuse,
    private readonly warnings: RunWarnings
  ) {
    const { base } = plan.options;
    this.parts = selectParts(graph, plan.options);
    this.base =
      base === null ? null : new BaseRun(services.stores.runs, services.stores.values, base);
  }

  isOmitted(step: string): boolean {
    return this.parts.get(step) === 'omit';
  }

  /** Whether the step must not be executed: what is missing for it is missing for good. */
  mustBeTaken(step: string): boolean {
    return this.parts.get(step) === 'take';
  }

  /**
   * What stands for the step, or why it is executed. Where a run beside this one is making the very result, it is waited
   * for; otherwise others may wait for this one's, until it has landed.
   */
  async decide(
    step: Step,
    received: Received,
    parts: ReuseParts,
    signal: AbortSignal
  ): Promise<Taking> {
    const { flights } = this.services;
    const key = this.reuse.key(step, parts);
    const aborted = new Promise<Landing>(resolve =>
      signal.addEventListener('abort', () => resolve('broken-off'), { once: true })
    );
    for (;;) {
      const taking = await this.withFiles(step, await this.lookUp(step, received, parts));
      if (!('missing' in taking) || !this.mayReuse(step) || signal.aborted) return taking;
      const other = flights.of(key);
      if (other === undefined) {
        this.landings.set(step.name, flights.begin(key));
        return taking;
      }
      // A result that cannot be kept is everybody's own to make: waiting would be in vain once more.
      if ((await Promise.race([other, aborted])) === 'not-kept') return taking;
    }
  }

  /** Tells runs that wait for a step's result what became of it. */
  land(step: string, landing: Landing): void {
    this.landings.get(step)?.(landing);
    this.landings.delete(step);
  }

  /** Nothing more comes of any step. */
  landAll(): void {
    for (const step of [...this.landings.keys()]) this.land(step, 'broken-off');
  }

  /** Whether an earlier result may stand for a step. */
  private mayReuse(step: Step): boolean {
    return this.parts.get(step.name) === 'run' && step.settings.cache && this.plan.options.cache;
  }

  private async lookUp(step: Step, received: Received, parts: ReuseParts): Promise<Taking> {
    const { results } = this.services.stores;
    switch (this.parts.get(step.name)) {
      case 'take':
        return this.base === null
          ? takeLatest(this.reuse, key => results.runOf(key), step, received)
          : this.base.take(step);
      case 'force':
        return { missing: this.whyForced(step.name) };
      default:
        break;
    }
    if (!step.settings.cache) return { missing: 'cache: disabled' };
    if (!this.plan.options.cache) return { missing: 'reuse is switched off for this run' };
    const decision = await this.reuse.find(step, parts);
    if (!decision.reuse) return { missing: decision.why };
    const { result, why } = decision;
    return {
      values: result.values,
      run: results.runOf(result.key) ?? null,
      why,
      files: result.files
    };
  }

  private whyForced(name: string): string {
    const { from, only } = this.plan.options;
    return name === (only ?? from) ? 'asked for' : `it depends on "${from ?? ''}", asked for`;
  }

  /** Puts back the files that a taken step wrote; where that cannot be, the step is not taken. */
  private async withFiles(step: Step, taking: Taking): Promise<Taking> {
    if ('missing' in taking || taking.files === null) return taking;
    try {
      const notices = await this.services.workspace.replay(step.name, taking.files);
      this.warnings.ofFiles(step.name, notices);
      return taking;
    } catch (error) {
      if (!(error instanceof ChardError)) throw error;
      return { missing: error.message };
    }
  }
}
