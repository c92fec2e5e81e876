import { ChardError } from '../../../errors';
import type { RunRecord, Stores } from '../../../stores';

/**
 * The run that a person means: its id, the beginning of one, or `latest`.
 * @throws ChardError `run-unknown`, `run-ambiguous`.
 */
export function findRun(stores: Stores, reference: string): RunRecord {
  const exact = stores.runs.get(reference);
  if (exact !== undefined) {
    return exact;
  }
  if (reference === 'latest') {
    const [newest] = stores.runs.list({ limit: 1 });
    if (newest === undefined) {
      throw new ChardError(
        'run-unknown',
        'There is no run yet. `chard run NOTEBOOK` makes the first.',
        { exitCode: 2 }
      );
    }
    return newest;
  }
  const matches = stores.runs.list().filter(({ id }) => id.startsWith(reference));
  if (matches.length > 1) {
    throw new ChardError(
      'run-ambiguous',
      `${matches.length} runs begin with "${reference}": ${matches
        .slice(0, 5)
        .map(({ id }) => id)
        .join(', ')}. Give more of the id.`,
      { exitCode: 2 }
    );
  }
  const [only] = matches;
  if (only === undefined) {
    throw new ChardError(
      'run-unknown',
      `There is no run "${reference}". \`chard runs list\` shows those there are.`,
      { exitCode: 2 }
    );
  }
  return only;
}
