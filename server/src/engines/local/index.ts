export { createLocalEngine, type LocalEngineOptions } from './engine';
export type { Clock } from './clock';
export { kernelSpec, receivedValues } from './received';
