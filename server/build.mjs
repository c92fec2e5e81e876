// Bundles the companion server and command line into jupyterlab_chard/server, or into the folder that --out names.
// --minify makes the wheel's smaller bundle, --watch builds again after every change.
import { build, context } from 'esbuild';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { minify, watch, out } = parseArgs({
  options: {
    minify: { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
    out: { type: 'string', default: join(here, '../jupyterlab_chard/server') }
  }
}).values;
const { version } = JSON.parse(readFileSync(join(here, '../package.json'), 'utf8'));
// A binary file is not inlined: it lies beside the bundle.
const brought = [join(here, '../core/targets/kfp/descriptors/kfp-2.17.fds.bin')];

/** The Python runner as pipelines for Kubeflow carry it. */
const PACKED_RUNNER = 'kfp-runner.json';

mkdirSync(out, { recursive: true });
for (const file of brought) {
  copyFileSync(file, join(out, basename(file)));
}

/** zod's messages in fifty languages are a third of the bundle; Chard's own are English. */
const englishOnly = {
  name: 'english-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';"
    }));
  }
};

/** What an earlier build left goes only now: a command that runs meanwhile finds its chunks until the end. */
const removeStale = {
  name: 'remove-stale',
  setup({ onEnd }) {
    onEnd(({ errors, metafile }) => {
      if (errors.length > 0) {
        return;
      }
      const fresh = new Set(
        [...brought, PACKED_RUNNER, ...Object.keys(metafile.outputs)].map(file => basename(file))
      );
      for (const name of readdirSync(out)) {
        if (!fresh.has(name)) {
          rmSync(join(out, name), { recursive: true });
        }
      }
    });
  }
};

const options = {
  absWorkingDir: here,
  entryPoints: { main: 'src/main.ts', serve: 'src/serve.ts' },
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  splitting: true,
  chunkNames: 'chunk-[hash]',
  minify,
  metafile: true,
  sourcemap: minify ? false : 'linked',
  define: { __VERSION__: JSON.stringify(version) },
  legalComments: 'linked',
  logLevel: 'warning',
  plugins: [englishOnly, removeStale],
  // CommonJS dependencies call require() of Node's builtins.
  banner: {
    js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);"
  }
};
/** Packs the runner by the command's own code. */
async function writePackedRunner() {
  const program = resolve(out, 'build-runner.mjs');
  await build({
    entryPoints: [join(here, 'src/notebooks/buildRunner.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning'
  });
  const { buildRunner } = await import(pathToFileURL(program).href);
  writeFileSync(join(out, PACKED_RUNNER), JSON.stringify(buildRunner(join(here, '../runner'))));
  rmSync(program);
}

if (watch) {
  await (await context(options)).watch();
} else {
  await writePackedRunner();
  await build(options);
}
