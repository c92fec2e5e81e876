import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { Runs } from '../../runs/runs';
import type { Experiments } from '../experiments';
import type { LiveExperiment } from '../liveExperiment';

/** What the views of an experiment's document work with. */
export interface ExperimentServices {
  readonly experiment: LiveExperiment;
  readonly experiments: Experiments;
  readonly runs: Runs;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}
