import {
  foldExperiment,
  initialExperimentState,
  type ExperimentEvent,
  type ExperimentState
} from '@chard/core/experiment';
import { ChardError } from '../errors';
import type { ExperimentEngine, ExperimentHandle } from '../experiments/experimentEngine';
import type { Stores } from '../stores';
import { printJson, type Context, type ExitCode } from './context';
import { showExperiment } from './experimentProgress';
import { experimentJson, experimentReport } from './experimentView';

export interface WatchOptions {
  readonly json: boolean;
  readonly follow: boolean;
}

interface Watched {
  readonly stores: Stores;
  readonly experiments: ExperimentEngine;
  /** Events up to here are history: they count for the state but are not told again. */
  readonly after: number;
}

/** Begins an experiment and shows it until it is over. Ctrl-C stops it with its trials. */
export async function watchExperiment(
  { stores, experiments, after }: Watched,
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
  const progress = json
    ? null
    : showExperiment(terminal, () => Date.now(), stateAt(stores, handle.id, after));
  let state: ExperimentState;
  try {
    const tell = (event: ExperimentEvent) => {
      progress?.add(event);
      if (json && follow) terminal.out(`${JSON.stringify(event)}\n`);
    };
    state = await followExperiment(stores, handle, after, tell);
  } catch (error) {
    throw cutOff(error, handle.id);
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

/** What cut an experiment off, with how to go on. */
function cutOff(error: unknown, experiment: string): unknown {
  if (!(error instanceof ChardError)) return error;
  const { code, message, exitCode } = error;
  const advice = `\`chard tune --resume ${experiment}\` goes on with the experiment.`;
  return new ChardError(code, `${message} ${advice}`, { exitCode, cause: error });
}

/** Where a store has failed there may be no more to tell than that. */
function tryTo(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ChardError)) throw error;
  }
}

function stateAt({ experiments }: Stores, id: string, seq: number): ExperimentState {
  return foldExperiment(initialExperimentState, experiments.read(id, { limit: seq }));
}

/** Gives the events of an experiment's log after one to `listener` as they come, until it is over. */
async function followExperiment(
  { experiments }: Stores,
  { id, finished }: ExperimentHandle,
  after: number,
  listener: (event: ExperimentEvent) => void
): Promise<ExperimentState> {
  let last = after;
  const catchUp = () => {
    for (const event of experiments.read(id, { after: last })) {
      last = event.seq;
      listener(event);
    }
  };
  const stop = experiments.onChange(catchUp);
  let state: ExperimentState;
  try {
    catchUp();
    state = await finished;
  } catch (error) {
    tryTo(catchUp);
    throw error;
  } finally {
    stop();
  }
  catchUp();
  return state;
}
