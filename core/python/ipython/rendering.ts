import { printString } from '../literals/printString';
import type { Meaning } from './magics/meaning';
import { MappedText } from './mappedText';

/** Python that stands for a command, in the pieces of which lines are made. */
export interface Rendering {
  /** Lines of their own. */
  before: MappedText[];
  /** A simple statement. */
  prefix: MappedText | null;
  /** An expression: the command's value. */
  value: MappedText | null;
  /** A simple statement. */
  suffix: MappedText | null;
}

/** The function that stands for what `%timeit` runs. */
export const TIMED_FUNCTION = '__timeit__';

export function rendering(parts: Partial<Rendering>): Rendering {
  return { before: [], prefix: null, value: null, suffix: null, ...parts };
}

/** `get_ipython().method('argument', ...)`, the names of the last argument read beside it. */
export function shellCall(
  method: string,
  values: readonly string[],
  names: readonly string[]
): string {
  const literals = values.map(printString);
  if (names.length > 0)
    literals.push(`${literals.pop()} % (${names.map(name => `${name},`).join(' ')})`);
  return `get_ipython().${method}(${literals.join(', ')})`;
}

/** Adds to an expression what a magic may bind: nobody knows whether it does. */
export function withPossibleNames(call: string, names: readonly string[]): string {
  if (names.length === 0) return call;
  const bindings = names.reduceRight((value, name) => `(${name} := ${value})`, 'None');
  return `(${call} and ${bindings})`;
}

/** Names that a magic reads, those that it needs first. */
export function namesRead({ reads, mayRead }: Meaning): string[] {
  return [...new Set([...reads, ...mayRead])];
}

function generated(text: string, beside: MappedText): MappedText {
  return MappedText.generated(text, beside.origin(0));
}

function joinWith(separator: string, parts: readonly MappedText[]): MappedText {
  return MappedText.join(
    parts.flatMap((part, index) => (index === 0 ? [part] : [generated(separator, part), part]))
  );
}

function present(parts: readonly (MappedText | null)[]): MappedText[] {
  return parts.filter(part => part !== null && part.text !== '') as MappedText[];
}

/** A command that is a statement. Every line gets the indentation. */
export function statementLines(
  { before, prefix, value, suffix }: Rendering,
  binds: readonly string[],
  indent: MappedText
): MappedText {
  const targets = binds.map(name => `${name} = `).join('');
  const bound =
    value !== null && targets !== '' ? MappedText.join([generated(targets, value), value]) : value;
  const simple = present([prefix, bound, suffix]);
  const lines = [...before, ...(simple.length > 0 ? [joinWith('; ', simple)] : [])];
  return joinWith(
    '\n',
    lines.map(line => MappedText.join([indent, line]))
  );
}

/** A command whose value is assigned. `target` is all that stands before it. */
export function assignmentLines(
  { before, prefix, value, suffix }: Rendering,
  binds: readonly string[],
  target: MappedText,
  indent: MappedText,
  origin: number
): MappedText {
  const result = value ?? MappedText.generated('None', origin);
  const opening = binds.map(name => `(${name} := `).join('');
  const assigned = MappedText.join([
    target,
    generated(opening, result),
    result,
    MappedText.generated(')'.repeat(binds.length), origin)
  ]);
  const own = (lines: (MappedText | null)[]): MappedText[] =>
    present(lines).map(line => MappedText.join([indent, line]));
  return joinWith('\n', [...own([...before, prefix]), assigned, ...own([suffix])]);
}
