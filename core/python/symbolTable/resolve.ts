import type { SyntaxProblem } from '../syntax/model';
import type { Entry } from './entry';
import { BOUND, Use } from './entry';
import type { NameScope, PythonSymbol } from './model';

/**
 * The second pass: decides where every name of every scope lives, and fills the scopes' symbols. Names are resolved
 * from outside in, free variables are collected from inside out.
 */
export function resolveNames(module: Entry): SyntaxProblem[] {
  const errors: SyntaxProblem[] = [];
  resolveEntry(module, { bound: null, global: new Set() }, errors);
  return errors;
}

/** What a scope sees of those around. */
interface Outside {
  /** Names bound in functions around; null in the module. */
  bound: Set<string> | null;
  /** Names declared global around. */
  global: Set<string>;
}

/** Gives the names that the scope, or one inside, takes from a function around. */
function resolveEntry(entry: Entry, outside: Outside, errors: SyntaxProblem[]): Set<string> {
  const isClass = entry.scope.kind === 'class';
  // A class's own names are not seen from the functions inside, so what they see is settled before.
  const before = isClass ? copyOf(outside) : null;
  const scopes = new Map<string, NameScope>();
  const local = new Set<string>();
  const free = new Set<string>();
  for (const [name, uses] of entry.uses) {
    const scope = resolveName(entry, name, uses, outside, errors);
    scopes.set(name, scope);
    if (scope === 'local') {
      local.add(name);
      outside.global.delete(name);
    } else if (scope === 'free') free.add(name);
  }
  const inside = before ?? copyOf(outside);
  if (isClass) inside.bound!.add('__class__');
  else if (entry.scope.kind !== 'module') for (const name of local) inside.bound!.add(name);
  const unresolved = new Set<string>();
  for (const child of entry.children) {
    for (const name of resolveEntry(child, copyOf(inside), errors)) unresolved.add(name);
  }
  settleFree(entry, scopes, unresolved);
  writeSymbols(entry, scopes, unresolved, outside.bound);
  for (const name of unresolved) free.add(name);
  return free;
}

function copyOf(outside: Outside): { bound: Set<string>; global: Set<string> } {
  return { bound: new Set(outside.bound ?? []), global: new Set(outside.global) };
}

function resolveName(
  entry: Entry,
  name: string,
  uses: number,
  outside: Outside,
  errors: SyntaxProblem[]
): NameScope {
  if (uses & Use.global) {
    if (uses & Use.nonlocal) report(entry, name, `name '${name}' is nonlocal and global`, errors);
    outside.global.add(name);
    outside.bound?.delete(name);
    return 'global-explicit';
  }
  if (uses & Use.nonlocal) {
    if (outside.bound === null) {
      report(entry, name, 'nonlocal declaration not allowed at module level', errors);
    } else if (!outside.bound.has(name)) {
      report(entry, name, `no binding for nonlocal '${name}' found`, errors);
    }
    return 'free';
  }
  if (uses & BOUND) return 'local';
  const fromClass = resolveInClass(entry.classAround, name);
  if (fromClass !== null) return fromClass;
  return outside.bound?.has(name) === true ? 'free' : 'global-implicit';
}

/** An annotation scope asks the class around at run time, then the globals: never a function in between. */
function resolveInClass(classAround: Entry | null, name: string): NameScope | null {
  const uses = classAround?.uses.get(name) ?? 0;
  if (uses & Use.global) return 'global-explicit';
  return uses & BOUND && !(uses & Use.nonlocal) ? 'global-implicit' : null;
}

function report(entry: Entry, name: string, message: string, errors: SyntaxProblem[]): void {
  const range = entry.directives.get(name);
  if (range !== undefined) errors.push({ message, range });
}

/** What the scopes inside want and this one has becomes a cell; a class gives its methods `__class__`. */
function settleFree(entry: Entry, scopes: Map<string, NameScope>, unresolved: Set<string>): void {
  const { kind } = entry.scope;
  if (kind === 'class') unresolved.delete('__class__');
  else if (kind !== 'module') {
    for (const [name, scope] of scopes) {
      if (scope === 'local' && unresolved.delete(name)) scopes.set(name, 'cell');
    }
  }
}

function writeSymbols(
  entry: Entry,
  scopes: ReadonlyMap<string, NameScope>,
  unresolved: ReadonlySet<string>,
  bound: ReadonlySet<string> | null
): void {
  const { symbols, kind } = entry.scope;
  for (const [name, uses] of entry.uses) {
    symbols.set(name, symbolOf(name, uses, scopes.get(name)!));
  }
  for (const name of unresolved) {
    const uses = entry.uses.get(name);
    if (uses === undefined) {
      // It only passes through, to a function further out.
      if (bound === null || bound.has(name)) symbols.set(name, symbolOf(name, 0, 'free'));
    } else if (kind === 'class' && uses & (BOUND | Use.global)) {
      symbols.get(name)!.freeInClass = true;
    }
  }
}

function symbolOf(name: string, uses: number, scope: NameScope): PythonSymbol {
  return {
    name,
    scope,
    bound: (uses & BOUND) !== 0,
    assigned: (uses & Use.assigned) !== 0,
    imported: (uses & Use.imported) !== 0,
    parameter: (uses & Use.parameter) !== 0,
    referenced: (uses & Use.referenced) !== 0,
    annotated: (uses & Use.annotated) !== 0,
    declaredGlobal: (uses & Use.global) !== 0,
    declaredNonlocal: (uses & Use.nonlocal) !== 0,
    iterationVariable: (uses & Use.iterationVariable) !== 0,
    freeInClass: false,
    typeParameter: (uses & Use.typeParameter) !== 0
  };
}
