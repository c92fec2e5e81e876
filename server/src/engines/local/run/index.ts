/** One run, from its first step to its end. `RunExecution` puts together what the other modules know. */
export { RunExecution } from './execution';
export type { RunPlan, RunServices } from './plan';
