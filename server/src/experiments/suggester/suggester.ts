import type { Assignment, ExperimentState } from '@chard/core/experiment';

/** Texts by key; the newest of each is told again where the study goes on in another process. */
export type Memory = Readonly<Record<string, string>>;

export interface Suggestion {
  /** Counts from 1, without gaps. */
  readonly trial: number;
  readonly parameters: Assignment;
  readonly memory: Memory;
}

/** How a trial ended, for the algorithm. */
export type Ending =
  | { readonly state: 'complete'; readonly value: number }
  | { readonly state: 'pruned' | 'failed'; readonly value: null };

export interface Importances {
  readonly trials: number;
  readonly importances: readonly { readonly name: string; readonly value: number }[];
  /** Why there are none; empty where there are. */
  readonly reason: string;
}

export type ImportanceMethod = 'ped-anova' | 'fanova';

/**
 * An algorithm at work on one experiment. It keeps nothing: what it has to be told again comes with its answers. All methods
 * throw ChardError: `suggester-failed` where it broke down, `packages-missing` and the like where it cannot do what is asked.
 */
export interface Suggester {
  /** @returns null where every point of the space has been suggested. */
  ask(): Promise<Suggestion | null>;
  /** Takes an intermediate value. @returns whether the trial should be given up. */
  report(trial: number, step: number, value: number): Promise<boolean>;
  tell(trial: number, ending: Ending): Promise<Memory>;
  importances(method: ImportanceMethod): Promise<Importances>;
  /** Writes the trials as an Optuna study into a new SQLite file. */
  export(state: ExperimentState, name: string, path: string): Promise<void>;
  close(): void;
}

/**
 * Starts an algorithm on an experiment that may have trials already. @throws ChardError `suggester-missing`,
 * `packages-missing`, `setting-unknown`, `setting-invalid`, `suggester-failed`.
 */
export type OpenSuggester = (state: ExperimentState, memory: Memory) => Promise<Suggester>;
