import type { Position, Range } from '../../diagnostics';

/**
 * - `line-magic`, `cell-magic`: `%name argument`, `%%name argument` on a cell's first line.
 * - `shell`: `!command`, `!!command`.
 * - `help`: `name?`, `name??`, `?name`, `??name`.
 * - `assignment`: `target = %name argument`, `target = !command`.
 * - `autocall`: `,f a b`, `;f a b`, `/f a b`.
 * - `automagic`: a cell of one line that starts with a line magic's name, without its `%`.
 */
export type ConstructKind =
  'line-magic' | 'cell-magic' | 'shell' | 'help' | 'assignment' | 'autocall' | 'automagic';

/** Why the meaning of a construct is not wholly kept. The codes are diagnostics' codes, each in docs/diagnostics.md. */
export type ConcernCode =
  /** Nobody knows what it does: it may read and bind any name. */
  | 'unknown-magic'
  /** Runs a script or a notebook, whose names nothing declares. */
  | 'magic-runs-script'
  /** Binds names that the cell does not say. */
  | 'magic-binds-unknown-names'
  /** Deletes names that the cell does not say. */
  | 'magic-deletes-names'
  /** Star imports. */
  | 'magic-star-import'
  /** Sets something of the kernel that does not reach other steps; harmless in a cell that every step runs. */
  | 'magic-sets-kernel'
  /** Changes the environment of packages while it is used. */
  | 'magic-installs-packages'
  /** Depends on what was typed before, in this session or another. */
  | 'magic-uses-history'
  /** Waits for a person. */
  | 'magic-is-interactive'
  /** Shows or writes all names there are: in a step, only that step's. */
  | 'magic-shows-namespace'
  /** Starts a process that lives on. */
  | 'magic-starts-process'
  /** IPython refuses it when it runs. */
  | 'magic-fails'
  /** A bare word that IPython takes for a magic because nothing binds it. */
  | 'automagic';

export interface Concern {
  code: ConcernCode;
  /** What is lost and what to do, in words for the person. */
  message: string;
}

/** One piece of IPython's own syntax. All places are places in the person's source. */
export interface IPythonConstruct {
  kind: ConstructKind;
  /** Of the magic (`time`, `bash`), as written; `!` or `!!` for shell, `?` or `??` for help, the function for autocall. */
  name: string;
  /** What follows the name, joined to one line, as IPython hands it to the magic. */
  argument: string;
  /**
   * What the magic is given to work on (the lines below a cell magic, the statement of `%time`): Python that the
   * transformed source holds, text of another language, or nothing.
   */
  body: 'python' | 'text' | 'none';
  /** All of it, body included. */
  range: Range;
  /** Where its first line ends: what to underline. */
  headRange: Range;
  /** Names of the notebook that it binds for certain, those inside a Python body left out. */
  binds: string[];
  /** Names that it may bind. */
  mayBind: string[];
  /** Names that it deletes for certain (`%xdel x`). */
  deletes: string[];
  /** Names that it needs: without them it fails. */
  reads: string[];
  /** Names that it uses where they exist (`{x}` and `$x`: IPython leaves unknown ones to the shell). Never undefined. */
  mayRead: string[];
  /** It may read, bind, change or delete any name: treat it as `exec` of unknown text. */
  runsUnknownCode: boolean;
  /** Its effect is on the kernel of this step alone (`%matplotlib`, `%load_ext`, `%autoreload`). */
  setsKernelState: boolean;
  concern: Concern | null;
}

/** A stretch of the transformed source within one line, and where it came from. */
export interface MapSegment {
  /** Where it starts in the transformed source. */
  at: Position;
  /** Where that is in the person's source. */
  original: Position;
  /** The text was copied, so columns go on side by side; else all of it stands for `original`. */
  copied: boolean;
}

/** Segments in order of the transformed source. Empty: nothing moved. */
export type SourceMap = MapSegment[];

/** A cell as plain Python. Plain data. */
export interface TransformedCell {
  /**
   * Python for analysis, not for running: what the cell reads and binds is read and bound in it, as far as that is
   * known. Line ends are `\n`. Names from `mayRead` are read too; a place inside such a construct whose name nothing
   * binds is no fault.
   */
  source: string;
  /** In order of the text; a construct inside another's body comes after it. */
  constructs: IPythonConstruct[];
  map: SourceMap;
}

export interface TransformOptions {
  /** Whether the notebook binds a name, so that a lone word is no magic. Without it no name is bound. */
  isBound?: (name: string) => boolean;
  /** Whether IPython would take bare words for magics. Default true, as in IPython. */
  automagic?: boolean;
}
