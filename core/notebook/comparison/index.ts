export * from './comparison';
export * from './lines';
