import { isQuantity } from '@chard/core/notebook';

export const MEMORY_UNITS = ['Mi', 'Gi', 'Ti', 'M', 'G', 'T'] as const;
export type MemoryUnit = (typeof MEMORY_UNITS)[number];

/** An amount of memory as the editor shows it: a number beside its unit. */
export interface Memory {
  readonly amount: string;
  readonly unit: MemoryUnit;
}

const MEMORY = /^(\d+(?:\.\d+)?)(Mi|Gi|Ti|M|G|T)$/;

/** Splits a quantity; null where it is written in a way that has no unit to choose (`1073741824`, `1e9`). */
export function splitMemory(quantity: string): Memory | null {
  const found = MEMORY.exec(quantity);
  return found ? { amount: found[1]!, unit: found[2] as MemoryUnit } : null;
}

/** GPU kinds to choose from; any other name of a resource with a slash is one too. */
export const GPU_KINDS = ['nvidia.com/gpu', 'amd.com/gpu', 'gpu.intel.com/i915'] as const;

export interface Gpu {
  readonly kind: string;
  readonly count: string;
}

/** The GPU among a step's limits; null where there is none. */
export function gpuOf(limits: Readonly<Record<string, string>>): Gpu | null {
  const kind = Object.keys(limits).find(resource => resource.includes('/'));
  return kind === undefined ? null : { kind, count: limits[kind]! };
}

/** The limits with one resource set, or taken away by an empty text; null where `quantity` is not an amount. */
export function withLimit(
  limits: Readonly<Record<string, string>>,
  resource: string,
  quantity: string
): Record<string, string> | null {
  const others = without(limits, resource);
  if (quantity === '') return others;
  return isQuantity(quantity) ? { ...others, [resource]: quantity } : null;
}

/** The limits with this GPU in the place of the one they have; null where the count is not a whole number. */
export function withGpu(
  limits: Readonly<Record<string, string>>,
  gpu: Gpu
): Record<string, string> | null {
  const old = gpuOf(limits);
  const others = old ? without(limits, old.kind) : limits;
  if (gpu.count === '' || gpu.count === '0') return { ...others };
  return /^[1-9]\d*$/.test(gpu.count) ? { ...others, [gpu.kind]: gpu.count } : null;
}

function without(
  limits: Readonly<Record<string, string>>,
  resource: string
): Record<string, string> {
  return Object.fromEntries(Object.entries(limits).filter(([key]) => key !== resource));
}
