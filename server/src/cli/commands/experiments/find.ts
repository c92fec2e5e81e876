import { ChardError } from '../../../errors';
import type { ExperimentRecord, Stores } from '../../../stores';

/**
 * The experiment that a person means: its id, the beginning of one, its name, or `latest`.
 * @throws ChardError `experiment-unknown`, `experiment-ambiguous`.
 */
export function findExperiment({ experiments }: Stores, reference: string): ExperimentRecord {
  const exact = experiments.get(reference);
  if (exact !== undefined) {
    return exact;
  }
  const all = experiments.list();
  const [newest] = all;
  if (reference === 'latest' && newest !== undefined) {
    return newest;
  }
  const matches = all.filter(({ id, name }) => id.startsWith(reference) || name === reference);
  const [only] = matches;
  if (only === undefined) {
    throw new ChardError(
      'experiment-unknown',
      `There is no experiment "${reference}". \`chard experiments list\` shows those there are.`,
      { exitCode: 2 }
    );
  }
  if (matches.length > 1) {
    const ids = matches.slice(0, 5).map(({ id }) => id);
    throw new ChardError(
      'experiment-ambiguous',
      `${matches.length} experiments are meant by "${reference}": ${ids.join(', ')}. Give one of the ids.`,
      { exitCode: 2 }
    );
  }
  return only;
}
