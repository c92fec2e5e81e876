// Bundles the companion server and command line into jupyterlab_chard/server, and copies the runner beside it.
import { build, context } from 'esbuild';
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const fromCore = createRequire(join(here, '../core/package.json'));
const out = join(here, '../jupyterlab_chard/server');
const { version } = JSON.parse(readFileSync(join(here, '../package.json'), 'utf8'));
const minify = process.argv.includes('--minify');

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
// WASM cannot be inlined for Node: the two files lie beside the bundle.
cpSync(fromCore.resolve('web-tree-sitter/web-tree-sitter.wasm'), join(out, 'web-tree-sitter.wasm'));
cpSync(fromCore.resolve('tree-sitter-python/tree-sitter-python.wasm'), join(out, 'tree-sitter-python.wasm'));

const options = {
  absWorkingDir: here,
  entryPoints: { main: 'src/main.ts' },
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  splitting: true,
  chunkNames: 'chunk-[hash]',
  minify,
  sourcemap: minify ? false : 'linked',
  define: { __VERSION__: JSON.stringify(version) },
  legalComments: 'linked',
  logLevel: 'warning',
  // CommonJS dependencies call require() of Node's builtins.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" }
};
if (process.argv.includes('--watch')) {
  await (await context(options)).watch();
} else {
  await build(options);
}
