import { diagnostic, type Diagnostic, type Fix, type NotebookEdit } from '../diagnostics';
import { CELL_FIELDS, CHARD_KEY, readCellFields, type CellField } from './fields';
import type {
  Cell,
  CellAnnotation,
  CellRole,
  DeclaredStepSettings,
  Json,
  JsonObject,
  SecretReference
} from './model';
import { setPath } from './model-edits';
import { isNearMiss, parseTag, printTag, type ParsedTag, type TagItem } from './tags';

export const NO_SETTINGS: DeclaredStepSettings = {
  image: null,
  limits: {},
  requests: {},
  labels: {},
  annotations: {},
  secrets: [],
  environment: {},
  cache: null,
  retries: null,
  timeoutSeconds: null,
  nodeSelector: {},
  tolerations: [],
  description: null
};

export const NO_ANNOTATION: CellAnnotation = {
  role: null,
  skip: false,
  prev: [],
  settings: NO_SETTINGS
};

/** The cell metadata key, Kale's, that says which notebook a `notebook:` tag means. */
const NOTEBOOK_PATH_KEY = 'notebook_path';

/**
 * Reads what one cell says, before inheritance.
 * Gives a whole annotation whatever the tags are: where two contradict each other the first one holds, and
 * a diagnostic names both. `cell` (index over all cells) is where the diagnostics point.
 */
export function parseCellAnnotation(
  tags: readonly string[],
  metadata: JsonObject,
  cell: number | null = null
): { annotation: CellAnnotation; diagnostics: Diagnostic[] } {
  const parsed = readTags(tags);
  // What is written right comes first: where a near miss contradicts it, the right one holds.
  const items = [...parsed.filter(each => !isNearMiss(each)), ...parsed.filter(isNearMiss)].flatMap(
    each => each.items
  );
  const { fields, diagnostics: fieldProblems } = readCellFields(metadata, cell);
  const role = readRole(items, metadata);
  const annotation: CellAnnotation = {
    role,
    skip: items.some(item => item.kind === 'skip'),
    prev: [...new Set(items.flatMap(item => (item.kind === 'prev' ? [item.name] : [])))],
    settings: { ...readTagSettings(items), ...fields }
  };
  return {
    annotation,
    diagnostics: [
      ...tagProblems(tags, parsed, cell),
      ...roleProblems(tags, parsed, cell),
      ...settingProblems(tags, parsed, cell),
      ...fieldProblems
    ]
  };
}

/**
 * Writes an annotation: gives the cell's tags and metadata. `old` is what the cell had; what is not Chard's
 * keeps its place, order and bytes, and so does a tag that already says what it should.
 * `parseCellAnnotation` of the result gives `annotation` again (the order of `prev` and `secrets` means
 * nothing and may differ).
 */
export function printCellAnnotation(
  annotation: CellAnnotation,
  old: { readonly tags: readonly string[]; readonly metadata: JsonObject } = {
    tags: [],
    metadata: {}
  }
): { tags: string[]; metadata: JsonObject } {
  const tags = printTags(annotation, old.tags);
  const metadata = metadataChanges(annotation, old.metadata).reduce(
    (result, { path, value }) => setPath(result, path, value),
    old.metadata
  );
  return { tags, metadata };
}

/** The edits that make `cell` say `annotation`: empty where it says so already. */
export function editsToAnnotate(cell: Cell, annotation: CellAnnotation): NotebookEdit[] {
  return [
    ...tagEdits(annotation, cell.tags).map(edit => ({ ...edit, cell: cell.index })),
    ...metadataChanges(annotation, cell.metadata).map(({ path, value }): NotebookEdit => ({
      kind: 'set-metadata',
      cell: cell.index,
      path: [...path],
      value
    }))
  ];
}

const ROLE_KINDS: ReadonlySet<TagItem['kind']> = new Set([
  'imports',
  'functions',
  'parameters',
  'metrics',
  'step',
  'notebook'
] as const);

function saysRole({ items }: ParsedTag): boolean {
  return items.some(item => ROLE_KINDS.has(item.kind));
}

/**
 * Reads the tags of one cell. A near miss of a role beside a right one (`import` on a cell of a step) is not read:
 * it may be somebody else's, and reading it would make an error of it.
 */
