import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const SOURCES = resolve(__dirname, '..');

/** The modules that are loaded with these, by their paths. What is imported for its types alone is not. */
async function loadedWith(...modules: string[]): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: SOURCES,
    entryPoints: modules.map(module => join(SOURCES, module)),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    outdir: 'nowhere',
    write: false,
    metafile: true
  });
  const found = new Set(modules);
  for (const module of found) {
    for (const { path, kind, external } of metafile.inputs[module]?.imports ?? []) {
      if (kind === 'import-statement' && external !== true) found.add(path);
    }
  }
  return [...found];
}

it('goes on with an experiment without the analysis of Python, which would take longer to load than the record to read', async () => {
  const loaded = await loadedWith(
    'cli/commands/resumeHere.ts',
    'stores/index.ts',
    'engines/local/index.ts',
    'snapshots/door.ts',
    'experiments/localExperiments.ts',
    'experiments/suggester/process.ts',
    'runs/execution.ts'
  );
  expect(loaded).toContain('../../core/pipeline/model.ts');
  expect(loaded.filter(module => module.includes('core/python/dataflow'))).toEqual([]);
});
