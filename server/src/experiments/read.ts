import {
  foldExperiment,
  initialExperimentState,
  type ExperimentState
} from '@chard/core/experiment';
import type { Stores } from '../stores';

/** An experiment's state as its log has it now. @throws ChardError `experiment-unknown`. */
export function readExperimentState({ experiments }: Stores, id: string): ExperimentState {
  return foldExperiment(initialExperimentState, experiments.read(id));
}
