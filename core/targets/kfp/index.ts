export {
  compileToKfp,
  DEFAULT_IMAGE,
  type Compiled,
  type CompileInput,
  type CompileResult
} from './compile';
export { isImage } from './check';
export { packRunner, type RunnerFiles } from './carriers';
export type { RunnerOrigin } from './steps';
export { StrictCheck } from './strict';
