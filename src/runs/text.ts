import { METRICS_STEP } from '@chard/core/pipeline';
import type { RunItem } from '@chard/core/protocol/api';
import type { RunPhase, StepState } from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';
import { shortValue } from '../curves/scale';

/** `0.6 s`, `41.6 s`, `3 min 5 s`, `2 h 4 min`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** What a person calls a run among those of other notebooks: the pipeline, with the run's title or else its number. */
export function runTitle(
  { title, pipeline, number, trial }: Pick<RunItem, 'title' | 'pipeline' | 'number' | 'trial'>,
  trans: TranslationBundle
): string {
  const counted = trial === null ? trans.__('run %1', number) : trans.__('trial %1', trial.number);
  return trans.__('%1 · %2', pipeline, title ?? counted);
}

/** `14:32` on the same day, else `23 Nov, 14:32`, in the words of the browser's language. */
export function shortTime(milliseconds: number): string {
  const date = new Date(milliseconds);
  const time = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
  return date.toDateString() === new Date().toDateString()
    ? date.toLocaleTimeString(undefined, time)
    : date.toLocaleString(undefined, { day: 'numeric', month: 'short', ...time });
}

/** A parameter's value on a line: numbers with the digits that count, all else as JSON has it. */
export function parameterText(value: unknown): string {
  return typeof value === 'number' ? shortValue(value) : JSON.stringify(value);
}

/** A step's name, as people read it. */
export function stepTitle(name: string, trans: TranslationBundle): string {
  return name === METRICS_STEP ? trans.__('Metrics') : name;
}

/** How a step stands, in a word. */
export function stepWord({ cached, phase }: StepState, trans: TranslationBundle): string {
  return cached ? trans.__('reused') : phaseWord(phase, trans);
}

/** How long a step ran, or has been running by now; empty where it did not. */
export function stepTime({ cached, phase, startedAt, finishedAt }: StepState, now: number): string {
  if (cached || startedAt === null || phase === 'skipped') return '';
  return duration(Math.max(0, (finishedAt ?? now) - startedAt));
}

const MOST_MODULES = 3;

/** What a run does before its first step can start: `Preparing: importing numpy, pandas`. */
export function preparingInWords(modules: readonly string[], trans: TranslationBundle): string {
  const packages = [...new Set(modules.map(module => module.split('.')[0]!))];
  const named = packages.slice(0, MOST_MODULES).join(', ');
  const more = packages.length - MOST_MODULES;
  return more > 0
    ? trans.__('Preparing: importing %1 and %2 more', named, more)
    : trans.__('Preparing: importing %1', named);
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
