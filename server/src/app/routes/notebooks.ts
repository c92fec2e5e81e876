import { existsSync } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import type { Diagnostic } from '@chard/core';
import {
  checkNotebook,
  compileNotebook,
  findModules,
  type CompiledFile,
  type CompileTarget
} from '@chard/core/protocol/api';
import { reachLocalModules, type Pipeline } from '@chard/core/pipeline';
import { createAnalyser } from '@chard/core/python/dataflow';
import { checkForRun, checkNotebook as diagnose } from '../../notebooks/check';
import { compileForKfp } from '../../notebooks/compileKfp';
import { analyseNotebook, readNotebook, type LoadedNotebook } from '../../notebooks/load';
import { localModuleFinder } from '../../notebooks/localModules';
import { bindParameterValues } from '../../notebooks/parameters';
import type { App } from '../context';
import { notebookHasErrors } from '../http/failures';
import { answer, type Route } from '../http/route';
import type { Root } from '../root';

export function notebookRoutes({ root, host }: App): Route[] {
  return [
    answer(findModules, async ({ body: { path, names } }) => {
      const find = localModuleFinder(dirname(root.resolve(path)), file => root.leadsInside(file));
      const analyser = createAnalyser();
      const modules = reachLocalModules(names, analyser, find);
      return { modules: [...modules].map(([name, module]) => ({ name, ...module })) };
    }),
    answer(checkNotebook, async ({ body }) => {
      const loaded = await load(root, body);
      return { diagnostics: await diagnose(loaded, host), pipeline: loaded.pipeline };
    }),
    answer(compileNotebook, async ({ body }) => {
      const loaded = await load(root, body);
      const { diagnostics, runnable } = await checkForRun(loaded, host);
      const nothing = (found: Diagnostic[]) =>
        notebookHasErrors(body.path, 'nothing was compiled', found);
      if (runnable === null) throw nothing(diagnostics);
      const pipeline = bindParameterValues(runnable, body.parameters);
      const compiled = compileFor(body.target, pipeline, loaded, root);
      const found = [...diagnostics, ...compiled.diagnostics];
      if (compiled.file === null) throw nothing(found);
      return { pipeline, files: [compiled.file], diagnostics: found };
    })
  ];
}

function compileFor(
  target: CompileTarget,
  pipeline: Pipeline,
  loaded: LoadedNotebook,
  root: Root
): { file: CompiledFile | null; diagnostics: Diagnostic[] } {
  const name = basename(loaded.path, extname(loaded.path));
  if (target === 'local') {
    const text = `${JSON.stringify(pipeline, null, 2)}\n`;
    const file = { name: `${name}.pipeline.json`, mediaType: 'application/json', text };
    return { file, diagnostics: [] };
  }
  const isThere = (file: string): boolean => root.leadsInside(file) && existsSync(file);
  const { text, diagnostics } = compileForKfp(pipeline, loaded, {
    image: null,
    runner: 'artifact',
    isThere
  });
  const file = text && { name: `${name}.yaml`, mediaType: 'application/yaml', text };
  return { file: file || null, diagnostics };
}

/** The notebook as it is saved, or as the request has it. */
export async function load(
  root: Root,
  { path, content }: { path: string; content?: string | undefined }
): ReturnType<typeof analyseNotebook> {
  const file = root.resolve(path);
  const bytes = content === undefined ? await readNotebook(file) : Buffer.from(content);
  return analyseNotebook(file, bytes);
}
