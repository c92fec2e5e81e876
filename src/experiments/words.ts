import type { ExperimentPhase, TrialPhase } from '@chard/core/experiment';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import {
  errorIcon,
  noneIcon,
  okIcon,
  pauseIcon,
  prunedIcon,
  runningIcon,
  skipIcon,
  warningIcon
} from '../icons';
import type { StepStatus } from '../tokens';

const TRIAL_ICONS: Readonly<Record<TrialPhase, LabIcon>> = {
  pending: noneIcon,
  running: runningIcon,
  succeeded: okIcon,
  failed: errorIcon,
  pruned: prunedIcon,
  cancelled: skipIcon,
  'metrics-unavailable': warningIcon,
  interrupted: errorIcon
};

const TRIAL_TONES: Readonly<Record<TrialPhase, StepStatus['tone']>> = {
  pending: 'quiet',
  running: 'running',
  succeeded: 'ok',
  failed: 'failed',
  pruned: 'quiet',
  cancelled: 'quiet',
  'metrics-unavailable': 'failed',
  interrupted: 'failed'
};

const EXPERIMENT_ICONS: Readonly<Record<ExperimentPhase, LabIcon>> = {
  pending: noneIcon,
  running: runningIcon,
  paused: pauseIcon,
  stopping: runningIcon,
  succeeded: okIcon,
  failed: errorIcon,
  stopped: skipIcon,
  interrupted: errorIcon
};

const EXPERIMENT_TONES: Readonly<Record<ExperimentPhase, StepStatus['tone']>> = {
  pending: 'quiet',
  running: 'running',
  paused: 'quiet',
  stopping: 'running',
  succeeded: 'ok',
  failed: 'failed',
  stopped: 'quiet',
  interrupted: 'failed'
};

export const trialIcon = (phase: TrialPhase): LabIcon => TRIAL_ICONS[phase];
export const trialTone = (phase: TrialPhase): StepStatus['tone'] => TRIAL_TONES[phase];
export const experimentIcon = (phase: ExperimentPhase): LabIcon => EXPERIMENT_ICONS[phase];
export const experimentTone = (phase: ExperimentPhase): StepStatus['tone'] =>
  EXPERIMENT_TONES[phase];

/** How a trial stands, in a word or two. */
export function trialWord(phase: TrialPhase, trans: TranslationBundle): string {
  const words: Record<TrialPhase, string> = {
    pending: trans.__('waiting'),
    running: trans.__('running'),
    succeeded: trans.__('finished'),
    failed: trans.__('failed'),
    pruned: trans.__('pruned'),
    cancelled: trans.__('cancelled'),
    'metrics-unavailable': trans.__('no metric'),
    interrupted: trans.__('interrupted')
  };
  return words[phase];
}

/** How an experiment stands, in a word or two. */
export function experimentWord(phase: ExperimentPhase, trans: TranslationBundle): string {
  const words: Record<ExperimentPhase, string> = {
    pending: trans.__('waiting'),
    running: trans.__('running'),
    paused: trans.__('paused'),
    stopping: trans.__('stopping'),
    succeeded: trans.__('finished'),
    failed: trans.__('failed'),
    stopped: trans.__('stopped early'),
    interrupted: trans.__('interrupted')
  };
  return words[phase];
}
