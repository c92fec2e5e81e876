import type { RunPhase, StepState } from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import { errorIcon, noneIcon, okIcon, reusedIcon, runningIcon, skipIcon } from '../icons';
import type { StepStatus } from '../tokens';

/** `0.6 s`, `41.6 s`, `3 min 5 s`, `2 h 4 min`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

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

export function phaseWord(phase: RunPhase, trans: TranslationBundle): string {
  const words: Record<RunPhase, string> = {
    pending: trans.__('waiting'),
    running: trans.__('running'),
    succeeded: trans.__('succeeded'),
    failed: trans.__('failed'),
    cancelled: trans.__('cancelled'),
    skipped: trans.__('not run'),
    interrupted: trans.__('interrupted')
  };
  return words[phase];
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
    return { icon, tone, text: trans.__('failed after %1', time) };
  }
  return { icon, tone, text: phaseWord(phase, trans) };
}