function readTags(tags: readonly string[]): ParsedTag[] {
  const parsed = tags.map(parseTag);
  const right = parsed.findIndex(each => saysRole(each) && !isNearMiss(each));
  if (right < 0) return parsed;
  return parsed.map((each, index) =>
    isNearMiss(each) && saysRole(each)
      ? {
          items: [],
          problem: {
            code: 'misspelt-tag',
            severity: 'warning',
            message:
              `The tag "${tags[index]!}" looks like "${each.problem!.replacement!}", but the cell has the tag ` +
              `"${tags[right]!}", so it is not read. Remove one of the two.`,
            replacement: ''
          }
        }
      : each
  );
}

function readRole(items: readonly TagItem[], metadata: JsonObject): CellRole | null {
  for (const item of items) {
    switch (item.kind) {
      case 'imports':
      case 'functions':
      case 'parameters':
      case 'metrics':
        return { kind: item.kind };
      case 'step':
        return { kind: 'step', name: item.name };
      case 'notebook':
        return { kind: 'notebook', name: item.name, path: readNotebookPath(metadata) };
    }
  }
  return null;
}

function readNotebookPath(metadata: JsonObject): string | null {
  const path = metadata[NOTEBOOK_PATH_KEY];
  return typeof path === 'string' ? path : null;
}

/** What the tags' settings say; where two contradict each other the first one holds. */
export function readTagSettings(
  items: readonly TagItem[]
): Pick<DeclaredStepSettings, 'image' | 'limits' | 'labels' | 'annotations' | 'secrets' | 'cache'> {
  let image: string | null = null;
  let cache: boolean | null = null;
  const limits = new Map<string, string>();
  const labels = new Map<string, string>();
  const annotations = new Map<string, string>();
  const secrets = new Map<string, SecretReference>();
  for (const item of items) {
    switch (item.kind) {
      case 'image':
        image ??= item.image;
        break;
      case 'cache':
        cache ??= item.enabled;
        break;
      case 'limit':
        setFirst(limits, item.resource, item.quantity);
        break;
      case 'label':
        setFirst(labels, item.key, item.value);
        break;
      case 'annotation':
        setFirst(annotations, item.key, item.value);
        break;
      case 'secret':
        setFirst(secrets, item.env, { secret: item.secret, key: item.key, env: item.env });
        break;
    }
  }
  return {
    image,
    limits: Object.fromEntries(limits),
    labels: Object.fromEntries(labels),
    annotations: Object.fromEntries(annotations),
    secrets: [...secrets.values()],
    cache
  };
}

function setFirst<T>(map: Map<string, T>, key: string, value: T): void {
  if (!map.has(key)) map.set(key, value);
}

function tagProblems(
  tags: readonly string[],
  parsed: readonly ParsedTag[],
  cell: number | null
): Diagnostic[] {
  return parsed.flatMap(({ problem }, index) => {
    if (problem === null) return [];
    const fix =
      problem.replacement === null ? null : tagFix(cell, tags[index]!, problem.replacement);
    return [
      diagnostic(problem.severity, problem.code, problem.message, {
        cell,
        fixes: fix ? [fix] : []
      })
    ];
  });
}

function tagFix(cell: number | null, tag: string, replacement: string): Fix | null {
  if (cell === null) return null;
  return replacement === ''
    ? { title: `Remove the tag "${tag}"`, edits: [{ kind: 'remove-tag', cell, tag }] }
    : {
        title: `Replace it by "${replacement}"`,
        edits: [{ kind: 'replace-tag', cell, tag, with: replacement }]
      };
}

function removalFixes(cell: number | null, tags: readonly string[]): Fix[] {
  return tags.flatMap(tag => tagFix(cell, tag, '') ?? []);
}

