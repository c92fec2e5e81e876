import { dirname } from 'node:path';
import { checkNotebook, compileNotebook, findModules } from '@chard/core/protocol/api';
import { reachLocalModules } from '@chard/core/pipeline';
import { createAnalyser } from '@chard/core/python/dataflow';
import { checkForRun, checkNotebook as diagnose } from '../../notebooks/check';
import { analyseNotebook, readNotebook } from '../../notebooks/load';
import { localModuleFinder } from '../../notebooks/localModules';
import { bindParameterValues } from '../../notebooks/parameters';
import { loadPythonParser } from '../../notebooks/pythonParser';
import type { App } from '../context';
import { notebookHasErrors } from '../http/failures';
import { answer, type Route } from '../http/route';
import type { Root } from '../root';

export function notebookRoutes({ root, host }: App): Route[] {
  return [
    answer(findModules, async ({ body: { path, names } }) => {
      const find = localModuleFinder(dirname(root.resolve(path)), file => root.leadsInside(file));
      const analyser = createAnalyser(await loadPythonParser());
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
      if (runnable === null)
        throw notebookHasErrors(body.path, 'nothing was compiled', diagnostics);
      const pipeline = bindParameterValues(runnable, body.parameters);
      const file = {
        name: `${pipeline.name}.pipeline.json`,
        mediaType: 'application/json',
        text: `${JSON.stringify(pipeline, null, 2)}\n`
      };
      return { pipeline, files: [file], diagnostics };
    })
  ];
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
