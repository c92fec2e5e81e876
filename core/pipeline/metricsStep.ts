/**
 * The name under which the metrics cells' implicit last step runs; no step can be called so (`@` is not a name). It stands
 * apart from the schemas: who only compares names need not load them.
 */
export const METRICS_STEP = '@metrics';
