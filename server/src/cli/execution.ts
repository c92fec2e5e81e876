import {
  fold,
  initialRunState,
  isOver,
  runSummary,
  type RunEvent,
  type RunState
} from '@chard/core/run';
import type { RunHandle } from '../engines/engine';
import { notebookChange } from '../notebooks/changes';
import { readLog } from '../runs/readLog';
import { storedArtefact } from '../runs/record';
import type { Stores } from '../stores';
import { printJson, type Context, type ExitCode } from './context';
import { saveDisplays } from './displays';
import { followRun } from './follow';
import { showProgress } from './progress';
import type { Terminal } from './terminal';
import { nextSteps } from './nextSteps';
import { runReport } from './runView';

export interface ShowOptions {
  readonly json: boolean;
  readonly follow: boolean;
  readonly saveDisplays?: string;
}

/** Gives the words of a command that runs the notebook anew. */
type RunAgain = (state: RunState) => Promise<readonly string[]> | readonly string[];

/** A run, and how it is shown. */
export interface WatchedRun {
  readonly stores: Stores;
  /** Starts it, or goes on with it. */
  readonly begin: () => Promise<RunHandle>;
  readonly again: RunAgain;
  /** Events up to here are history: they count for the state but are not told again. */
  readonly after: number;
}

/**
 * Begins a run and shows it until it is over: live in a terminal, as JSON where asked for. Ctrl-C cancels it, also while it
 * is being begun.
 */
export async function watchRun(
  { stores, begin, again, after }: WatchedRun,
  { json, follow, saveDisplays: folder }: ShowOptions,
  { terminal, interrupted }: Context
): Promise<ExitCode> {
  const handle = await begin();
  const cancel = () => handle.cancel();
  interrupted.addEventListener('abort', cancel, { once: true });
  if (interrupted.aborted) {
    cancel();
  }
  const history = fold(initialRunState, takeUntil(readLog(stores, handle.id), after));
  const progress = json ? null : showProgress(terminal, () => Date.now(), history);
  let state: RunState;
  try {
    state = await followRun(
      stores,
      handle,
      event => {
        progress?.add(event);
        if (json && follow) {
          terminal.out(`${JSON.stringify(event)}\n`);
        }
      },
      after
    );
  } finally {
    progress?.end();
    interrupted.removeEventListener('abort', cancel);
  }
  if (!json) {
    terminal.out(`\n${runReport(state, terminal.paint.out)}`);
  }
  const files = folder === undefined ? [] : saveDisplays(readLog(stores, handle.id), folder);
  if (json && !follow) {
    printJson(terminal, { ...runSummary(state), ...(folder !== undefined && { displays: files }) });
  } else if (!json) {
    files.forEach(path => terminal.out(`  ${path}\n`));
    const next = await adviceAfter(stores, state, again, terminal);
    terminal.err(next && `\n${next}`);
  }
  if (interrupted.aborted) {
    return 130;
  }
  return state.phase === 'succeeded' ? 0 : 1;
}

/** What to do about a run that has not succeeded. The notebook is looked at only then. */
export async function adviceAfter(
  stores: Stores,
  state: RunState,
  again: RunAgain,
  { paint }: Terminal
): Promise<string> {
  if (state.phase === 'succeeded' || !isOver(state.phase)) {
    return '';
  }
  const bytes = storedArtefact(stores, state.id, 'notebook');
  const change = await notebookChange(state.notebook.path, bytes);
  return nextSteps(state, await again(state), change, paint.err);
}

function* takeUntil(events: Iterable<RunEvent>, seq: number): Generator<RunEvent> {
  for (const event of events) {
    if (event.seq > seq) {
      return;
    }
    yield event;
  }
}
