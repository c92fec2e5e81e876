export * from './model';
export * from './events';
export * from './state';
export * from './reduce';
export * from './snapshot';
export * from './objective';
export * from './space';
export * from './progress';
export * from './ordering';
export {
  besidesUnread,
  defaultExperiment,
  editsToSetExperiment,
  readExperiment,
  type ExperimentField,
  type ExperimentReading
} from './metadata';
export * from './algorithms';
export { checkExperiment } from './check';
export { checkPackages } from './checks/algorithm';
export type { ExperimentSurroundings } from './checks/input';
export { freeName } from './checks/name';
export { MAX_GRID_POINTS } from './checks/space';
export {
  ExperimentDiagnostic,
  FieldPath,
  type ExperimentFix,
  type ExperimentProblem
} from './problems';
export { experimentDiagnostics } from './problemDiagnostics';
export * from './propose';
export { reportedMetrics, type ReportedMetrics } from './reported';
export { withParameterTypes } from './typed';
export { PrintedMetrics, type PrintedMetric } from './printed';
