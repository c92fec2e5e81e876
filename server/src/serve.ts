import { enableCompileCache } from 'node:module';

// All else is imported after this: what a static import names would be compiled before there is a cache.
enableCompileCache();
const { runServerProcess } = await import('./app/process');
await runServerProcess();
