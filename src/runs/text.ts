import type { RunPhase } from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';

/** `0.6 s`, `41.6 s`, `3 min 5 s`, `2 h 4 min`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `512 B`, `9.8 KiB`, `358.1 MiB`. */
export function bytes(count: number): string {
  const power = count < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(count) / 10));
  const amount = count / 1024 ** power;
  return `${power === 0 ? amount : amount.toFixed(1)} ${UNITS[power]!}`;
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
