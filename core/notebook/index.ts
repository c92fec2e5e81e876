export * from './model';
export { parseNotebook } from './read';
export { readNotebook } from './read-json';
export { isQuantity } from '../quantity';
export {
  isEnvironmentName,
  isLabelKey,
  isLabelValue,
  isResourceName,
  parseTag,
  printTag,
  type ParsedTag,
  type TagItem
} from './tags';
export {
  editsToAnnotate,
  NO_ANNOTATION,
  NO_SETTINGS,
  parseCellAnnotation,
  printCellAnnotation
} from './cell-annotation';
export { applyEdits, applyEditsToModel, applyEditToCell } from './edits';
export { setPath } from './model-edits';
export { positionOf, sourceChange, type SourceChange } from './source-edit';
export { isStepName, nameKey, nearestOf, nearestStepName } from './names';
export { CHARD_KEY, FieldReader, isJsonObject, TUNING_KEY } from './fields';
export {
  effectiveStepSettings,
  effectiveVolumes,
  KALE_KEY,
  readPipelineSettings,
  type SettingField
} from './settings';
export { editsToSetPipeline, type SettingValues } from './settings-edits';
export {
  checkVolume,
  editsToAddVolume,
  editsToChangeVolume,
  editsToRemoveVolume,
  newVolume,
  type VolumeProblem
} from './volume-edits';
export { annotate } from './annotate';
export { mergeStepSettings } from './step-settings';
export {
  editsToAddDependency,
  editsToRemoveDependency,
  editsToRenameStep,
  editsToSetRole,
  editsToSetSkip,
  editsToSetStep
} from './step-edits';
export {
  editsToJoinStep,
  editsToSetKind,
  proposeStepName,
  unused,
  type CellKind
} from './kind-edits';
