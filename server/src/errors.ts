/**
 * A failure that a person can act on: `code` is stable (kebab-case) and stands in the JSON of a failed command,
 * `message` says what is wrong, where and what to do, `exitCode` is the command line's.
 */
export class ChardError extends Error {
  override readonly name = 'ChardError';

  constructor(
    readonly code: string,
    message: string,
    readonly details: {
      readonly exitCode?: 1 | 2;
      readonly path?: string;
      readonly cause?: unknown;
    } = {}
  ) {
    super(message, { cause: details.cause });
  }

  /** 1: the notebook or the run has errors; 2: wrong usage. */
  get exitCode(): 1 | 2 {
    return this.details.exitCode ?? 1;
  }
}
