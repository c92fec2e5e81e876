import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { compileNotebook } from '@chard/core/protocol/api';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { z } from 'zod';
import { CommandIds, describedBy } from '../commands';
import { parametersIcon, playIcon } from '../icons';
import type { IChardNotebooks, IChardPanel, LaunchOptions, OpenNotebook } from '../tokens';
import { stepMeant } from './currentStep';
import type { Launch } from './launch';
import type { Launches } from './launches';
import { optionsOf, textOf, withSettings, type LaunchSettings } from './options';

const takes = describedBy(() => import(/* webpackChunkName: "arguments" */ './arguments'));

interface Needs {
  readonly app: JupyterFrontEnd;
  readonly notebooks: IChardNotebooks;
  readonly panel: IChardPanel;
  readonly launches: Launches;
  readonly settings: LaunchSettings;
  readonly trans: TranslationBundle;
  readonly palette: ICommandPalette | null;
  /** Shows what was compiled; null where the application has no room for it. */
  readonly show:
    | ((notebook: string, compiled: z.output<(typeof compileNotebook)['answer']>) => Promise<void>)
    | null;
}

type Args = ReadonlyPartialJSONObject;

/** The commands that bring the active notebook’s pipeline somewhere. */
export function addLaunchCommands(needs: Needs): void {
  const { app, notebooks, panel, launches, settings, trans, palette, show } = needs;
  const { commands } = app;
  const isEnabled = (): boolean => notebooks.current?.pipeline.isAnnotated ?? false;

  /** Goes through the stages; what fails is shown in the panel. */
  const launch = async (
    notebook: OpenNotebook,
    options: LaunchOptions,
    target?: string,
    until?: string
  ): Promise<Launch> => {
    const launched = await launches.start(
      notebook,
      withSettings(options, settings, notebook.pipeline.annotated.settings.snapshotVolumes),
      target,
      until
    );
    if (launched.problem) panel.reveal(launched.problem.section);
    return launched;
  };
  const run = async (options: LaunchOptions, target?: string): Promise<string | null> => {
    const { current } = notebooks;
    if (!current) return null;
    const { results } = await launch(current, options, target);
    return (results.get('run') as string | undefined) ?? null;
  };
  const runPart = (part: 'from' | 'only', args: Args): Promise<string | null> => {
    const step = notebooks.current && stepMeant(app, notebooks.current, args);
    const target = launches.targets.find(({ runsParts }) => runsParts);
    if (!step || !target) return Promise.resolve(null);
    return run({ ...optionsOf(args), [part]: step }, target.id);
  };
  const canRunPart = (args: Args): boolean =>
    isEnabled() &&
    launches.targets.some(({ runsParts }) => runsParts) &&
    stepMeant(app, notebooks.current!, args) !== null;

  commands.addCommand(CommandIds.run, {
    label: trans.__('Compile and Run'),
    caption: trans.__('Save the notebook, make its pipeline and run it'),
    icon: playIcon,
    isEnabled,
    describedBy: takes('run'),
    execute: args => {
      const options = optionsOf(args);
      const isPart = options.from !== undefined || options.only !== undefined;
      return run(options, textOf(args.target) ?? (isPart ? launches.target?.id : undefined));
    }
  });

  commands.addCommand(CommandIds.runFrom, {
    label: trans.__('Run from Here'),
    caption: trans.__('Run this step and those below it; the rest is taken from earlier results'),
    icon: playIcon,
    isEnabled: canRunPart,
    describedBy: takes('part'),
    execute: args => runPart('from', args)
  });

  commands.addCommand(CommandIds.runOnly, {
    label: trans.__('Run Only This Step'),
    caption: trans.__('Run this step alone on what earlier runs have left'),
    icon: playIcon,
    isEnabled: canRunPart,
    describedBy: takes('part'),
    execute: args => runPart('only', args)
  });

  commands.addCommand(CommandIds.runWithParameters, {
    label: trans.__('Run with Other Parameters…'),
    caption: trans.__('Run with values that the notebook does not have, once'),
    icon: parametersIcon,
    isEnabled: () =>
      isEnabled() && (notebooks.current?.pipeline.findings?.pipeline?.parameters.length ?? 0) > 0,
    describedBy: takes('withParameters'),
    execute: async args => {
      const { current } = notebooks;
      await current?.pipeline.untilCurrent();
      const parameters = current?.pipeline.findings?.pipeline?.parameters ?? [];
      const { askForParameters } = await import('./parameters/dialog');
      const choice = await askForParameters({
        parameters,
        values: optionsOf(args).parameters ?? {},
        cache: settings.cache,
        trans
      });
      // One run, whatever stands for the chosen target.
      return choice && run(choice, textOf(args.target) ?? launches.target?.id);
    }
  });

  commands.addCommand(CommandIds.compile, {
    label: trans.__('Compile…'),
    caption: trans.__('See, and save, what is made of the notebook'),
    isEnabled,
    isVisible: () => show !== null,
    describedBy: takes('compile'),
    execute: async args => {
      const { current } = notebooks;
      if (!current) return null;
      const launched = await launch(current, optionsOf(args), textOf(args.target), 'compile');
      const compiled = launched.results.get('compiled') as
        z.output<(typeof compileNotebook)['answer']> | undefined;
      if (compiled && show && args.show !== false) await show(current.panel.context.path, compiled);
      return compiled?.files ?? null;
    }
  });

  commands.addCommand(CommandIds.setTarget, {
    label: args => {
      const target = launches.targets.find(({ id }) => id === args.target);
      return target
        ? trans.__('Pipeline Goes to: %1', target.label)
        : trans.__('Choose Where the Pipeline Goes');
    },
    isToggleable: true,
    isToggled: args => args.target !== undefined && launches.target?.id === args.target,
    describedBy: takes('setTarget'),
    execute: args => {
      const target = String(args.target);
      if (!launches.targets.some(({ id }) => id === target)) {
        const known = launches.targets.map(({ id }) => id).join(', ');
        throw new Error(`There is no target "${target}"; there are ${known}.`);
      }
      launches.chooseTarget(target);
      settings.saveTarget?.(target);
    }
  });

  const ids = [
    CommandIds.run,
    CommandIds.runFrom,
    CommandIds.runOnly,
    CommandIds.runWithParameters,
    CommandIds.compile
  ];
  const category = trans.__('Pipeline');
  for (const command of ids) palette?.addItem({ command, category });
  void app.restored.then(() => {
    // Of one there is nothing to choose.
    if (launches.targets.length < 2) return;
    for (const { id } of launches.targets) {
      palette?.addItem({ command: CommandIds.setTarget, category, args: { target: id } });
    }
  });
  const refresh = (): void => ids.forEach(id => commands.notifyCommandChanged(id));
  notebooks.currentChanged.connect(refresh);
  launches.changed.connect(refresh);
  notebooks.opened.connect((_, { pipeline }) => void pipeline.changed.connect(refresh));
}
