import type { RunState, StoredValue } from '@chard/core/run';
import { requireStep } from './find';

export interface StepValue extends StoredValue {
  /** The step that left it. */
  readonly step: string;
}

export interface ValueSelection {
  readonly step?: string | undefined;
  readonly name?: string | undefined;
  /** Also what a step passed on as it got it, and the names that IPython keeps. */
  readonly all: boolean;
}

/** Names that IPython itself binds: `In`, `Out`, `_`, `__`, `_1`, `_i1`, `_ih`, ... */
const IPYTHON_NAME = /^(In|Out|_{1,3}|_\d+|_i{1,3}|_i\d+|_[ido]h)$/;

/** Whether a name is the person's: hidden state (`@random`, ...) is carried like a value but is none of theirs. */
export function isShownName(name: string): boolean {
  return !name.startsWith('@');
}

/**
 * What a person means by the values of a step: what it made or changed. A name asked for by name, with its step, is
 * shown wherever it came from.
 */
export function selectValues(state: RunState, { step, name, all }: ValueSelection): StepValue[] {
  if (step !== undefined) {
    requireStep(state, step);
  }
  return state.steps
    .filter(item => step === undefined || item.name === step)
    .flatMap(item => item.values.map(value => ({ ...value, step: item.name })))
    .filter(value => isShownName(value.name) && (name === undefined || value.name === name))
    .filter(
      value =>
        all ||
        (step !== undefined && name !== undefined) ||
        (value.origin === value.step && !IPYTHON_NAME.test(value.name))
    );
}
