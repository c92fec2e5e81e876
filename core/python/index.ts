export * from './analyse';
export * from './ast';
export * from './parser';
export * from './scopes';
export * from './walk';
