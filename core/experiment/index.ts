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
  defaultExperiment,
  editsToSetExperiment,
  readExperiment,
  type ExperimentField,
  type ExperimentReading
} from './metadata';
