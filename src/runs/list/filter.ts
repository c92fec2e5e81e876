import { runTexts, type RunItem } from '@chard/core/protocol/api';
import { isOver } from '@chard/core/run';

/** The states that a person tells apart in a list. */
export type StateFilter = 'all' | 'active' | 'succeeded' | 'failed' | 'cancelled';

export interface RunFilter {
  readonly state: StateFilter;
  /** Words, each of which has to be found in the name, the notebook, or a parameter as `name=value`. */
  readonly text: string;
}

/** Those that fit, in their order. */
export function filterRuns(runs: readonly RunItem[], filter: RunFilter): RunItem[] {
  const words = filter.text
    .replace(/\s*=\s*/g, '=')
    .toLocaleLowerCase()
    .split(/\s+/)
    .filter(word => word !== '');
  return runs.filter(run => hasState(run, filter.state) && hasWords(run, words));
}

function hasState({ state }: RunItem, wanted: StateFilter): boolean {
  switch (wanted) {
    case 'all':
      return true;
    case 'active':
      return !isOver(state);
    case 'failed':
      return state === 'failed' || state === 'interrupted';
    default:
      return state === wanted;
  }
}

function hasWords(run: RunItem, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const texts = runTexts(run).map(text => text.toLocaleLowerCase());
  return words.every(word => texts.some(text => text.includes(word)));
}
