import { keepCompiledCode } from './compileCache';

// All else is imported after this: what a static import names would be compiled before there is a cache.
keepCompiledCode();
const { runServerProcess } = await import('./app/process');
await runServerProcess();
