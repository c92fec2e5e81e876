export { compileToKatib, type KatibInput, type KatibResult } from './compile';
