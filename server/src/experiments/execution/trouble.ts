import { initialRunState, type RunState } from '@chard/core/run';
import { ChardError } from '../../errors';

/** What one trial or the algorithm has failed of; null where nothing can be written any more, or Chard itself is at fault. */
export function troubleOf(error: unknown): ChardError | null {
  const isTrouble =
    error instanceof ChardError && error.code !== 'lease-lost' && !error.code.startsWith('store-');
  return isTrouble ? error : null;
}

/** What keeps every trial from running, such as a full disk: no trial is at fault, and all can go on once it is gone. */
export class Obstacle extends Error {
  constructor(override readonly cause: ChardError) {
    super(cause.message);
  }
}

/** Beside a full disk: what runs work in, on, or write their values to cannot be used. */
const OBSTACLES = ['folder-unavailable', 'snapshot-unknown', 'snapshot-damaged', 'write-failed'];

/** Whether a run failed, or could not be made, for a reason that the next one would fail for, too. */
export function isObstacle(code: string): boolean {
  return code.endsWith('-full') || OBSTACLES.includes(code);
}

/** The state of a run that could not be made. */
export function notStarted({ code, message }: ChardError): RunState {
  const rest = { cell: null, line: null, traceback: [], step: null };
  return {
    ...initialRunState,
    phase: 'failed',
    error: { code, type: 'NotStarted', message, ...rest }
  };
}
