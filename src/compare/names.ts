import type { RunItem } from '@chard/core/protocol/api';
import type { TranslationBundle } from '@jupyterlab/translation';
import { runName } from '../runs/list/describeRun';

type Named = Pick<RunItem, 'id' | 'number' | 'title' | 'pipeline' | 'trial'>;

/**
 * What runs are called beside each other, by their ids: as everywhere, and where that is the same, with where they come from.
 *
 * @param experiments the names of experiments by their ids, as far as they are known
 */
export function comparedNames(
  items: readonly Named[],
  experiments: ReadonlyMap<string, string>,
  trans: TranslationBundle
): Map<string, string> {
  const short = items.map(item => runName(item, trans));
  const longer = items.map((item, at) => withOrigin(item, short[at]!, experiments, trans));
  const named = whereSame(short, longer);
  const numbered = items.map(({ number }, at) => trans.__('%1 (run %2)', named[at]!, number));
  const names = whereSame(named, numbered);
  return new Map(items.map(({ id }, at) => [id, names[at]!]));
}

/** Ids of the experiments that have to be named, since runs would be called the same. */
export function experimentsToName(items: readonly Named[], trans: TranslationBundle): string[] {
  const names = items.map(item => runName(item, trans));
  const found = items.filter(
    (_, at) => names.indexOf(names[at]!) !== names.lastIndexOf(names[at]!)
  );
  return [...new Set(found.flatMap(({ trial }) => trial?.experiment ?? []))].sort();
}

function withOrigin(
  { number, title, pipeline, trial }: Named,
  name: string,
  experiments: ReadonlyMap<string, string>,
  trans: TranslationBundle
): string {
  if (trial === null && title === null) return trans.__('%1 of %2', name, pipeline);
  const experiment = trial && experiments.get(trial.experiment);
  if (!trial || !experiment) return trans.__('%1 (run %2)', name, number);
  return title === null
    ? trans.__('Trial %1 of %2', trial.number, experiment)
    : trans.__('%1 (trial %2 of %3)', title, trial.number, experiment);
}

/** Of the names those that only one has, of the others what is to be said in their place. */
function whereSame(names: readonly string[], otherwise: readonly string[]): string[] {
  return names.map((name, at) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : otherwise[at]!
  );
}
