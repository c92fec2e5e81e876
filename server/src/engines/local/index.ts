export { createLocalEngine, type LocalEngineOptions } from './engine';
export type { Clock } from './clock';
export { runPin } from './engine';
export { putStepFiles, removeRunFolders } from './workspace';
export { kernelSpec, receivedValues } from './received';
