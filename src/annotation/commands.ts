import type { ICommandPalette } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CommandIds, describedBy } from '../commands';
import {
  chardIcon,
  continuesIcon,
  functionsIcon,
  importsIcon,
  metricsIcon,
  parametersIcon,
  pencilIcon,
  skipIcon,
  stepIcon
} from '../icons';
import type { Annotators } from './annotators';

import type { EditorKind } from './editor/cellEditor';
import { KINDS } from './kinds';

const takes = describedBy(() => import(/* webpackChunkName: "arguments" */ './arguments'));

const KIND_ICONS = {
  step: stepIcon,
  imports: importsIcon,
  functions: functionsIcon,
  parameters: parametersIcon,
  metrics: metricsIcon,
  skip: skipIcon,
  continue: continuesIcon
};

type Args = ReadonlyPartialJSONObject;

function kindOf(args: Args): EditorKind | null {
  return KINDS.find(kind => kind === args.kind) ?? null;
}

function cellsOf(args: Args): number[] | undefined {
  return Array.isArray(args.cells) ? (args.cells as number[]) : undefined;
}

/** The commands that annotate cells of the active notebook. */
export function addAnnotationCommands(
  commands: CommandRegistry,
  annotators: Annotators,
  trans: TranslationBundle,
  palette: ICommandPalette | null
): void {
  const category = trans.__('Pipeline');
  const isEnabled = (): boolean => annotators.current !== null;
  const kindTitles: Record<EditorKind, string> = {
    step: trans.__('Step'),
    imports: trans.__('Imports'),
    functions: trans.__('Functions'),
    parameters: trans.__('Parameters'),
    metrics: trans.__('Metrics'),
    skip: trans.__('Skip'),
    continue: trans.__('Continue the Cell Above')
  };

  commands.addCommand(CommandIds.toggleLines, {
    label: trans.__('Pipeline lines'),
    caption: trans.__('Show above each cell what it is in the pipeline'),
    icon: chardIcon,
    isEnabled,
    isToggleable: true,
    isToggled: () => annotators.current?.lines.shown ?? false,
    describedBy: takes('toggleLines'),
    execute: args => {
      annotators.current?.lines.toggle(typeof args.shown === 'boolean' ? args.shown : undefined);
      commands.notifyCommandChanged(CommandIds.toggleLines);
    }
  });

  commands.addCommand(CommandIds.editCell, {
    label: trans.__('Edit Cell in Pipeline…'),
    icon: pencilIcon,
    isEnabled,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => annotators.current?.edit()
  });

  commands.addCommand(CommandIds.setKind, {
    label: args => {
      const kind = kindOf(args);
      return kind ? trans.__('Cell Kind: %1', kindTitles[kind]) : trans.__('Set Cell Kind');
    },
    icon: args => {
      const kind = kindOf(args);
      return kind ? KIND_ICONS[kind] : undefined;
    },
    isEnabled,
    describedBy: takes('setKind'),
    execute: args => {
      const kind = kindOf(args);
      if (!kind) throw new Error(`"kind" is one of ${KINDS.join(', ')}.`);
      annotators.current?.setKind(kind, cellsOf(args));
    }
  });

  commands.addCommand(CommandIds.joinStep, {
    label: trans.__('Set Step of Cells'),
    isEnabled,
    describedBy: takes('joinStep'),
    execute: args => annotators.current?.setStep(String(args.name), cellsOf(args))
  });

  commands.addCommand(CommandIds.renameStep, {
    label: trans.__('Rename Step'),
    isEnabled,
    describedBy: takes('renameStep'),
    execute: args => annotators.current?.renameStep(String(args.from), String(args.to))
  });

  commands.addCommand(CommandIds.goToCell, {
    label: trans.__('Go to Cell'),
    isEnabled,
    describedBy: takes('goToCell'),
    execute: args =>
      annotators.current?.goTo(
        Number(args.cell),
        typeof args.line === 'number' ? args.line : undefined
      )
  });

  palette?.addItem({ command: CommandIds.editCell, category });
  palette?.addItem({ command: CommandIds.toggleLines, category });
  for (const kind of KINDS) {
    palette?.addItem({ command: CommandIds.setKind, category, args: { kind } });
  }
  annotators.changed.connect(() => commands.notifyCommandChanged(CommandIds.toggleLines));
}
