import { Notification } from '@jupyterlab/apputils';
import { isOver } from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { CommandIds } from '../commands';
import { runName } from './list/describeRun';
import type { LiveRun } from './liveRun';
import { noticeOf, type Notice } from './notice';
import type { Runs } from './runs';

/** A notification shows itself so long; after that it is kept in JupyterLab's list of them. */
const SHOWN_MS = 5_000;
/** Changed in the list, without showing itself again. */
const SILENTLY = 0;

interface Needs {
  readonly runs: Runs;
  readonly commands: CommandRegistry;
  /** Whether a person sees the run already. */
  readonly isSeen: (run: string) => boolean;
  readonly trans: TranslationBundle;
}

/** One notification for each run that is started here, the same from its start to its end. */
export function notifyOfRuns({ runs, commands, isSeen, trans }: Needs): void {
  runs.started.connect((_, run) => follow(run));

  function follow(run: LiveRun): void {
    let id: string | null = null;
    let said = '';
    const tell = (): void => {
      const notice = noticeFor(run);
      if (!notice) return;
      const { message, type, goesOn } = notice;
      if (message === said) return;
      said = message;
      if (!goesOn) run.changed.disconnect(tell);
      const options = { actions: actions(run.id, notice) };
      if (isSeen(run.id)) {
        // A run that is on the screen says it there.
        if (id !== null && !goesOn) Notification.dismiss(id);
        else if (id !== null) Notification.update({ id, message, autoClose: SILENTLY, ...options });
      } else if (id === null) {
        id = Notification.emit(message, type, { autoClose: SHOWN_MS, ...options });
      } else {
        const autoClose = goesOn ? SILENTLY : SHOWN_MS;
        Notification.update({ id, message, type, autoClose, ...options });
      }
    };
    run.changed.connect(tell);
    tell();
  }

  function noticeFor({ id, state }: LiveRun): Notice | null {
    if (!state) return null;
    const item = runs.list.get(id);
    const name = item ? `${item.pipeline} · ${runName(item, trans)}` : state.pipeline;
    return noticeOf(
      name,
      {
        phase: state.phase,
        done: state.steps.filter(({ phase }) => isOver(phase)).length,
        steps: state.steps.length,
        failedStep: state.error?.step ?? null
      },
      trans
    );
  }

  function actions(run: string, { goesOn }: Notice): Notification.IAction[] {
    const open = {
      label: trans.__('Open'),
      callback: () => void commands.execute(CommandIds.openRun, { run })
    };
    const cancel = {
      label: trans.__('Cancel run'),
      callback: (event: MouseEvent) => {
        // The notification stays: it tells when the run has ended.
        event.preventDefault();
        void commands.execute(CommandIds.cancelRun, { run });
      }
    };
    return goesOn ? [open, cancel] : [open];
  }
}
