/**
 * Kubernetes' amounts of a resource.
 * Rule: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */

const QUANTITY = /^\+?((?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)([KMGTPE]i|[numkMGTPE])?$/;

const SUFFIXES: Readonly<Record<string, number>> = {
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
 * The number that a quantity is: `500m` is 0.5, `4Gi` is 4294967296.
 * @returns null where the text is none, or a negative one, which no resource has.
 */
export function quantityValue(text: string): number | null {
  const [, digits, suffix] = QUANTITY.exec(text) ?? [];
  if (digits === undefined || (suffix !== undefined && /[eE]/.test(digits))) return null;
  return Number(digits) * (suffix === undefined ? 1 : SUFFIXES[suffix]!);
}

/** Whether Kubernetes reads it as an amount of a resource that is not negative: `2`, `0.5`, `500m`, `4Gi`. */
export function isQuantity(text: string): boolean {
  return quantityValue(text) !== null;
}
