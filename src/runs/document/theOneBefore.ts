import type { LiveRun } from '../liveRun';
import type { Runs } from '../runs';

/** The run and the one before it of the same notebook, older first; the run alone where it is the first. */
export function withTheOneBefore(run: LiveRun, runs: Runs): string[] {
  const { item } = run;
  const before =
    item && runs.list.of(runs.pathOf(item)).find(each => each.createdAt < item.createdAt);
  return before ? [before.id, run.id] : [run.id];
}
