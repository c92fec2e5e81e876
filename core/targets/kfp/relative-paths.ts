import { diagnostic, type Diagnostic, type Range } from '../../diagnostics';
import type { Pipeline, Step } from '../../pipeline/model';
import { forEachChild, type Expr, type Node } from '../../python';
import type { Analyser, CodeUnit } from '../../python/dataflow';

const OPENERS = new Set(['open', 'ZipFile', 'TarFile']);
/** Functions and methods whose first argument is a file that is read. */
const READERS = new Set([
  ...['read_csv', 'read_table', 'read_parquet', 'read_excel', 'read_json', 'read_feather'],
  ...['read_pickle', 'read_hdf', 'read_orc', 'read_stata', 'read_sas', 'read_spss', 'read_fwf'],
  ...['read_xml', 'load', 'loadtxt', 'genfromtxt', 'fromfile', 'imread', 'memmap']
]);
const PATH_READERS = new Set(['read_text', 'read_bytes']);
/** Methods and functions that make a file under the name in their first or second argument. */
const WRITER =
  /^(?:to_[a-z]+|save\w*|dump|write_text|write_bytes|imsave|mkdir|makedirs|urlretrieve)$/;

interface FileUse {
  readonly path: string;
  readonly node: Expr;
  readonly isWritten: boolean;
}

/**
 * Files that steps read under a path relative to the notebook's folder: on a cluster that folder is not there unless a
 * volume brings it. A file that the step itself writes is left out.
 */
export function checkRelativePaths(
  pipeline: Pipeline,
  steps: readonly Step[],
  analyser: Analyser,
  isBesideNotebook: (path: string) => boolean
): Diagnostic[] {
  const texts = textParameters(pipeline);
  const prologue = pipeline.prologue.map(({ cell, source }) => ({ cell, source, step: null }));
  const said = new Set<string>();
  const find = (cells: readonly { cell: number; source: string; step: string | null }[]) => {
    const uses = cells.flatMap(place => {
      const unit = analyser.unit(place.source, () => true);
      return fileUses(unit, texts).map(use => ({ ...use, unit, place }));
    });
    const written = new Set(uses.flatMap(use => (use.isWritten ? [use.path] : [])));
    return uses.flatMap(({ path, node, isWritten, unit, place }): Diagnostic[] => {
      const key = `${place.cell} ${path}`;
      if (isWritten || written.has(path) || said.has(key)) return [];
      said.add(key);
      return [finding(path, isBesideNotebook(path), place, unit.locate(node.range))];
    });
  };
  return [
    ...find(prologue),
    ...steps.flatMap(({ name, code }) => find(code.map(cell => ({ ...cell, step: name }))))
  ];
}

function finding(
  path: string,
  isThere: boolean,
  { cell, step }: { cell: number; step: string | null },
  range: Range
): Diagnostic {
  const what = isThere
    ? `The file "${path}" lies beside the notebook`
    : `"${path}" is a path relative to the notebook's folder`;
  return diagnostic(
    'warning',
    'relative-data-path',
    `${what}, and on the cluster no volume brings that folder: the step would look for it where its container starts. Mount ` +
      'the volume of the notebook at the same path, or read it from a bucket or from the image by an absolute path.',
    { cell, step, range }
  );
}

/** Texts that a lone name stands for, so that `read_csv(source)` is seen too. */
function textParameters({ parameters }: Pipeline): ReadonlyMap<string, string> {
  return new Map(
    parameters.flatMap(({ name, type, default: value }) =>
      type === 'str' && typeof value === 'string' ? [[name, value] as const] : []
    )
  );
}

function fileUses(unit: CodeUnit, texts: ReadonlyMap<string, string>): FileUse[] {
  const uses: FileUse[] = [];
  const visit = (node: Node): void => {
    if (node.kind === 'Call') uses.push(...usesOfCall(node, texts));
    forEachChild(node, visit);
  };
  unit.body.forEach(visit);
  return uses;
}

type Call = Extract<Node, { kind: 'Call' }>;

function usesOfCall(node: Call, texts: ReadonlyMap<string, string>): FileUse[] {
  const { func, args } = node;
  const called = func.kind === 'Name' ? func.id : func.kind === 'Attribute' ? func.attr : '';
  const use = (argument: Expr | undefined, isWritten: boolean): FileUse[] => {
    const path = argument === undefined ? null : textOf(argument, texts);
    return argument === undefined || path === null || !isRelativePath(path)
      ? []
      : [{ path, node: argument, isWritten }];
  };
  if (OPENERS.has(called)) {
    const opened = func.kind === 'Attribute' ? (pathCall(func.value) ?? args[0]) : args[0];
    const mode = func.kind === 'Attribute' && pathCall(func.value) ? args[0] : args[1];
    return use(opened, opensForWriting(node, mode));
  }
  if (PATH_READERS.has(called) && func.kind === 'Attribute') {
    return use(pathCall(func.value) ?? undefined, false);
  }
  if (READERS.has(called)) return use(args[0], false);
  if (!WRITER.test(called)) return [];
  const owner = func.kind === 'Attribute' ? pathCall(func.value) : null;
  return [...use(owner ?? args[0], true), ...use(args[1], true)];
}

/** The argument of `Path("data.csv")`. */
function pathCall(node: Expr): Expr | null {
  if (node.kind !== 'Call') return null;
  const { func, args } = node;
  const called = func.kind === 'Name' ? func.id : func.kind === 'Attribute' ? func.attr : '';
  return called === 'Path' ? (args[0] ?? null) : null;
}

function opensForWriting({ keywords }: Call, positional: Expr | undefined): boolean {
  const mode = keywords.find(({ arg }) => arg === 'mode')?.value ?? positional;
  return mode?.kind === 'Constant' && mode.value.type === 'str' && /[wax+]/.test(mode.value.value);
}

function textOf(node: Expr, texts: ReadonlyMap<string, string>): string | null {
  if (node.kind === 'Name') return texts.get(node.id) ?? null;
  if (node.kind === 'Constant' && node.value.type === 'str') return node.value.value;
  const inner = pathCall(node);
  return inner === null ? null : textOf(inner, texts);
}

/** Not absolute, not below the home folder, no URL, and no text that is plainly something else. */
function isRelativePath(text: string): boolean {
  return text !== '' && text.length < 1024 && !/^(?:[/~]|\w[\w+.-]*:)|[\n<{]/.test(text);
}
