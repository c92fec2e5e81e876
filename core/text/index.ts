export * from './byteSize';
export * from './escapes';
export * from './grouped';
