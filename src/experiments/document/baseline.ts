import type { ExperimentState } from '@chard/core/experiment';
import type { RunItem } from '@chard/core/protocol/api';
import type { TranslationBundle } from '@jupyterlab/translation';
import { runName } from '../../runs/list/describeRun';
import type { Baseline } from '../sentences';

/** The run that a person made last before the experiment: what the best trial is compared with. Null where there is none. */
export function baselineOf(
  state: ExperimentState,
  runs: readonly RunItem[],
  trans: TranslationBundle
): (Baseline & { readonly run: string }) | null {
  const trials = new Set(state.trials.map(({ run }) => run));
  const { metric } = state.spec.objective;
  for (const run of runs) {
    const isEarlier = state.createdAt !== null && run.createdAt < state.createdAt;
    if (!isEarlier || run.state !== 'succeeded' || trials.has(run.id)) continue;
    const value = run.metrics[metric];
    return typeof value === 'number' ? { run: run.id, name: runName(run, trans), value } : null;
  }
  return null;
}
