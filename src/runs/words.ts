import type { RunPhase, StepState } from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import { errorIcon, noneIcon, okIcon, reusedIcon, runningIcon, skipIcon } from '../icons';
import type { StepStatus } from '../tokens';
import { duration, phaseWord } from './text';

export { duration, phaseWord };

const ICONS: Readonly<Record<RunPhase, LabIcon>> = {
  pending: noneIcon,
  running: runningIcon,
  succeeded: okIcon,
  failed: errorIcon,
  cancelled: skipIcon,
  skipped: skipIcon,
  interrupted: errorIcon
};

const TONES: Readonly<Record<RunPhase, StepStatus['tone']>> = {
  pending: 'quiet',
  running: 'running',
  succeeded: 'ok',
  failed: 'failed',
  cancelled: 'quiet',
  skipped: 'quiet',
  interrupted: 'failed'
};

export function phaseIcon(phase: RunPhase): LabIcon {
  return ICONS[phase];
}

export function phaseTone(phase: RunPhase): StepStatus['tone'] {
  return TONES[phase];
}

/** A step's state as an icon and words: never an icon or a colour alone. */
export function stepStatus(step: StepState, trans: TranslationBundle): StepStatus {
  if (step.cached) return { icon: reusedIcon, text: trans.__('reused'), tone: 'ok' };
  const { phase, startedAt, finishedAt } = step;
  const icon = phaseIcon(phase);
  const tone = phaseTone(phase);
  const time = startedAt !== null && finishedAt !== null ? duration(finishedAt - startedAt) : null;
  if (phase === 'succeeded' && time !== null) return { icon, tone, text: time };
  if (phase === 'failed' && time !== null) {
    return { icon, tone, text: trans.__('failed after %1', time), short: trans.__('failed') };
  }
  return { icon, tone, text: phaseWord(phase, trans) };
}
