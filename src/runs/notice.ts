import { isOver, type RunPhase } from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';
import { phaseWord } from './text';

/** What a notification says of a run. */
export interface Notice {
  readonly message: string;
  readonly type: 'in-progress' | 'success' | 'error' | 'warning';
  /** Whether more is to come. */
  readonly goesOn: boolean;
}

interface Progress {
  readonly phase: RunPhase;
  readonly done: number;
  readonly steps: number;
  readonly failedStep: string | null;
  /** Why nothing of it can be kept for now. */
  readonly broken?: string | null;
}

const TYPES: Readonly<Partial<Record<RunPhase, Notice['type']>>> = {
  pending: 'in-progress',
  running: 'in-progress',
  succeeded: 'success',
  failed: 'error'
};

/** What is to be said of a run called `name`: how far it is while it goes on, then what came of it. */
export function noticeOf(name: string, progress: Progress, trans: TranslationBundle): Notice {
  const { phase, done, steps, failedStep, broken = null } = progress;
  if (broken !== null) {
    return {
      type: 'error',
      goesOn: true,
      message: trans.__('%1: %2', name, broken)
    };
  }
  const type = TYPES[phase] ?? 'warning';
  const goesOn = !isOver(phase);
  if (goesOn) {
    const message =
      done === 0
        ? trans.__('%1 is running', name)
        : trans.__('%1: %2 of %3 steps done', name, done, steps);
    return { type, goesOn, message };
  }
  const message =
    phase === 'failed' && failedStep !== null && !failedStep.startsWith('@')
      ? trans.__('%1 failed in %2', name, failedStep)
      : trans.__('%1: %2', name, phaseWord(phase, trans));
  return { type, goesOn, message };
}
