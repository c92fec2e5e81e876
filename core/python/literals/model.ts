export type LiteralType = 'int' | 'float' | 'str' | 'bool' | 'none' | 'list' | 'dict';

/**
 * What a list or a dict holds, as JSON. Plain wherever JSON says which Python value is meant; else an object with one
 * of these keys alone: `{"$int": "9007199254740993"}` (beyond 2^53), `{"$float": "1.0"}` (floats that JSON would show as
 * an integer, and `nan`, `inf`, `-inf`), `{"$tuple": [...]}`, `{"$dict": [[key, value], ...]}` (keys whose order
 * JavaScript does not keep, or that look like one of these).
 */
export type LiteralJson =
  null | boolean | number | string | LiteralJson[] | { [key: string]: LiteralJson };

/** A literal with its Python type. Plain JSON. */
export type Literal =
  /** Beyond 2^53 decimal digits in a string. */
  | { type: 'int'; value: number | string }
  | { type: 'float'; value: number | 'nan' | 'inf' | '-inf' }
  | { type: 'str'; value: string }
  | { type: 'bool'; value: boolean }
  | { type: 'none'; value: null }
  /** `tuple` where the source has a tuple. */
  | { type: 'list'; value: LiteralJson[]; tuple?: true }
  /** String keys only. */
  | { type: 'dict'; value: { [key: string]: LiteralJson } };
