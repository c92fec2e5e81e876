import { Notification } from '@jupyterlab/apputils';
import { isOver } from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { CommandIds } from '../commands';
import { runName } from './list/describeRun';
import { LastingNotification } from './lastingNotification';
import type { LiveRun } from './liveRun';
import { noticeOf, type Notice } from './notice';
import type { Runs } from './runs';
import type { StartedHere } from './startedHere';

interface Needs {
  readonly runs: Runs;
  readonly commands: CommandRegistry;
  /** Whether a person sees the run already. */
  readonly isSeen: (run: string) => boolean;
  /** What a reload of the page keeps; null where nothing does. */
  readonly startedHere: StartedHere | null;
  /** Runs that were started here before the page was loaded. */
  readonly before: Promise<readonly string[]>;
  readonly trans: TranslationBundle;
}

/** One notification for each run that is started here, the same from its start to its end; after a reload there is one again. */
export function notifyOfRuns(needs: Needs): void {
  const { runs, commands, isSeen, startedHere, trans } = needs;
  const followed = new Set<string>();
  runs.started.connect((_, run) => follow(run));
  void needs.before.then(ids => ids.forEach(id => follow(runs.get(id))));

  function follow(run: LiveRun): void {
    if (followed.has(run.id)) return;
    followed.add(run.id);
    const notification = new LastingNotification(Notification);
    const tell = (): void => {
      const notice = noticeFor(run);
      if (!notice) {
        // Deleted meanwhile: nothing more will be told of it.
        if (run.problem !== null && !run.retrying) end();
        return;
      }
      if (notice.goesOn) startedHere?.add(run.id);
      else startedHere?.remove(run.id);
      // The server goes on by itself with what was cut off.
      if (!notice.goesOn && run.state?.phase !== 'interrupted') end();
      notification.tell(notice, actions(run.id, notice), isSeen(run.id));
    };
    const end = (): void => {
      run.changed.disconnect(tell);
      followed.delete(run.id);
      startedHere?.remove(run.id);
    };
    startedHere?.add(run.id);
    run.changed.connect(tell);
    tell();
  }

  function noticeFor({ id, state, broken }: LiveRun): Notice | null {
    if (!state) return null;
    const item = runs.item(id);
    const name = item ? `${item.pipeline} · ${runName(item, trans)}` : state.pipeline;
    return noticeOf(
      name,
      {
        phase: state.phase,
        done: state.steps.filter(({ phase }) => isOver(phase)).length,
        steps: state.steps.length,
        failedStep: state.error?.step ?? null,
        broken
      },
      trans
    );
  }

  function actions(run: string, { type }: Notice): Notification.IAction[] {
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
    return type === 'in-progress' ? [open, cancel] : [open];
  }
}
