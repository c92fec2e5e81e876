import type { TouchedFiles } from '@chard/core/protocol';

/** What became of a step's files: kept for reuse, or why the step cannot be reused. */
export type KeptFiles =
  | { readonly reusable: true; readonly record: unknown }
  | { readonly reusable: false; readonly reason: string };

/** The files of one run, as far as reuse must know them. */
export interface StepFiles {
  /** Changes when something that a step with these steps above it may read has changed. */
  fingerprint(ancestors: readonly string[]): string;
  /** A step's process starts: from now on files may change because of it. */
  started(step: string): void;
  /** A step's process is gone, however it ended. `touched` is null where nobody knows. */
  ended(step: string, touched: TouchedFiles | null): Promise<KeptFiles>;
  /** Whether what an earlier result recorded still holds. @returns why not, in words, else null. */
  check(record: unknown): Promise<string | null>;
  /** Puts the files that a reused step wrote where it wrote them. */
  replay(step: string, record: unknown): Promise<void>;
}

/** Looks at the notebook's folder as it is now, at a run's start. */
export type OpenStepFiles = (notebook: string, home: string) => Promise<StepFiles>;

/** For engines that reuse results without looking at files. */
export const ignoreFiles: OpenStepFiles = async () => ({
  fingerprint: () => '',
  started: () => undefined,
  ended: async () => ({ reusable: true, record: null }),
  check: async () => null,
  replay: async () => undefined
});
