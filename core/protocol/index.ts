export * from './runner';
export * from './suggester';
