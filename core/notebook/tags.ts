import { isQuantity } from '../quantity';
import type { SecretReference } from './model';
import { editDistance, isStepName, nearestStepName } from './names';

/** What one tag of the grammar says. A cell's annotation is made of them. */
export type TagItem =
  | { readonly kind: 'imports' | 'functions' | 'parameters' | 'metrics' | 'skip' }
  | { readonly kind: 'step'; readonly name: string }
  | { readonly kind: 'notebook'; readonly name: string }
  | { readonly kind: 'prev'; readonly name: string }
  | { readonly kind: 'image'; readonly image: string }
  | { readonly kind: 'limit'; readonly resource: string; readonly quantity: string }
  | { readonly kind: 'annotation' | 'label'; readonly key: string; readonly value: string }
  | ({ readonly kind: 'secret' } & SecretReference)
  | { readonly kind: 'cache'; readonly enabled: boolean };

/** How a tag that is not simply right reads. */
export interface TagProblem {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** The tag that was meant, an empty string where the tag had better go, null where nobody can know. */
  readonly replacement: string | null;
}

export interface ParsedTag {
  /** Empty for a tag that is somebody else's, or that cannot be read; of a near miss what was meant. */
  readonly items: readonly TagItem[];
  readonly problem: TagProblem | null;
}

/** Whether the tag is none of the grammar's but so near to one that it is read as that. */
export function isNearMiss({ problem }: ParsedTag): boolean {
  return problem?.code === 'misspelt-tag';
}

const FOREIGN: ParsedTag = { items: [], problem: null };

const WORDS: Readonly<Record<string, TagItem>> = {
  imports: { kind: 'imports' },
  functions: { kind: 'functions' },
  'pipeline-parameters': { kind: 'parameters' },
  parameters: { kind: 'parameters' },
  'injected-parameters': { kind: 'parameters' },
  'pipeline-metrics': { kind: 'metrics' },
  skip: { kind: 'skip' }
};

/** Key: the word in lower case without spaces, `-` and `_`. */
const NEAR_WORDS: Readonly<Record<string, string>> = {
  import: 'imports',
  imports: 'imports',
  function: 'functions',
  functions: 'functions',
  pipelineparameter: 'pipeline-parameters',
  pipelineparameters: 'pipeline-parameters',
  pipelineparams: 'pipeline-parameters',
  parameter: 'parameters',
  parameters: 'parameters',
  pipelinemetric: 'pipeline-metrics',
  pipelinemetrics: 'pipeline-metrics',
  skip: 'skip',
  skipped: 'skip'
};

const NEAR_PREFIXES: Readonly<Record<string, string>> = {
  steps: 'step',
  blocks: 'block',
  prevs: 'prev',
  previous: 'prev',
  images: 'image',
  limits: 'limit',
  labels: 'label',
  annotations: 'annotation',
  secrets: 'secret',
  caching: 'cache',
  notebooks: 'notebook'
};

/** One letter away from a prefix of ours, and words of their own. */
const OTHER_WORDS: ReadonlySet<string> = new Set(['stop', 'prep', 'pre']);

