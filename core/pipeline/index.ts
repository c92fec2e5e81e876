export * from './model';
export { pipelineVolume } from './settings';
export { buildPipeline, type BuildInput, type BuildResult } from './build';
export { comparePipelines, isDifferent, type PipelineDifference } from './difference';
export {
  findLocalModules,
  listImportedModules,
  preloadModules,
  reachLocalModules,
  type LocalModuleSource,
  type LocalModules
} from './modules';
export {
  bindParameters,
  parseParameterValue,
  parseParameterValues,
  type Binding,
  type ParameterValues
} from './bind';
export { editsToSetParameters, type ParameterEdits } from './parameter-edits';
