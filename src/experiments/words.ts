import type { ExperimentPhase, TrialPhase } from '@chard/core/experiment';
import type { LabIcon } from '@jupyterlab/ui-components';
import {
  errorIcon,
  noneIcon,
  okIcon,
  pauseIcon,
  runningIcon,
  skipIcon,
  warningIcon
} from '../icons';
import { prunedIcon } from '../viewIcons';
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

export { experimentWord, trialWord } from './text';
