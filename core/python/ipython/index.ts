export * from './model';
export * from './sourceMap';
