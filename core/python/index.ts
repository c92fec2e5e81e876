export * from './ast';
export * from './parser';
export * from './scopes';
export * from './walk';
