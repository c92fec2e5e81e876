import { ChardError } from '../errors';
import { isObstacle } from '../experiments/execution';
import type { Host } from '../host';
import { executionContext } from '../runs/execution';
import { isForgotten, mayGoOn } from '../runs/goingOn';
import { readLog } from '../runs/readLog';
import { storedPipeline } from '../runs/record';
import type { Backend } from './backend';
import type { Retries } from './retries';

/**
 * Goes on with the runs that were cut off when whatever executed them was killed. One that cannot go on stays
 * interrupted; `report` is told why.
 *
 * @returns the ids of those that go on.
 */
export async function resumeInterrupted(
  { stores, engine, catalogue }: Backend,
  host: Host,
  report: (text: string) => void
): Promise<string[]> {
  await engine.recover();
  const resumed: string[] = [];
  // Those of trials go on with their experiments.
  for (const { id } of [...catalogue.all({ state: ['interrupted'], trials: false })]) {
    if (!mayGoOn(readLog(stores, id, { quiet: true }), Date.now())) continue;
    try {
      const { kernel } = storedPipeline(stores, id);
      await engine.resume(id, await executionContext(kernel, host));
      resumed.push(id);
    } catch (error) {
      if (!(error instanceof ChardError)) throw error;
      // Another server has taken it meanwhile.
      if (error.code === 'run-owned') continue;
      report(`The run ${id} stays interrupted: ${error.message}`);
    }
  }
  return resumed;
}

/**
 * Goes on with the experiments that were cut off lately; one that cannot go on stays interrupted, and `report` is told why. What may
 * come right by itself is tried again.
 */
export async function resumeExperiments(
  { stores, experiments, experimentCatalogue }: Backend,
  report: (text: string) => void,
  retries: Retries,
  now: number
): Promise<string[]> {
  experiments.recover();
  const resumed: string[] = [];
  const cut = [...experimentCatalogue.all({ state: ['interrupted'] })].map(({ id }) => id);
  retries.keep(new Set(cut), now);
  for (const id of cut) {
    if (!retries.isDue(id, now)) continue;
    try {
      const last = stores.experiments
        .read(id)
        .findLast(({ type }) => type !== 'experiment-interrupted');
      if (last === undefined || isForgotten(last.time, now)) continue;
      retries.tried(id, now);
      await experiments.resume(id);
      resumed.push(id);
    } catch (error) {
      if (!(error instanceof ChardError)) throw error;
      // Another server has taken it meanwhile.
      if (error.code === 'experiment-owned') continue;
      if (retries.isNews(id, error.message)) {
        report(`The experiment ${id} stays interrupted: ${error.message}`);
      }
      if (!isObstacle(error.code)) retries.givenUp(id);
    }
  }
  return resumed;
}
