export * from './byteSize';
export * from './escapes';
