export { ExperimentExecution } from './execution';
export type { ExperimentPlan } from './plan';
export { notRun } from './trialEnd';
export { isObstacle } from './trouble';
