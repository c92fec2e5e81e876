import { METRICS_STEP } from '@chard/core/pipeline';
import type { RunState } from '@chard/core/run';
import { ChardError } from '../errors';

/** @throws ChardError `step-unknown` where the run has no such step. */
export function requireStep({ id, positions }: RunState, step: string): void {
  if (!positions.has(step)) {
    const names = [...positions.keys()].filter(name => name !== METRICS_STEP);
    throw new ChardError(
      'step-unknown',
      `The run ${id} has no step "${step}". Its steps: ${names.join(', ')}.`,
      { exitCode: 2 }
    );
  }
}
