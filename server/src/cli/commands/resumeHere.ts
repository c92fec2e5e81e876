import { ChardError } from '../../errors';
import type { PythonProcess } from '../../experiments/suggester/pythonProcess';
import type { Context, ExitCode } from '../context';
import { watchExperiment, type WatchOptions } from '../watchExperiment';
import { withExperiments } from '../withExperiments';
import { findExperiment } from './experiments/find';

interface ResumeOptions extends WatchOptions {
  readonly trials?: number;
  readonly parallel?: number;
}

/** Goes on with an experiment, with more trials where that is asked for. */
export function resumeHere(
  reference: string,
  options: ResumeOptions,
  context: Context,
  started: PythonProcess
): Promise<ExitCode> {
  return withExperiments(
    context,
    async ({ stores, experiments }) => {
      const { id, phase, lastSeq, counts: former } = findExperiment(stores, reference);
      const counts = {
        ...former,
        maxTrialCount: options.trials ?? former.maxTrialCount,
        parallelTrialCount: options.parallel ?? former.parallelTrialCount
      };
      const isOther =
        counts.maxTrialCount !== former.maxTrialCount ||
        counts.parallelTrialCount !== former.parallelTrialCount;
      const isOwned = phase === 'running' || phase === 'paused' || phase === 'stopping';
      if (isOwned) {
        throw new ChardError(
          'experiment-owned',
          `The experiment ${id} goes on already. \`chard experiments show ${id}\` shows it.`
        );
      }
      const begin = () =>
        experiments.resume(id, isOther ? counts : undefined, { staysPaused: false });
      return watchExperiment({ stores, experiments, after: lastSeq }, begin, options, context);
    },
    started
  );
}
