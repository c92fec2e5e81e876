import type { Assignment, ExperimentState } from '@chard/core/experiment';
import { ChardError } from '../../errors';
import type { Ending, Memory, OpenSuggester, Suggester, Suggestion } from '../suggester/suggester';

/** What a suggester was asked and told, over all its processes. */
export interface Told {
  /** Trials that there were already, each time one was opened. */
  readonly opened: number[];
  readonly endings: Map<number, Ending>;
  readonly reports: { trial: number; step: number; value: number }[];
}

interface ListOptions {
  /** Whether a reported value means that the trial should be given up. */
  readonly prunes?: (trial: number, step: number, value: number) => boolean;
  /** Called before each answer; it may throw or wait. */
  readonly before?: (what: 'open' | 'ask' | 'tell' | 'report') => void | Promise<void>;
}

/** Suggests what a list holds, in order; it ends where the list does. */
export function listSuggester(
  list: readonly Assignment[],
  { prunes = () => false, before = () => undefined }: ListOptions = {}
): { open: OpenSuggester; told: Told } {
  const told: Told = { opened: [], endings: new Map(), reports: [] };
  const open = async (state: ExperimentState): Promise<Suggester> => {
    await before('open');
    told.opened.push(state.trials.length);
    let next = state.trials.length;
    return {
      async ask(): Promise<Suggestion | null> {
        await before('ask');
        const parameters = list[next];
        if (parameters === undefined) return null;
        next += 1;
        return { trial: next, parameters, memory: { asked: String(next) } };
      },
      async report(trial, step, value): Promise<boolean> {
        await before('report');
        told.reports.push({ trial, step, value });
        return prunes(trial, step, value);
      },
      async tell(trial, ending): Promise<Memory> {
        await before('tell');
        told.endings.set(trial, ending);
        return { [`told/${trial}`]: ending.state };
      },
      importances: () => Promise.reject(new ChardError('unused', 'Not in this spec.')),
      export: () => Promise.reject(new ChardError('unused', 'Not in this spec.')),
      close: () => undefined
    };
  };
  return { open, told };
}
