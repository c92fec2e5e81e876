import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import type { AnnotatedNotebook } from '../notebook';
import { forEachChild, type Node, type Stmt } from '../python';
import type { Analyser, CodeUnit } from '../python/dataflow';
import { readCells } from './cells';
import type { LocalModule, Pipeline } from './model';

/** A Python file beside the notebook. */
export interface LocalModuleSource {
  /** Relative to the notebook's folder, with `/`; `__init__.py` for a package. */
  readonly path: string;
  readonly source: string;
}

/** Local modules by their dotted names. */
export type LocalModules = ReadonlyMap<string, LocalModuleSource>;

/** A module and all packages it is in: `a.b.c` is `a`, `a.b`, `a.b.c`. */
function withParents(name: string): string[] {
  const parts = name.split('.');
  return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
}

/** The package that relative imports of a module start from. */
function packageOf(name: string, path: string): string[] {
  const parts = name.split('.');
  return /(^|\/)__init__\.py$/.test(path) ? parts : parts.slice(0, -1);
}

const importedNames = new WeakMap<CodeUnit, Map<string, ReadonlySet<string>>>();

/** `findImports`, once for each unit and package. */
function importsOf(unit: CodeUnit, from: readonly string[]): ReadonlySet<string> {
  const known = importedNames.get(unit) ?? new Map<string, ReadonlySet<string>>();
  importedNames.set(unit, known);
  const key = from.join('.');
  let names = known.get(key);
  if (!names) {
    names = findImports(unit, from);
    known.set(key, names);
  }
  return names;
}

/** Dotted names that the import statements of a source mention; each may be a module or a name inside of one. */
function findImports(unit: CodeUnit, from: readonly string[]): Set<string> {
  const names = new Set<string>();
  const add = (name: string): void => withParents(name).forEach(part => names.add(part));
  const visit = (node: Node): void => {
    if (node.kind === 'Import') for (const { name } of node.names) add(name);
    if (node.kind === 'ImportFrom') {
      const base = node.level === 0 ? [] : from.slice(0, from.length - node.level + 1);
      const module = [...base, ...(node.module?.split('.') ?? [])].join('.');
      if (module !== '') add(module);
      for (const { name } of node.names) {
        if (name !== '*') add(module === '' ? name : `${module}.${name}`);
      }
    }
    if (node.kind === 'Call') importCall(node, add);
    forEachChild(node, visit);
  };
  for (const statement of unit.body) visit(statement);
  return names;
}

/** `importlib.import_module("a.b")`, `__import__("a")`. */
function importCall(node: Extract<Node, { kind: 'Call' }>, add: (name: string) => void): void {
  const called =
    node.func.kind === 'Name' ? node.func.id : node.func.kind === 'Attribute' ? node.func.attr : '';
  const [first] = node.args;
  if (called !== 'import_module' && called !== '__import__') return;
  if (first?.kind === 'Constant' && first.value.type === 'str') add(first.value.value);
}

/**
 * The dotted names that a notebook's cells import, so that whoever can see its folder looks for them there. Some are
 * names inside of modules (`from a import b` gives `a` and `a.b`).
 */
export function listImportedModules(notebook: AnnotatedNotebook, analyser: Analyser): string[] {
  const names = new Set<string>();
  for (const code of readCells(notebook, analyser).byIndex.values()) {
    for (const name of importsOf(code.unit, [])) names.add(name);
  }
  return [...names].sort();
}

/**
 * Finds all local modules that a notebook reaches, through one another too. `find` gives the file of a dotted name
 * in the notebook's folder, or null.
 */
export function findLocalModules(
  notebook: AnnotatedNotebook,
  analyser: Analyser,
  find: (name: string) => LocalModuleSource | null
): Map<string, LocalModuleSource> {
  return reachLocalModules(listImportedModules(notebook, analyser), analyser, find);
}

/** Finds all local modules that dotted names (`listImportedModules`) reach, through one another too. */
export function reachLocalModules(
  imported: readonly string[],
  analyser: Analyser,
  find: (name: string) => LocalModuleSource | null
): Map<string, LocalModuleSource> {
  const modules = new Map<string, LocalModuleSource>();
  const names = new Set(imported);
  for (const name of names) {
    const module = find(name);
    if (!module) continue;
    modules.set(name, module);
    const unit = analyser.module(module.source);
    for (const imported of importsOf(unit, packageOf(name, module.path))) names.add(imported);
  }
  return modules;
}

/** Knows which local modules a piece of code reaches. */
export class ModuleReach {
  private readonly direct = new Map<string, ReadonlySet<string>>();

  constructor(
    private readonly modules: LocalModules,
    private readonly analyser: Analyser
  ) {}

  /** Dotted names of the local modules that these sources import, and those that they import. */
  from(units: Iterable<CodeUnit>): Set<string> {
    const reached = new Set<string>();
    for (const unit of units) {
      for (const name of importsOf(unit, [])) if (this.modules.has(name)) reached.add(name);
    }
    for (const name of reached) {
      for (const imported of this.importedBy(name)) {
        if (this.modules.has(imported)) reached.add(imported);
      }
    }
    return reached;
  }

  private importedBy(name: string): ReadonlySet<string> {
    const known = this.direct.get(name);
    if (known) return known;
    const module = this.modules.get(name);
    const imported = module
      ? importsOf(this.analyser.module(module.source), packageOf(name, module.path))
      : new Set<string>();
    this.direct.set(name, imported);
    return imported;
  }

  /** The given modules as a pipeline lists them, by path. */
  describe(names: Iterable<string>): LocalModule[] {
    const described = [...names].flatMap((name): LocalModule[] => {
      const module = this.modules.get(name);
      if (!module) return [];
      return [{ path: module.path, name, digest: bytesToHex(sha256(utf8ToBytes(module.source))) }];
    });
    return described.sort((one, other) => (one.path < other.path ? -1 : 1));
  }
}

/** Dotted names of the installed modules that a pipeline's import statements name: what a fork server loads first. */
export function preloadModules(pipeline: Pipeline, analyser: Analyser): string[] {
  const local = new Set(pipeline.modules.map(({ name }) => name.split('.')[0] ?? name));
  const steps = pipeline.metricsStep ? [...pipeline.steps, pipeline.metricsStep] : pipeline.steps;
  const sources = [...pipeline.prologue, ...steps.flatMap(({ code }) => code)];
  const names = new Set<string>();
  for (const { source } of sources) {
    const { body } = analyser.unit(source, () => true);
    for (const name of body.flatMap(importedModules)) {
      if (name !== '__future__' && !local.has(name.split('.')[0] ?? name)) names.add(name);
    }
  }
  return [...names].sort();
}

function importedModules(statement: Stmt): string[] {
  if (statement.kind === 'Import') return statement.names.map(({ name }) => name);
  if (statement.kind !== 'ImportFrom' || statement.level > 0) return [];
  return statement.module === null ? [] : [statement.module];
}
