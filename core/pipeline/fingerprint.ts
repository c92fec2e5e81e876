import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import type { Node } from '../python';
import type { CodeUnit } from '../python/dataflow';
import { tokenize } from '../python/lexer';
import type { LocalModule, StepSettings } from './model';

/** What a step's code means, as far as its fingerprint goes. */
export interface StepMeaning {
  /** The prologue's statements that matter to the step, each as `statementMeaning` or `parameterMeaning` gives it. */
  readonly prologue: readonly string[];
  readonly imports: readonly { readonly name: string; readonly statement: string }[];
  readonly cells: readonly CodeUnit[];
  readonly metrics: readonly { readonly name: string; readonly expression: string }[];
  readonly modules: readonly LocalModule[];
  readonly settings: StepSettings;
}

/** Changes with what a fingerprint is made of, so that results of an older version are not taken for the same. */
const FORM = 'chard-step-5';

/** SHA-256, hex: the same for the same meaning, whatever the formatting, comments, cell numbers or values that come in. */
export function fingerprint(meaning: StepMeaning): string {
  const { image, environment, secrets } = meaning.settings;
  const form = [
    FORM,
    meaning.prologue,
    meaning.imports.map(({ name, statement }) => [name, statement]),
    meaning.cells.map(unitDigest),
    meaning.metrics.map(({ name, expression }) => [name, expression]),
    meaning.modules.map(({ name, digest }) => [name, digest]),
    image,
    sortedEntries(environment),
    secrets.map(({ secret, key, env }) => [secret, key, env]).sort()
  ];
  return sha256Hex(JSON.stringify(form));
}

function sortedEntries(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));
}

function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** A parameter's line stands for its name alone: its value is an input, not code. */
export function parameterMeaning(name: string): string {
  return JSON.stringify(['parameter', name]);
}

/** What says where a node stands, and what its place in the tree says already. */
const LEFT_OUT = new Set(['range', 'nameRange', 'ctx']);

/** The fields of each kind of node that say what it means, in the order that its first one has them. */
const fieldsOfKinds = new Map<unknown, readonly string[]>();

function fieldsOf(node: object): readonly string[] {
  const kind = (node as { kind?: unknown }).kind;
  let fields = fieldsOfKinds.get(kind);
  if (fields === undefined) {
    fields = Object.keys(node).filter(key => !LEFT_OUT.has(key));
    // Without a kind it is no node: such objects differ in their fields.
    if (kind !== undefined) fieldsOfKinds.set(kind, fields);
  }
  return fields;
}

/** A node's tree as text that no other tree has: the values of its fields, in the order that its kind gives them. */
function treeText(value: unknown): string {
  if (value === null) return '_';
  if (typeof value === 'string') return `${value.length}:${value}`;
  if (typeof value === 'boolean') return value ? 'T' : 'F';
  if (typeof value !== 'object') return `${String(value)} `;
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += treeText(item);
    return `[${text}]`;
  }
  for (const key of fieldsOf(value)) text += treeText(value[key as keyof typeof value]);
  return `(${text})`;
}

const statementDigests = new WeakMap<Node, string>();

/** A digest that differs exactly when a statement's tree does, its places left out. */
export function statementMeaning(node: Node): string {
  let digest = statementDigests.get(node);
  if (digest === undefined) {
    digest = sha256Hex(treeText(node));
    statementDigests.set(node, digest);
  }
  return digest;
}

const unitDigests = new WeakMap<CodeUnit, string>();

function unitDigest(unit: CodeUnit): string {
  let digest = unitDigests.get(unit);
  if (digest === undefined) {
    digest = sha256Hex(unitMeaning(unit));
    unitDigests.set(unit, digest);
  }
  return digest;
}

/**
 * A cell's meaning: its tree without places, and IPython's own lines as they are written. What Python would refuse
 * means its text.
 */
function unitMeaning(unit: CodeUnit): string {
  if (unit.problems.length > 0) return JSON.stringify(['text', unit.source]);
  const constructs = unit.constructs.map(({ kind, name, argument, body, range }) => [
    kind,
    name,
    argument,
    body === 'text' ? textOfLines(unit.source, range.start.line, range.end.line) : null,
    unit.body.filter(node => unit.locate(node.range).start.line < range.start.line).length
  ]);
  const quiet = constructs.length === 0 && endsWithSemicolon(unit.source);
  return treeText(unit.body) + JSON.stringify([constructs, quiet]);
}

function textOfLines(source: string, first: number, last: number): string {
  return source
    .split('\n')
    .slice(first - 1, last)
    .join('\n');
}

/** A semicolon at a cell's end keeps its last value from being shown. */
function endsWithSemicolon(source: string): boolean {
  if (!source.includes(';')) return false;
  const tokens = tokenize(source).filter(
    ({ kind }) => kind !== 'comment' && kind !== 'nl' && kind !== 'newline'
  );
  return tokens.at(-1)?.text === ';';
}
