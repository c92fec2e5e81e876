export * from './events';
export * from './series';
export * from './state';
export * from './reduce';
export * from './snapshot';
export * from './summary';
export * from './comparison';
export * from './environments';
