export { createTreeSitterParser } from './parser';
export type { TreeSitterWasm } from './parser';
