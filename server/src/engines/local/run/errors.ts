import type { Step } from '@chard/core/pipeline';
import type { StepError } from '@chard/core/run';
import { ChardError } from '../../../errors';
import type { ValueStore } from '../../../stores';
import type { StepOutcome } from '../stepProcess';
import type { Received } from '../versions';
import type { RunWorkspace } from '../workspace';

const NOWHERE = { cell: null, line: null, traceback: [] };

/** Whether other steps can go on: neither does the store fail, nor is the run another's, nor the engine itself at fault. */
export function concernsOneStep(error: unknown): error is ChardError {
  return (
    error instanceof ChardError && error.code !== 'lease-lost' && !error.code.startsWith('store-')
  );
}

/** The step's process could not be started, or what it needs does not work. */
export function stepError({ code, message }: ChardError, type: 'NotStarted' | 'Broken'): StepError {
  return { code, type, message, ...NOWHERE };
}

/** Why a step failed: where what it worked in is gone that is the reason, whatever it says itself. */
export function failureIn(
  workspace: Pick<RunWorkspace, 'demandThere'>,
  error: StepError | null
): StepError | null {
  try {
    workspace.demandThere();
    return error;
  } catch (gone) {
    if (!concernsOneStep(gone)) throw gone;
    return { ...stepError(gone, 'Broken'), traceback: error?.traceback ?? [] };
  }
}

/** The runner says "cancelled" though nobody here asked: somebody else interrupted the step. */
export function interruptedFromOutside(step: Step, { state }: StepOutcome): StepError | null {
  if (state !== 'cancelled') return null;
  return {
    code: 'killed',
    type: 'Interrupted',
    message: `The step "${step.name}" was interrupted from outside. Run it again.`,
    ...NOWHERE
  };
}

/** Why a step cannot begin with what it gets; null where it can. */
export function inputError(
  step: Step,
  { values, conflict }: Received,
  store: ValueStore
): StepError | null {
  const at = { ...NOWHERE, cell: step.cells[0] ?? null };
  if (conflict !== null) {
    const steps = conflict.origins.map(origin => `"${origin}"`).join(' and ');
    return {
      code: 'conflict',
      type: 'Conflict',
      message:
        `"${conflict.name}" was changed in ${steps}, which do not depend on one another, so "${step.name}" cannot have both. ` +
        `Let one of them depend on the other (tag prev:), or let one work on a copy.`,
      ...at
    };
  }
  for (const { name } of step.inputs) {
    const value = values.get(name);
    if (value === undefined) continue;
    const reason =
      value.group === null
        ? (value.refused ?? 'it was not kept')
        : store.has(value.group)
          ? null
          : 'its file is gone from the store';
    if (reason !== null) {
      return {
        code: 'value-missing',
        type: 'MissingValue',
        message: `The step "${step.name}" takes "${name}" from "${value.origin}", but there is no stored value: ${reason}. Run "${value.origin}" again.`,
        ...at
      };
    }
  }
  return null;
}