/** The cell says two things that exclude each other: two roles, or a role and `skip`. */
function roleProblems(
  tags: readonly string[],
  parsed: readonly ParsedTag[],
  cell: number | null
): Diagnostic[] {
  const said = new Map<string, string>();
  parsed.forEach(({ items }, index) => {
    const role = items.find(item => ROLE_KINDS.has(item.kind));
    if (role) said.set(slotAndValue(role), said.get(slotAndValue(role)) ?? tags[index]!);
  });
  const roles = [...said.values()];
  const problems: Diagnostic[] = [];
  if (roles.length > 1) {
    const steps = [...said.keys()].every(key => key.startsWith('step '));
    problems.push(
      diagnostic(
        'error',
        steps ? 'several-steps' : 'several-roles',
        `The cell has the tags ${quoteAll(roles)}, but a cell can be only one of them. Keep one.`,
        { cell, fixes: removalFixes(cell, roles) }
      )
    );
  }
  const skip = parsed.findIndex(({ items }) => items.some(({ kind }) => kind === 'skip'));
  if (roles.length > 0 && skip >= 0) {
    const tag = tags[skip]!;
    problems.push(
      diagnostic(
        'warning',
        'skipped-step',
        `The cell has the tags "${tag}" and ${quoteAll(roles)}. "skip" wins: the cell is not in the pipeline.`,
        { cell, fixes: removalFixes(cell, [tag, ...roles]) }
      )
    );
  }
  return problems;
}

/** One cell says one setting twice, differently. */
function settingProblems(
  tags: readonly string[],
  parsed: readonly ParsedTag[],
  cell: number | null
): Diagnostic[] {
  const first = new Map<string, { tag: string; value: string }>();
  const problems: Diagnostic[] = [];
  parsed.forEach(({ items }, index) => {
    for (const item of items) {
      const slot = settingSlot(item);
      if (slot === null) continue;
      const tag = tags[index]!;
      const earlier = first.get(slot);
      if (earlier === undefined) {
        first.set(slot, { tag, value: slotAndValue(item) });
      } else if (earlier.value !== slotAndValue(item)) {
        problems.push(
          diagnostic(
            'warning',
            'conflicting-settings',
            `The cell has the tags "${earlier.tag}" and "${tag}", which contradict each other. ` +
              `The first one holds: remove one of them.`,
            { cell, fixes: removalFixes(cell, [tag, earlier.tag]) }
          )
        );
      }
    }
  });
  return problems;
}

function quoteAll(tags: readonly string[]): string {
  return tags.map(tag => `"${tag}"`).join(' and ');
}

/** What a setting is about; two tags with one slot and other values contradict each other. */
function settingSlot(item: TagItem): string | null {
  switch (item.kind) {
    case 'image':
    case 'cache':
      return item.kind;
    case 'limit':
      return `limit ${item.resource}`;
    case 'annotation':
    case 'label':
      return `${item.kind} ${item.key}`;
    case 'secret':
      return `secret ${item.env}`;
    default:
      return null;
  }
}

/** Two items with the same text say the same. */
function slotAndValue(item: TagItem): string {
  return item.kind === 'step' ? `step ${item.name}` : `${item.kind} ${printTag(item)}`;
}

type TagEdit =
  | { kind: 'add-tag'; tag: string }
  | { kind: 'remove-tag'; tag: string }
  | { kind: 'replace-tag'; tag: string; with: string };

interface TagPlan {
  /** What becomes of each old tag; null removes it. */
  readonly kept: readonly (string | null)[];
  readonly added: readonly string[];
}

/**
 * Decides what becomes of each old tag. A tag that says something wanted stays, a near miss of one is put right;
 * one that says something else of the same slot (another name of the step, another amount) is replaced where it
 * stands; another tag of the grammar goes; all others are somebody else's and stay.
 */
function planTags(annotation: CellAnnotation, tags: readonly string[]): TagPlan {
  const wanted = new Map(itemsOf(annotation).map(item => [slotAndValue(item), item]));
  const missing = new Map(wanted);
  const free: number[] = [];
  const nearMisses: number[] = [];
  const parsed = tags.map(parseTag);
  parsed.forEach((each, index) => {
    const said = each.items.map(slotAndValue);
    if (said.length === 0) return;
    if (!said.every(item => wanted.has(item))) free.push(index);
    else if (isNearMiss(each)) nearMisses.push(index);
    else for (const item of said) missing.delete(item);
  });
  const kept: (string | null)[] = [...tags];
  for (const index of nearMisses) {
    const { items, problem } = parsed[index]!;
    const isSaid = items.every(item => !missing.has(slotAndValue(item)));
    kept[index] = isSaid ? null : problem!.replacement;
    for (const item of items) missing.delete(slotAndValue(item));
  }
  // Beside a right role, a near miss of another one says nothing (`readTags`), as long as there is a role.
  const hasRole =
    annotation.role !== null && parsed.some(each => saysRole(each) && !isNearMiss(each));
  const isForeign = (index: number) =>
    hasRole && isNearMiss(parsed[index]!) && saysRole(parsed[index]!);
  for (const index of free.filter(each => !isForeign(each))) {
    const slots = parsed[index]!.items.map(replacementSlot);
    const successor = [...missing.values()].find(item => slots.includes(replacementSlot(item)));
    if (successor) missing.delete(slotAndValue(successor));
    kept[index] = successor ? printTag(successor, tags[index]!) : null;
  }
  return { kept, added: [...missing.values()].map(item => printTag(item)) };
}

