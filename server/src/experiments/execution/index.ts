export { ExperimentExecution, type ExperimentPlan, type ExperimentServices } from './execution';
export { notRun } from './trialEnd';
