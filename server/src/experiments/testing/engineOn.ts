import { interpreter, type Bench } from '../../engines/local/testing/bench';
import type { ExperimentEngine } from '../experimentEngine';
import { createExperimentEngine, type LocalExperimentOptions } from '../localExperiments';
import type { OpenSuggester } from '../suggester/suggester';

/** An engine for experiments on a bench's stores, whose trials a runs' engine of the bench executes. */
export function experimentsOn(
  bench: Bench,
  open: OpenSuggester,
  change: Partial<LocalExperimentOptions> = {}
): ExperimentEngine {
  return createExperimentEngine({
    stores: bench.stores,
    engine: bench.engine(),
    open,
    contextOf: async () => ({ interpreter: interpreter() }),
    ...change
  });
}
