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
