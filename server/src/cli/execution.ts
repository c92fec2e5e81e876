import { fold, initialRunState, runSummary, type RunEvent, type RunState } from '@chard/core/run';
import type { RunHandle } from '../engines/engine';
import { readLog } from '../runs/readLog';
import type { Stores } from '../stores';
import { printJson, type Context, type ExitCode } from './context';
import { saveDisplays } from './displays';
import { followRun } from './follow';
import { showProgress } from './progress';
import { nextSteps, runReport } from './runView';

export interface ShowOptions {
  readonly json: boolean;
  readonly follow: boolean;
  readonly saveDisplays?: string;
}

/** Options of every command that executes something and shows it. */
export interface WatchedRun {
  readonly stores: Stores;
  readonly handle: RunHandle;
  /** Events up to here are history: they count for the state but are not told again. */
  readonly after: number;
}

/** Shows a run until it is over: live in a terminal, as JSON where asked for; Ctrl-C cancels it. */
export async function watchRun(
  { stores, handle, after }: WatchedRun,
  { json, follow, saveDisplays: folder }: ShowOptions,
  { terminal, interrupted }: Context
): Promise<ExitCode> {
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
  const files = folder === undefined ? [] : saveDisplays(readLog(stores, handle.id), folder);
  if (json && !follow) {
    printJson(terminal, { ...runSummary(state), ...(folder !== undefined && { displays: files }) });
  } else if (!json) {
    terminal.out(`\n${runReport(state, terminal.paint.out)}`);
    files.forEach(path => terminal.out(`  ${path}\n`));
    const next = nextSteps(state, terminal.paint.err);
    terminal.err(next && `\n${next}`);
  }
  if (interrupted.aborted) {
    return 130;
  }
  return state.phase === 'succeeded' ? 0 : 1;
}

function* takeUntil(events: Iterable<RunEvent>, seq: number): Generator<RunEvent> {
  for (const event of events) {
    if (event.seq > seq) {
      return;
    }
    yield event;
  }
}
