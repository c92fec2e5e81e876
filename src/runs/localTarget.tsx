import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { lazy, Suspense } from 'react';
import { CommandIds } from '../commands';
import { LaunchFailure, type IChardLaunch } from '../tokens';
import type { Runs } from './runs';

interface Needs {
  readonly launch: IChardLaunch;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
  readonly load: () => Promise<Runs>;
}

/** This machine as a target: a run is started there, and opened. */
export function addLocalTarget({ launch, commands, trans, load }: Needs): void {
  const Outcome = lazy(async () => {
    const [runs, { RunOutcome }] = await Promise.all([load(), import('./outcome')]);
    return {
      default: ({ run }: { run: string }) => (
        <RunOutcome run={run} runs={runs} commands={commands} trans={trans} />
      )
    };
  });
  launch.addTarget({
    id: 'local',
    label: trans.__('This machine'),
    rank: 10,
    action: trans.__('Compile and run'),
    caption: trans.__('Save the notebook, make its pipeline and run it here'),
    runsParts: true,
    outcome: ({ results }) => {
      const run = results.get('run');
      return typeof run === 'string' ? (
        <Suspense>
          <Outcome run={run} />
        </Suspense>
      ) : null;
    }
  });
  launch.addStage({
    id: 'snapshot',
    label: trans.__('Snapshot'),
    rank: 60,
    targets: ['local'],
    run: async context => {
      if (context.options.snapshot === false) return trans.__('No snapshot');
      const [{ api }, { takeSnapshot }] = await Promise.all([load(), import('./takeSnapshot')]);
      return takeSnapshot(api, context, trans);
    }
  });
  launch.addStage({
    id: 'start',
    label: trans.__('Start'),
    rank: 90,
    targets: ['local'],
    run: async ({ notebook, options, results }) => {
      const [runs, { ApiError }] = await Promise.all([load(), import('./api')]);
      const { context } = notebook.panel;
      const snapshot = results.get('snapshot');
      const path = context.contentsModel?.path ?? context.path;
      const { id } = await runs
        .start(path, { ...options, ...(typeof snapshot === 'string' && { snapshotId: snapshot }) })
        .catch((error: Error) => {
          if (!(error instanceof ApiError) || error.code !== 'missing-results') throw error;
          throw new LaunchFailure(error.message, [
            {
              label: trans.__('Run the whole notebook'),
              execute: () => void commands.execute(CommandIds.run, { target: 'local' })
            }
          ]);
        });
      results.set('run', id);
      await commands.execute(CommandIds.openRun, { run: id });
      return trans.__('Started');
    }
  });
}
