import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { lazy, Suspense } from 'react';
import { CommandIds } from '../commands';
import type { Runs } from '../runs/runs';
import { LaunchFailure, type IChardLaunch, type IChardPanel } from '../tokens';
import type { Experiments } from './experiments';

interface Needs {
  readonly launch: IChardLaunch;
  readonly panel: IChardPanel;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
  readonly load: () => Promise<Experiments>;
  readonly loadRuns: () => Promise<Runs>;
}

/** Where a notebook goes that is tuned: in the place of one run, an experiment is started and opened. */
export function addTuningTarget({ launch, panel, commands, trans, load, loadRuns }: Needs): void {
  const Outcome = lazy(async () => {
    const [experiments, { ExperimentOutcome }] = await Promise.all([load(), import('./outcome')]);
    return {
      default: ({ id }: { id: string }) => (
        <ExperimentOutcome {...{ id, experiments, commands, trans }} />
      )
    };
  });
  launch.addTarget({
    id: 'tune',
    label: trans.__('Tuning on this machine'),
    rank: 11,
    action: trans.__('Compile and tune'),
    caption: trans.__('Save the notebook, make its pipeline and search for the best parameters'),
    insteadOf: {
      target: 'local',
      when: ({ pipeline }) => pipeline.annotated.settings.katibRun
    },
    outcome: ({ results }) => {
      const id = results.get('experiment');
      return typeof id === 'string' ? (
        <Suspense>
          <Outcome id={id} />
        </Suspense>
      ) : null;
    }
  });
  launch.addStage({
    id: 'start-experiment',
    label: trans.__('Start'),
    rank: 90,
    targets: ['tune'],
    run: async ({ notebook, options, results }) => {
      const [experiments, runs, { startTuning }] = await Promise.all([
        load(),
        loadRuns(),
        import('./startTuning')
      ]);
      try {
        const { id } = await startTuning(notebook, experiments, runs, options.parameters ?? {});
        results.set('experiment', id);
        await commands.execute(CommandIds.openExperiment, { experiment: id });
        return trans.__('Started');
      } catch (error) {
        throw new LaunchFailure(
          (error as Error).message,
          [{ label: trans.__('Show tuning'), execute: () => panel.reveal('tuning') }],
          'tuning'
        );
      }
    }
  });
}
