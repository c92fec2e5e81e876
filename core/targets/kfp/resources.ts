import type { StepSettings } from '../../pipeline/model';
import type { Resources } from './spec';

const SUFFIXES: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  K: 1e3,
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

/** The number that a Kubernetes quantity is: `500m` is 0.5, `4Gi` is 4294967296. */
export function quantityValue(quantity: string): number {
  const [, digits = '', suffix = ''] =
    /^\+?([\d.]+(?:[eE][+-]?\d+)?)([A-Za-z]*)$/.exec(quantity) ?? [];
  return Number(digits) * (SUFFIXES[suffix] ?? NaN);
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
      count: String(Math.ceil(quantityValue(count))),
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
    resources[number] = quantityValue(quantity) / unit;
    resources[text] = quantity;
  };
  set(limits['cpu'], 'cpuLimit', 'resourceCpuLimit', 1);
  set(requests['cpu'], 'cpuRequest', 'resourceCpuRequest', 1);
  set(limits['memory'], 'memoryLimit', 'resourceMemoryLimit', 1e9);
  set(requests['memory'], 'memoryRequest', 'resourceMemoryRequest', 1e9);
  return resources;
}
