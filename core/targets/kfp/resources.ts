import { quantityValue } from '../../quantity';
import type { StepSettings } from '../../pipeline/model';
import type { Resources } from './spec';

/**
 * A quantity as a number.
 *
 * @throws Error it is none: `checkSteps` was not asked before.
 */
export function amount(quantity: string): number {
  const value = quantityValue(quantity);
  if (value === null) throw new Error(`"${quantity}" is no quantity`);
  return value;
}

/** Resources beside CPU and memory; KFP's container has room for one of them, its accelerator. */
export function otherResources({ limits, requests }: StepSettings): string[] {
  const names = new Set([...Object.keys(requests), ...Object.keys(limits)]);
  return [...names].filter(name => name !== 'cpu' && name !== 'memory').sort();
}

/**
 * CPU, memory and one further resource (GPU or any other). Each is written as the quantity that current backends read
 * and as the deprecated number that older ones do: cores, gigabytes of 10^9 bytes.
 */
export function containerResources(settings: StepSettings): Resources {
  const { limits, requests } = settings;
  const resources: Resources = {};
  const [other] = otherResources(settings);
  if (other !== undefined) {
    const count = limits[other] ?? requests[other]!;
    resources.accelerator = {
      count: String(Math.ceil(amount(count))),
      resourceCount: count,
      resourceType: other,
      type: other
    };
  }
  const set = (
    quantity: string | undefined,
    number: 'cpuLimit' | 'cpuRequest' | 'memoryLimit' | 'memoryRequest',
    text:
      'resourceCpuLimit' | 'resourceCpuRequest' | 'resourceMemoryLimit' | 'resourceMemoryRequest',
    unit: number
  ) => {
    if (quantity === undefined) return;
    resources[number] = amount(quantity) / unit;
    resources[text] = quantity;
  };
  set(limits['cpu'], 'cpuLimit', 'resourceCpuLimit', 1);
  set(requests['cpu'], 'cpuRequest', 'resourceCpuRequest', 1);
  set(limits['memory'], 'memoryLimit', 'resourceMemoryLimit', 1e9);
  set(requests['memory'], 'memoryRequest', 'resourceMemoryRequest', 1e9);
  return resources;
}
