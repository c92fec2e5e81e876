import { checkAlgorithm, checkEarlyStopping } from './checks/algorithm';
import { checkCounts } from './checks/counts';
import type { CheckInput, ExperimentSurroundings } from './checks/input';
import { checkName } from './checks/name';
import { checkObjective } from './checks/objective';
import { checkParameters } from './checks/parameters';
import { checkSpace } from './checks/space';
import type { ExperimentSpec } from './model';
import type { ExperimentProblem } from './problems';
import { reportedMetrics } from './reported';

/**
 * All that is wrong with an experiment before it starts, in the order of its fields. With an error among it, it cannot
 * start; a warning says that it will not do what was probably meant, an info what goes without saying otherwise.
 */
export function checkExperiment(
  spec: ExperimentSpec,
  { modules = [], ...surroundings }: ExperimentSurroundings
): ExperimentProblem[] {
  const { pipeline } = surroundings;
  const reported = pipeline === null ? null : reportedMetrics(pipeline, modules);
  const input: CheckInput = { ...surroundings, spec, reported };
  return [
    ...checkName(input),
    ...checkParameters(input),
    ...checkObjective(input),
    ...checkAlgorithm(input),
    ...checkEarlyStopping(input),
    ...checkCounts(input),
    ...checkSpace(input)
  ];
}
