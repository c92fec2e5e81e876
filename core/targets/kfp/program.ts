import { utf8ToBytes } from '@noble/hashes/utils';
import { zlibSync } from 'fflate';
import type { Parameter, Pipeline, Step } from '../../pipeline/model';

/** Version of what the runner's KFP entry reads; it refuses another. */
export const PROGRAM_VERSION = 1;

/** A parameter as the runner puts it in the place of its literal: offsets in code points. */
interface ProgramParameter {
  readonly name: string;
  readonly type: Parameter['type'];
  readonly default: Parameter['default'];
  readonly cell: number;
  readonly start: number;
  readonly end: number;
}

/** What all steps of a pipeline share. */
export interface CommonProgram {
  readonly version: typeof PROGRAM_VERSION;
  readonly pipeline: string;
  /** The notebook's file name, for tracebacks. */
  readonly notebook: string;
  /** Where steps start; null: where the container does. */
  readonly directory: string | null;
  readonly prologue: Pipeline['prologue'];
}

/** What one step is to do. */
export interface StepProgram {
  readonly version: typeof PROGRAM_VERSION;
  readonly step: string;
  /** Place in the order of the steps. */
  readonly position: number;
  readonly after: readonly string[];
  readonly cells: Step['code'];
  readonly imports: Step['imports'];
  readonly metrics: Pipeline['metrics'];
  readonly inputs: Step['inputs'];
  readonly outputs: readonly string[];
  readonly leaves: readonly string[];
  /** What each step below takes, each set of names once: what must come along with them is known at the end of a step. */
  readonly below: readonly (readonly string[])[];
  readonly parameters: readonly ProgramParameter[];
  /** Local modules by path. */
  readonly modules: Readonly<Record<string, string>>;
  readonly secretNames: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number | null;
  /** Input artifacts that hold values, and those that hold the states of the steps before. */
  readonly values: readonly string[];
  readonly states: readonly string[];
  /** The output artifact of each name. */
  readonly keys: Readonly<Record<string, string>>;
}

/** Base64 of the zlib-compressed JSON: the same bytes for the same program, on every machine. */
export function pack(program: unknown): string {
  return base64(zlibSync(utf8ToBytes(JSON.stringify(program)), { level: 9 }));
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Two letters for each 12 bits. */
const PAIRS = [...LETTERS].flatMap(first => [...LETTERS].map(second => first + second));

export function base64(bytes: Uint8Array): string {
  let text = '';
  const whole = bytes.length - (bytes.length % 3);
  for (let at = 0; at < whole; at += 3) {
    const triple = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    text += PAIRS[triple >> 12]! + PAIRS[triple & 4095]!;
  }
  const left = bytes.length - whole;
  if (left === 0) return text;
  const last = (bytes[whole]! << 16) | ((bytes[whole + 1] ?? 0) << 8);
  const letters = PAIRS[last >> 12]! + PAIRS[last & 4095]!;
  return text + (left === 1 ? `${letters.slice(0, 2)}==` : `${letters.slice(0, 3)}=`);
}

/** A parameter's literal with its place in code points, as Python counts. */
export function programParameter(pipeline: Pipeline, parameter: Parameter): ProgramParameter {
  const { name, type, default: value, literal } = parameter;
  const source = pipeline.prologue.find(({ cell }) => cell === literal.cell)?.source ?? '';
  const points = (end: number) => [...source.slice(0, end)].length;
  return {
    name,
    type,
    default: value,
    cell: literal.cell,
    start: points(literal.start),
    end: points(literal.end)
  };
}
