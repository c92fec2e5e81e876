/** Who an experiment is among those that need a snapshot. */
export function experimentPin(experiment: string): string {
  return `experiment:${experiment}`;
}