function replacementSlot(item: TagItem): string {
  return ROLE_KINDS.has(item.kind) ? 'role' : (settingSlot(item) ?? item.kind);
}

function printTags(annotation: CellAnnotation, tags: readonly string[]): string[] {
  const { kept, added } = planTags(annotation, tags);
  return [...kept.filter(tag => tag !== null), ...added];
}

function tagEdits(annotation: CellAnnotation, tags: readonly string[]): TagEdit[] {
  const { kept, added } = planTags(annotation, tags);
  const edits: TagEdit[] = [];
  tags.forEach((tag, index) => {
    const becomes = kept[index];
    if (becomes === null || becomes === undefined) edits.push({ kind: 'remove-tag', tag });
    else if (becomes !== tag) edits.push({ kind: 'replace-tag', tag, with: becomes });
  });
  return [...edits, ...added.map((tag): TagEdit => ({ kind: 'add-tag', tag }))];
}

/** The tags' items that say the annotation, in the grammar's order. */
function itemsOf({ role, skip, prev, settings }: CellAnnotation): TagItem[] {
  const items: TagItem[] = [];
  if (skip) items.push({ kind: 'skip' });
  if (role?.kind === 'step' || role?.kind === 'notebook') {
    items.push({ kind: role.kind, name: role.name });
  } else if (role) {
    items.push({ kind: role.kind });
  }
  for (const name of prev) items.push({ kind: 'prev', name });
  if (settings.image !== null) items.push({ kind: 'image', image: settings.image });
  for (const [resource, quantity] of Object.entries(settings.limits)) {
    items.push({ kind: 'limit', resource, quantity });
  }
  for (const kind of ['annotation', 'label'] as const) {
    for (const [key, value] of Object.entries(settings[`${kind}s`])) {
      items.push({ kind, key, value });
    }
  }
  for (const secret of settings.secrets) items.push({ kind: 'secret', ...secret });
  if (settings.cache !== null) items.push({ kind: 'cache', enabled: settings.cache });
  return items;
}

interface MetadataChange {
  readonly path: readonly string[];
  readonly value: Json;
}

/** Which metadata fields must be written so that the cell says the annotation: only those that differ. */
function metadataChanges(annotation: CellAnnotation, metadata: JsonObject): MetadataChange[] {
  const before = readCellFields(metadata, null).fields;
  const changes: MetadataChange[] = [];
  for (const field of CELL_FIELDS) {
    const value = fieldValue(annotation.settings, field);
    if (!sameJson(value, fieldValue({ ...NO_SETTINGS, ...before }, field))) {
      changes.push({ path: [CHARD_KEY, field], value });
    }
  }
  if (annotation.role?.kind === 'notebook' && annotation.role.path !== readNotebookPath(metadata)) {
    changes.push({ path: [NOTEBOOK_PATH_KEY], value: annotation.role.path });
  }
  return changes;
}

function fieldValue(settings: DeclaredStepSettings, field: CellField): Json {
  const value = settings[field];
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(item => ({ ...item }));
  return Object.keys(value).length === 0 ? null : { ...(value as JsonObject) };
}

/** Equality of JSON values; the order of keys means nothing. */
function sameJson(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || !left || !right) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    return (
      Array.isArray(left) &&
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((value, index) => sameJson(value, right[index]!))
    );
  }
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every(key => Object.hasOwn(right, key) && sameJson(left[key]!, right[key]!))
  );
}
