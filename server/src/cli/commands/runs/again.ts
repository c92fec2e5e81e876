import type { Parameter } from '@chard/core/pipeline';
import type { RunState } from '@chard/core/run';
import { analyseNotebook } from '../../../notebooks/load';
import type { Stores } from '../../../stores';
import { storedArtefact, storedPipeline } from '../../../runs/record';

/** The words of the command that runs a run's notebook anew as the run did: the same values, the same part of it. */
export async function runAgain(
  stores: Stores,
  { id, notebook, options: { from, only, base } }: RunState
): Promise<string[]> {
  const bytes = storedArtefact(stores, id, 'notebook');
  const { pipeline } = await analyseNotebook(notebook.path, bytes);
  const defaults = new Map(pipeline?.parameters.map(each => [each.name, each]));
  const others = storedPipeline(stores, id).parameters.filter(
    each => JSON.stringify(each.default) !== JSON.stringify(defaults.get(each.name)?.default)
  );
  return [
    ...['chard', 'run', notebook.path],
    ...others.flatMap(each => ['-p', `${each.name}=${parameterText(each)}`]),
    ...(from === null ? [] : ['--from', from]),
    ...(only === null ? [] : ['--only', only]),
    ...(base === null ? [] : ['--run', base])
  ];
}

/** As `-p` reads it. */
function parameterText({ type, default: value }: Parameter): string {
  return type === 'str' ? String(value) : JSON.stringify(value);
}