const LABEL_KEY =
  /^(?:[A-Za-z0-9](?:[-A-Za-z0-9.]*[A-Za-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const RESOURCE = LABEL_KEY;
const SECRET_NAME = /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/;
const SECRET_KEY = /^[-._A-Za-z0-9]+$/;
const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether it can name a resource of a step: `cpu`, `memory`, `nvidia.com/gpu`. */
export function isResourceName(text: string): boolean {
  return RESOURCE.test(text);
}

/** Whether it can name a label or an annotation: `team`, `example.com/team`. */
export function isLabelKey(text: string): boolean {
  const name = text.slice(text.indexOf('/') + 1);
  return name.length <= 63 && text.length - name.length <= 254 && LABEL_KEY.test(text);
}

/** Whether Kubernetes takes it as a label's value: at most 63 letters, digits, `-`, `_`, `.`. */
export function isLabelValue(text: string): boolean {
  return text.length <= 63 && LABEL_VALUE.test(text);
}

/** Whether a shell and Python both can read a variable of this name. */
export function isEnvironmentName(text: string): boolean {
  return ENVIRONMENT_NAME.test(text);
}

/**
 * Reads one cell tag: Kale's grammar of all its years (2019's `block:`, lists with `;` in `prev:`) and Chard's
 * additions. Any other tag gives no items and no problem; a near miss gives what was meant, and a problem.
 */
export function parseTag(tag: string): ParsedTag {
  if (Object.hasOwn(WORDS, tag)) return { items: [WORDS[tag]!], problem: null };
  const colon = tag.indexOf(':');
  if (colon > 0) {
    const read = READERS.get(tag.slice(0, colon));
    if (read) return read(tag.slice(colon + 1), tag.slice(0, colon));
  }
  return nearMiss(tag);
}

/** Writes what `parseTag` reads. `pattern`, a tag of the same kind, gives the spelling where there are several. */
export function printTag(item: TagItem, pattern: string | null = null): string {
  switch (item.kind) {
    case 'imports':
    case 'functions':
    case 'skip':
      return item.kind;
    case 'parameters':
      return 'pipeline-parameters';
    case 'metrics':
      return 'pipeline-metrics';
    case 'step':
      return `${pattern?.startsWith('block:') ? 'block' : 'step'}:${item.name}`;
    case 'notebook':
    case 'prev':
      return `${item.kind}:${item.name}`;
    case 'image':
      return `image:${item.image}`;
    case 'limit':
      return `limit:${item.resource}:${item.quantity}`;
    case 'annotation':
    case 'label':
      return `${item.kind}:${item.key}:${item.value}`;
    case 'secret':
      return `secret:${item.secret}:${item.key}:${item.env}`;
    case 'cache':
      return `cache:${item.enabled ? 'enabled' : 'disabled'}`;
  }
}

type TagReader = (value: string, prefix: string) => ParsedTag;

const READERS: ReadonlyMap<string, TagReader> = new Map<string, TagReader>([
  ['step', readStep],
  ['block', readStep],
  ['prev', readPrev],
  ['notebook', readNotebook],
  ['image', readImage],
  ['limit', readLimit],
  ['annotation', readKeyValue],
  ['label', readKeyValue],
  ['secret', readSecret],
  ['cache', readCache]
]);

function right(...items: TagItem[]): ParsedTag {
  return { items, problem: null };
}

function wrong(
  code: string,
  severity: TagProblem['severity'],
  message: string,
  replacement: string | null,
  items: readonly TagItem[] = []
): ParsedTag {
  return { items, problem: { code, severity, message, replacement } };
}

function readStep(name: string, prefix: string): ParsedTag {
  const tag = `${prefix}:${name}`;
  if (name.trim() === '') return emptyName(tag);
  if (isStepName(name)) return right({ kind: 'step', name });
  if (isStepName(name.trim())) return misspelt(tag, `${prefix}:${name.trim()}`);
  const names = name.split(';');
  if (names.length > 1 && names.every(isStepName)) {
    return wrong(
      'several-steps',
      'error',
      `The tag "${tag}" puts the cell into several steps. A cell belongs to one step: keep one name, and ` +
        `let the other steps depend on it.`,
      `${prefix}:${names[0]}`,
      names.map(each => ({ kind: 'step', name: each }))
    );
  }
  return badName(tag, prefix, name, { kind: 'step', name });
}

function readPrev(value: string): ParsedTag {
  const tag = `prev:${value}`;
  if (value.trim() === '') return emptyName(tag);
  const names = value.split(';');
  if (names.every(isStepName))
    return right(...names.map(name => ({ kind: 'prev', name }) as const));
  if (isStepName(value.trim())) return misspelt(tag, `prev:${value.trim()}`);
  return badName(tag, 'prev', value, { kind: 'prev', name: value });
}

function readNotebook(name: string): ParsedTag {
  const tag = `notebook:${name}`;
  if (name.trim() === '') return emptyName(tag);
  if (isStepName(name)) return right({ kind: 'notebook', name });
  if (isStepName(name.trim())) return misspelt(tag, `notebook:${name.trim()}`);
  return badName(tag, 'notebook', name, { kind: 'notebook', name });
}

function emptyName(tag: string): ParsedTag {
  return wrong(
    'empty-name',
    'warning',
    `The tag "${tag}" has no name after the colon, so it says nothing and the cell is what it would be without it. ` +
      `Write a name, or remove the tag.`,
    ''
  );
}

/** The item is kept: what else refers to the name in the same way is not wrong a second time. */
function badName(tag: string, prefix: string, name: string, item: TagItem): ParsedTag {
  const nearest = nearestStepName(name);
  return wrong(
    'invalid-name',
    'error',
    `The name in the tag "${tag}" cannot be used. A name is made of letters, digits, spaces, "-" and "_".`,
    nearest === '' ? null : `${prefix}:${nearest}`,
    [item]
  );
}

function readImage(image: string): ParsedTag {
  if (image !== '' && !/\s/.test(image)) return right({ kind: 'image', image });
  return badValue(
    `image:${image}`,
    'image:REF, for example "image:python:3.12"',
    image.trim() === ''
  );
}

function readLimit(value: string): ParsedTag {
  const [resource = '', quantity = '', ...more] = value.split(':');
  if (more.length === 0 && isResourceName(resource) && isQuantity(quantity)) {
    return right({ kind: 'limit', resource, quantity });
  }
  return badValue(
    `limit:${value}`,
    'limit:RESOURCE:QUANTITY, for example "limit:memory:4Gi" or "limit:nvidia.com/gpu:1"'
  );
}

function readKeyValue(text: string, prefix: string): ParsedTag {
  const colon = text.indexOf(':');
  const key = text.slice(0, Math.max(colon, 0));
  const value = text.slice(colon + 1);
  const kind = prefix === 'label' ? 'label' : 'annotation';
  const valid = isLabelKey(key) && (kind === 'annotation' || isLabelValue(value));
  if (valid) return right({ kind, key, value });
  return badValue(
    `${prefix}:${text}`,
    `${prefix}:KEY:VALUE, for example "${prefix}:example.com/team:vision"`
  );
}

function readSecret(value: string): ParsedTag {
  const [secret = '', key = '', env = '', ...more] = value.split(':');
  const valid =
    more.length === 0 && SECRET_NAME.test(secret) && SECRET_KEY.test(key) && isEnvironmentName(env);
  if (valid) return right({ kind: 'secret', secret, key, env });
  return badValue(
    `secret:${value}`,
    'secret:NAME:KEY:VARIABLE, for example "secret:database:password:DB_PASSWORD"'
  );
}

function readCache(value: string): ParsedTag {
  if (value === 'enabled' || value === 'disabled') {
    return right({ kind: 'cache', enabled: value === 'enabled' });
  }
  return badValue(`cache:${value}`, '"cache:enabled" or "cache:disabled"');
}

function badValue(tag: string, form: string, empty = false): ParsedTag {
  return wrong(
    'invalid-tag',
    'error',
    `The tag "${tag}" cannot be read. Its form is ${form}.`,
    empty ? '' : null
  );
}

function misspelt(tag: string, meant: string): ParsedTag {
  return wrong(
    'misspelt-tag',
    'warning',
    `The tag "${tag}" is read as "${meant}". Write it so: other tools do not read it.`,
    meant,
    parseTag(meant).items
  );
}

function nearMiss(tag: string): ParsedTag {
  const colon = tag.indexOf(':');
  const meant = colon < 0 ? nearWord(tag) : nearPrefixed(tag.slice(0, colon), tag.slice(colon + 1));
  return meant === null || meant === tag ? FOREIGN : misspelt(tag, meant);
}

function nearWord(tag: string): string | null {
  const key = tag.toLowerCase().replace(/[\s_-]+/g, '');
  return Object.hasOwn(NEAR_WORDS, key) ? NEAR_WORDS[key]! : null;
}

function nearPrefixed(prefix: string, value: string): string | null {
  const meant = nearPrefix(prefix.trim().toLowerCase());
  if (meant === null) return null;
  const tag = `${meant}:${value.trim()}`;
  const parsed = parseTag(tag);
  return parsed.items.length > 0 && parsed.problem === null ? tag : null;
}

function nearPrefix(prefix: string): string | null {
  if (READERS.has(prefix)) return prefix;
  if (Object.hasOwn(NEAR_PREFIXES, prefix)) return NEAR_PREFIXES[prefix]!;
  if (OTHER_WORDS.has(prefix)) return null;
  return ['step', 'prev'].find(known => editDistance(prefix, known) === 1) ?? null;
}
