import { keepCompiledCode } from './compileCache';

// All else is imported after this: what a static import names would be compiled before there is a cache.
keepCompiledCode();
const { interpretSchemas } = await import('./cli/schemas');
interpretSchemas();
const { runProcess } = await import('./cli/process');
process.exitCode = await runProcess();
