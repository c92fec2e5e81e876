import type { Step, StepSettings } from '@chard/core/pipeline';
import { ChardError } from '../../../errors';
import type { EventLog } from '../eventLog';
import type { StepGraph } from '../graph';
import { modulesToPreload } from '../preload';
import { stepSpec } from '../spec';
import { executeStep, type ProgressMessage, type StepOutcome } from '../stepProcess';
import type { Received } from '../versions';
import { stepError } from './errors';
import type { RunPlan, RunServices } from './plan';

export interface Attempt {
  readonly step: Step;
  /** Counted from 1 over the whole run. */
  readonly number: number;
  readonly received: Received;
  /** Whether more steps will come after it, of this run or of others. */
  readonly more: boolean;
  onMessage(message: ProgressMessage): void;
}

/** Executes attempts of a run's steps, each in a process of its own. */
export class StepAttempts {
  private readonly modules: readonly string[];
  private hasToldOfImports = false;

  constructor(
    private readonly plan: RunPlan,
    private readonly services: RunServices,
    private readonly graph: StepGraph,
    private readonly log: EventLog,
    private readonly signal: AbortSignal
  ) {
    this.modules = modulesToPreload(plan.pipeline);
  }

  /** @returns how it ended, whatever the process does. @throws what is not the step's own fault. */
  async execute({ step, number, received, more, onMessage }: Attempt): Promise<StepOutcome> {
    const { launcher, clock, owner, stores, workspace } = this.services;
    const { id, pipeline, notebook, interpreter, secrets } = this.plan;
    const context = {
      run: id,
      pipeline,
      graph: this.graph,
      notebook,
      place: workspace.place(step.name),
      store: stores.values.folder,
      secrets
    };
    try {
      const launched = await launcher.launch(interpreter, this.modules, this.signal, {
        more,
        onImporting: () => this.tellOfImports()
      });
      return await executeStep({
        launched,
        spec: stepSpec(context, step, number, received.values),
        timeoutSeconds: step.settings.timeoutSeconds,
        clock,
        instance: owner.instance,
        signal: this.signal,
        onMessage
      });
    } catch (error) {
      return this.notStarted(error);
    }
  }

  /** Once, however many steps wait for the imports. */
  private tellOfImports(): void {
    if (this.hasToldOfImports || this.modules.length === 0) return;
    this.hasToldOfImports = true;
    if (this.log.state.preparing !== null) return;
    this.log.add({ type: 'run-preparing', modules: [...this.modules] });
  }

  private notStarted(error: unknown): StepOutcome {
    const nothing = { values: [], files: { read: [], written: [] }, resources: null };
    if (this.signal.aborted) return { state: 'cancelled', error: null, ...nothing };
    if (!(error instanceof ChardError)) throw error;
    return { state: 'failed', error: stepError(error, 'NotStarted'), ...nothing };
  }
}

/**
 * How long to wait before a step is tried again.
 * @param failures how often it has failed in this execution
 * @returns seconds; null where it is not tried again
 */
export function retryDelay(retries: StepSettings['retries'], failures: number): number | null {
  if (retries === null || failures > retries.count) return null;
  const { backoffSeconds, backoffFactor, maxBackoffSeconds } = retries;
  return Math.min(maxBackoffSeconds, backoffSeconds * backoffFactor ** (failures - 1));
}
