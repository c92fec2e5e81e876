import {
  isRange,
  proposeParameter,
  valuesOf,
  type Choice,
  type DiscreteParameter,
  type ParameterKind,
  type ParameterSpec,
  type RangeParameter
} from '@chard/core/experiment';
import type { Parameter, ParameterType } from '@chard/core/pipeline';
import { choiceText } from '../charts/axis';

/** What a row of the form makes of a parameter. */
export type RowKind = 'fixed' | 'range' | 'list' | 'choices';

export function kindOf(parameter: ParameterSpec | undefined): RowKind {
  if (!parameter) return 'fixed';
  if (isRange(parameter)) return 'range';
  return parameter.type === 'discrete' ? 'list' : 'choices';
}

/** What a parameter of the notebook can be; only `fixed` for what cannot be tuned. */
export function kindsFor(type: ParameterType): readonly RowKind[] {
  switch (type) {
    case 'int':
    case 'float':
      return ['fixed', 'range', 'list', 'choices'];
    case 'str':
    case 'bool':
    case 'none':
      return ['fixed', 'choices'];
    case 'list':
    case 'dict':
      return ['fixed'];
  }
}

/** Values of a range that a list begins with. */
const MOST_LISTED = 10;

/** The parameter as another kind, keeping what can be kept; what nothing is known of is proposed. Null for `fixed`. */
export function asKind(
  known: Parameter,
  now: ParameterSpec | undefined,
  kind: RowKind
): ParameterSpec | null {
  if (kind === 'fixed') return null;
  const from = now ?? proposeParameter(known)?.parameter;
  if (from && kindOf(from) === kind) return from;
  const { name } = known;
  if (kind === 'range') return rangeFrom(known, from);
  const list = listFrom(known, from);
  if (kind === 'choices') return { name, type: 'categorical', list };
  return { name, type: 'discrete', list: list.filter(each => typeof each === 'number') };
}

function rangeFrom(known: Parameter, from: ParameterSpec | undefined): RangeParameter {
  const type: ParameterKind = known.type === 'int' ? 'int' : 'double';
  const list: readonly Choice[] = from && !isRange(from) ? from.list : [];
  const numbers = list.filter(each => typeof each === 'number');
  const value = typeof known.default === 'number' ? known.default : 1;
  const all = numbers.length > 1 ? numbers : [Math.min(0, value), Math.max(1, value * 2)];
  const range = { min: Math.min(...all), max: Math.max(...all) };
  return { name: known.name, type, ...range, step: null, distribution: 'uniform' };
}

function listFrom(known: Parameter, from: ParameterSpec | undefined): Choice[] {
  if (from && !isRange(from)) return [...from.list];
  const values = from ? valuesOf(from) : null;
  if (values && values.length <= MOST_LISTED) return values;
  if (from && isRange(from)) return [...new Set([from.min, known.default as Choice, from.max])];
  return known.type === 'bool' ? [true, false] : [known.default as Choice];
}

/** What was typed as a number; null where it is none. */
export function readNumber(text: string, isWhole: boolean): number | null {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value) || (isWhole && !Number.isInteger(value))) return null;
  return value;
}

/** A list as it is typed: `16, 32, 64`. A text that holds a comma or a quote stands in quotes. */
export function printList(list: readonly Choice[], type: ParameterType): string {
  return list
    .map(each => {
      const text = choiceText(each);
      const isPlain =
        typeof each !== 'string' || (type === 'str' && /^[^,"'\s](?:[^,"']*[^,"'\s])?$/.test(text));
      return isPlain ? text : JSON.stringify(text);
    })
    .join(', ');
}

const ENTRY = /\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^,]*?)\s*(?:,|$)/gy;

/** Reads what `printList` prints; null where an entry is no value of the type. */
export function readList(text: string, type: ParameterType, isNumbers: boolean): Choice[] | null {
  if (text.trim() === '') return [];
  const found: Choice[] = [];
  for (const [whole, entry = ''] of text.trim().matchAll(ENTRY)) {
    if (whole === '') break;
    const value = readChoice(entry, type, isNumbers);
    if (value === undefined) return null;
    found.push(value);
  }
  return found;
}

const WORDS: Readonly<Record<string, Choice>> = {
  True: true,
  true: true,
  False: false,
  false: false,
  None: null
};

function readChoice(entry: string, type: ParameterType, isNumbers: boolean): Choice | undefined {
  const quoted = /^(["'])(.*)\1$/s.exec(entry);
  if (quoted) return isNumbers ? undefined : quoted[2]!.replace(/\\(.)/gs, '$1');
  if (entry === '') return undefined;
  if (isNumbers || type === 'int' || type === 'float') {
    return readNumber(entry, type === 'int') ?? undefined;
  }
  if (type === 'str') return entry;
  if (Object.hasOwn(WORDS, entry)) return WORDS[entry];
  return type === 'none' ? (readNumber(entry, false) ?? entry) : undefined;
}

/** A discrete parameter with its numbers in order: that is what tells it from a choice. */
export function discrete(name: string, list: readonly number[]): DiscreteParameter {
  return { name, type: 'discrete', list: [...list].sort((one, other) => one - other) };
}
