import type { RunnerMessage, RunnerValue, StepSpec, TouchedFiles } from '@chard/core/protocol';
import type { Resources, StepError } from '@chard/core/run';
import type { Clock } from './clock';
import { killTree } from './processes/sweep';
import type { Launched } from './processes/launcher';
import { parseRunnerMessage, ProtocolError } from './processes/messages';

/** A step is interrupted, and killed if it goes on for so long. */
const GRACE_SECONDS = 3;
/** How much longer its supervisor may take than it should; then it is killed too. */
const SUPERVISOR_PATIENCE_SECONDS = 15;

export interface StepOutcome {
  readonly state: 'succeeded' | 'failed' | 'cancelled';
  readonly error: StepError | null;
  readonly values: readonly RunnerValue[];
  /** Null where the runner did not get to tell. */
  readonly files: TouchedFiles | null;
  readonly resources: Resources | null;
}

export type ProgressMessage = Exclude<RunnerMessage, { type: 'finished' }>;

export interface StepExecution {
  readonly launched: Launched;
  readonly spec: StepSpec;
  readonly timeoutSeconds: number | null;
  readonly clock: Clock;
  /** The engine's. */
  readonly instance: string;
  /** Aborted: the step is cancelled. */
  readonly signal: AbortSignal;
  onMessage(message: ProgressMessage): void;
}

/** Executes one attempt of a step and returns how it ended; whatever the runner does, it returns. */
export function executeStep(execution: StepExecution): Promise<StepOutcome> {
  return new Promise(resolve => new StepConversation(execution, resolve).begin());
}

class StepConversation {
  private finished: StepOutcome | null = null;
  private stepPid: number | null = null;
  private overdue: string | null = null;
  private readonly timers: (() => void)[] = [];
  private readonly onAbort = (): void => this.cancel();

  constructor(
    private readonly execution: StepExecution,
    private readonly resolve: (outcome: StepOutcome) => void
  ) {}

  begin(): void {
    const { launched, spec, timeoutSeconds, signal } = this.execution;
    launched.connection.send({ type: 'run', spec, timeoutSeconds, stay: launched.isWantedAgain });
    if (timeoutSeconds !== null) {
      this.giveUpAfter(timeoutSeconds + GRACE_SECONDS, 'did not end at its time limit');
    }
    signal.addEventListener('abort', this.onAbort, { once: true });
    if (signal.aborted) this.cancel();
    launched.connection.listen({
      line: line => this.receive(line),
      closed: error => this.close(error)
    });
  }

  private receive(line: string): void {
    const message = parseRunnerMessage(line);
    if (message.type === 'finished') {
      const { state, error, values, files, resources } = message;
      this.finished = { state, error, values, files, resources };
      const { connection } = this.execution.launched;
      if (!message.stays) return connection.destroy();
      connection.ignore();
      return this.close(null);
    }
    if (message.type === 'started') this.stepPid = message.pid;
    this.execution.onMessage(message);
  }

  private cancel(): void {
    this.execution.launched.connection.send({ type: 'cancel', graceSeconds: GRACE_SECONDS });
    this.giveUpAfter(GRACE_SECONDS, 'did not end when it was cancelled');
  }

  private giveUpAfter(seconds: number, complaint: string): void {
    const milliseconds = (seconds + SUPERVISOR_PATIENCE_SECONDS) * 1000;
    const cancelTimer = this.execution.clock.after(milliseconds, () => {
      this.overdue = complaint;
      this.execution.launched.connection.destroy();
    });
    this.timers.push(cancelTimer);
  }

  private close(error: Error | null): void {
    this.execution.signal.removeEventListener('abort', this.onAbort);
    this.execution.launched.release();
    for (const cancelTimer of this.timers) cancelTimer();
    if (this.finished === null) this.endProcesses();
    this.resolve(this.finished ?? this.lost(error));
  }

  /** Only where the supervisor has not said that it did. */
  private endProcesses(): void {
    const { launched, instance } = this.execution;
    if (this.stepPid !== null) killTree(this.stepPid, instance);
    killTree(launched.pid, instance);
  }

  private lost(error: Error | null): StepOutcome {
    const nothing = { values: [], files: null, resources: null };
    if (this.execution.signal.aborted) return { state: 'cancelled', error: null, ...nothing };
    return { state: 'failed', error: this.describe(error), ...nothing };
  }

  private describe(error: Error | null): StepError {
    const { step } = this.execution.spec;
    const rest = { cell: null, line: null, traceback: [] };
    if (this.overdue !== null) {
      return {
        code: 'timeout',
        type: 'Timeout',
        message: `The process of the step "${step}" ${this.overdue} and was killed.`,
        ...rest
      };
    }
    if (error instanceof ProtocolError || error instanceof RangeError) {
      return {
        code: 'protocol',
        type: 'ProtocolError',
        message:
          `The process of the step "${step}" said something that Chard does not understand (${error.message}). ` +
          'The runner may be of another version than the server: install jupyterlab-chard again.',
        ...rest
      };
    }
    return {
      code: 'killed',
      type: 'Killed',
      message:
        `The process of the step "${step}" ended without a word${error === null ? '' : ` (${error.message})`}; ` +
        'somebody killed it, or the machine ran out of memory. Try again, with less data if memory is short.',
      ...rest
    };
  }
}
