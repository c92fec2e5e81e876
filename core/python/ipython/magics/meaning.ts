import type { Concern, ConcernCode } from '../model';

/** Python inside a magic's argument. */
export interface EmbeddedCode {
  /** UTF-16 offsets into the argument. */
  start: number;
  end: number;
  /** Run in the notebook's namespace (`%time`), or in a function of its own, whose names are lost (`%timeit`). */
  scope: 'namespace' | 'function';
}

/** What a magic does to the names of a notebook. */
export interface Meaning {
  body: 'python' | 'text' | 'none';
  binds: string[];
  mayBind: string[];
  deletes: string[];
  reads: string[];
  mayRead: string[];
  runsUnknownCode: boolean;
  setsKernelState: boolean;
  concern: Concern | null;
  /** Python in the argument; the setup of `%%timeit`. */
  code: EmbeddedCode | null;
  /** Of a cell magic's Python body. */
  bodyScope: 'namespace' | 'function';
  /** Python statements that do the same to the names. */
  equivalent: string | null;
}

const NOTHING: Meaning = {
  body: 'none',
  binds: [],
  mayBind: [],
  deletes: [],
  reads: [],
  mayRead: [],
  runsUnknownCode: false,
  setsKernelState: false,
  concern: null,
  code: null,
  bodyScope: 'namespace',
  equivalent: null
};

export function meaning(facts: Partial<Meaning> = {}): Meaning {
  return { ...NOTHING, ...facts };
}

export function concern(code: ConcernCode, message: string): Concern {
  return { code, message };
}

export function fails(message: string): Meaning {
  return meaning({ concern: concern('magic-fails', message) });
}
