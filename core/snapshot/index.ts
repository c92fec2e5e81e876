export * from './difference';
export * from './id';
export * from './ignores';
export * from './model';
export * from './order';
export * from './report';
