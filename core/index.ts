export * from './diagnostics';
export * from './quantity';
