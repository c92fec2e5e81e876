import { availableParallelism, totalmem } from 'node:os';
import type { Step } from '@chard/core/pipeline';
import { ChardError } from '../../errors';
import type { Limits } from '../engine';

/** What one step uses while it runs. */
export interface Demand {
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
}

const SUFFIXES: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60
};

/**
 * A Kubernetes quantity as a number ("500m" is 0.5, "4Gi" is 4294967296).
 * Rule: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 * @returns null where the text is not one.
 */
export function parseQuantity(text: string): number | null {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(
    text.trim()
  );
  const factor = SUFFIXES[match?.[2] ?? ''];
  return match === null || factor === undefined ? null : Number(match[1]) * factor;
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
  const value = parseQuantity(text);
  if (value === null || value < 0) {
    throw new ChardError(
      'invalid-quantity',
      `The step "${step}" asks for ${resource} "${text}", which is not a quantity. ` +
        'Write a number with or without a unit: 2, 500m, 4Gi.'
    );
  }
  return value;
}
