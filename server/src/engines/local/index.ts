export { createLocalEngine, type LocalEngineOptions } from './engine';
export type { Clock } from './clock';
export { receivedValues } from './received';
