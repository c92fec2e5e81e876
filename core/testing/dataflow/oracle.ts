import { join } from 'node:path';
import type { Pipeline } from '../../pipeline/model';
import { askPython } from '../ipython/oracle';

/** A pipeline to be run both as a notebook and as steps apart. */
export interface Question {
  readonly name: string;
  readonly ipython: boolean;
  readonly pipeline: Pipeline;
  /** Step to names of inputs that this run could do without. */
  readonly spare: Readonly<Record<string, readonly string[]>>;
  /** Below a join compare what comes in alone: objects do not stay one object across branches. */
  readonly onlyInputs?: boolean;
}

/** What came of it, step by step. */
export interface Verdict {
  readonly printed: Readonly<Record<string, string>>;
  /** The exception's class; null where there was none. */
  readonly error: Readonly<Record<string, string | null>>;
  /** Where the two differ, in words. */
  readonly problems: readonly string[];
  /** Inputs without which everything goes the same. */
  readonly superfluous: readonly string[];
}

/** Runs pipelines with `oracle.py`, all in one process. */
export function askOracle(questions: readonly Question[]): Verdict[] {
  return askPython(join(__dirname, 'oracle.py'), questions) as Verdict[];
}
