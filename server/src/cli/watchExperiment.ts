import type { ExperimentEvent, ExperimentState } from '@chard/core/experiment';
import type { ExperimentEngine, ExperimentHandle } from '../experiments/experimentEngine';
import type { Stores } from '../stores';
import { printJson, type Context, type ExitCode } from './context';
import { showExperiment } from './experimentProgress';
import { experimentJson, experimentReport } from './experimentView';

export interface WatchOptions {
  readonly json: boolean;
  readonly follow: boolean;
}

/** Begins an experiment and shows it until it is over. Ctrl-C stops it with its trials. */
export async function watchExperiment(
  { stores, experiments }: { readonly stores: Stores; readonly experiments: ExperimentEngine },
  begin: () => Promise<ExperimentHandle>,
  { json, follow }: WatchOptions,
  { terminal, interrupted }: Context
): Promise<ExitCode> {
  const handle = await begin();
  const stop = () => {
    // One that has ended meanwhile needs no stopping.
    experiments.command(handle.id, { type: 'stop', trials: 'cancel' }).catch(() => undefined);
  };
  interrupted.addEventListener('abort', stop, { once: true });
  if (interrupted.aborted) stop();
  const progress = json ? null : showExperiment(terminal, () => Date.now());
  let state: ExperimentState;
  try {
    state = await followExperiment(stores, handle, event => {
      progress?.add(event);
      if (json && follow) terminal.out(`${JSON.stringify(event)}\n`);
    });
  } finally {
    progress?.end();
    interrupted.removeEventListener('abort', stop);
  }
  const name = stores.experiments.get(handle.id)?.name ?? state.spec.name;
  if (json && !follow) printJson(terminal, experimentJson(state, name));
  if (!json) {
    terminal.out(`\n${experimentReport(state, terminal.paint.out)}`);
    const run = state.best === null ? null : state.trials[state.best - 1]?.run;
    if (run != null) terminal.out(`chard runs show ${run}\n`);
  }
  if (interrupted.aborted) return 130;
  return state.phase === 'succeeded' ? 0 : 1;
}

/** Gives the events of an experiment's log, from its beginning, to `listener` as they come, until it is over. */
async function followExperiment(
  { experiments }: Stores,
  { id, finished }: ExperimentHandle,
  listener: (event: ExperimentEvent) => void
): Promise<ExperimentState> {
  let last = 0;
  const catchUp = () => {
    for (const event of experiments.read(id, { after: last })) {
      last = event.seq;
      listener(event);
    }
  };
  const stop = experiments.onChange(catchUp);
  try {
    catchUp();
    const state = await finished;
    catchUp();
    return state;
  } finally {
    stop();
  }
}
