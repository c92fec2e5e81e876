import type { Runs } from '../../runs/runs';
import type { OpenNotebook } from '../../tokens';
import type { Experiments } from '../experiments';
import type { TuningSurroundings } from './tuning';

/** So many runs back metrics are looked for. */
const LOOKED_AT = 20;

/** What earlier experiments and runs of a notebook say that concerns its next experiment. */
export function surroundingsOf(
  { panel: { context } }: OpenNotebook,
  experiments: Experiments,
  runs: Runs
): TuningSurroundings {
  const items = runs.list.of(context.path).slice(0, LOOKED_AT);
  return {
    takenNames: experiments.list.of(context.path).map(({ name }) => name),
    seenMetrics: [...new Set(items.flatMap(({ metrics }) => Object.keys(metrics)))]
  };
}
