export * from './model';
export { parseNotebook } from './read';
export { parseTag, printTag, type ParsedTag, type TagItem } from './tags';
export {
  editsToAnnotate,
  NO_ANNOTATION,
  NO_SETTINGS,
  parseCellAnnotation,
  printCellAnnotation
} from './cell-annotation';
export { applyEdits, applyEditsToModel } from './edits';
export { isStepName, nameKey, nearestOf } from './names';
export { CHARD_KEY } from './fields';
export {
  effectiveStepSettings,
  effectiveVolumes,
  KALE_KEY,
  readPipelineSettings,
  type SettingField
} from './settings';
export { editsToSetPipeline, type SettingValues } from './settings-edits';
export { annotate } from './annotate';
export {
  editsToAddDependency,
  editsToRemoveDependency,
  editsToRenameStep,
  editsToSetRole,
  editsToSetSkip,
  editsToSetStep
} from './step-edits';
