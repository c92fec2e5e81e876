import { pathOf } from '../launch/stages';
import type { Runs } from '../runs/runs';
import type { OpenNotebook } from '../tokens';
import type { Experiments } from './experiments';
import { surroundingsOf } from './form/surroundings';
import { firstFault, tuningOf } from './form/tuning';
import type { LiveExperiment } from './liveExperiment';

/**
 * Starts the experiment that a saved notebook describes. Throws with the first fault of it, or what the server says.
 * @param fixed values of parameters that are not tuned
 */
export async function startTuning(
  notebook: OpenNotebook,
  experiments: Experiments,
  runs: Runs,
  fixed: Readonly<Record<string, unknown>>
): Promise<LiveExperiment> {
  const tuning = tuningOf(notebook.pipeline, surroundingsOf(notebook, experiments, runs));
  const fault = firstFault(tuning);
  if (fault) throw new Error(fault.message);
  return experiments.start(pathOf(notebook), tuning.spec, fixed);
}
