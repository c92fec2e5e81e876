import type { Host } from '../host';
import type { Terminal } from './terminal';

/** What a command has of the world. */
export interface Context extends Host {
  readonly terminal: Terminal;
  /** All of standard input, for a notebook given as `-`. */
  readStandardInput(): Promise<Uint8Array>;
  /** A process that suggests trials, started already: what `PythonProcess.adopt` takes. */
  readonly startedSuggester?: string | undefined;
  /** Aborts when the person presses Ctrl-C or the process is asked to end. */
  readonly interrupted: AbortSignal;
}

/** A command's result: 0 done, 1 the notebook or the run has errors, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;

/** A command's own result reaches the caller through here: commander's actions return nothing. */
export type Finish = (code: ExitCode) => void;

/** Options that every command has. */
export interface CommonOptions {
  readonly json: boolean;
}

/** Writes one JSON document to standard output. @param inLine in a line, as those of `--follow` are */
export function printJson(terminal: Terminal, value: unknown, inLine = false): void {
  terminal.out(`${inLine ? JSON.stringify(value) : JSON.stringify(value, null, 2)}\n`);
}
