import { isExperimentOver, type ExperimentPhase, type TrialPhase } from '@chard/core/experiment';
import type { TranslationBundle } from '@jupyterlab/translation';

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

/** Whether it has come to its end: what is interrupted is waited for, since the server goes on with it. */
export function hasEnded(phase: ExperimentPhase): boolean {
  return isExperimentOver(phase) && phase !== 'interrupted';
}
