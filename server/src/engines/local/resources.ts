import { availableParallelism, totalmem } from 'node:os';
import { quantityValue } from '@chard/core';
import type { Step } from '@chard/core/pipeline';
import { ChardError } from '../../errors';
import type { Limits } from '../engine';

/** What one step uses while it runs. */
export interface Demand {
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
}

/** What this process may use of the machine, a container's limits included. */
export function machineLimits(): Limits {
  const cpu = availableParallelism();
  const constrained = process.constrainedMemory();
  const total = totalmem();
  const memory = constrained > 0 && constrained < total ? constrained : total;
  return { cpu, memory, parallel: cpu };
}

/**
 * What a step asks for, else its limits, else its share where `available` steps side by side use all CPUs, one at most.
 * @throws ChardError `invalid-quantity`.
 */
export function demandOf(step: Step, available: Limits): Demand {
  const { requests, limits } = step.settings;
  const share = String(Math.min(1, available.cpu / available.parallel));
  return {
    cpu: quantity(step.name, 'cpu', requests['cpu'] ?? limits['cpu'] ?? share),
    memory: quantity(step.name, 'memory', requests['memory'] ?? limits['memory'] ?? '0')
  };
}

function quantity(step: string, resource: string, text: string): number {
  const value = quantityValue(text);
  if (value === null) {
    throw new ChardError(
      'invalid-quantity',
      `The step "${step}" asks for ${resource} "${text}", which is not a quantity. ` +
        'Write a number with or without a unit: 2, 500m, 4Gi.'
    );
  }
  return value;
}
