export * from './model';
export * from './sourceMap';
export * from './transformCell';
