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
export { hashed, looksHashed } from './identifiers';
export { parameterType } from './parameters';
export { printYaml } from './print';
export { base64 } from './program';
export type { JsonValue, ParameterType } from './spec';
