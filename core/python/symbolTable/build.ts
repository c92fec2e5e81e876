import type { Range } from '../../diagnostics';
import type {
  Alias,
  AnnAssign,
  Arguments,
  ClassDef,
  Comprehension,
  DictComp,
  Expr,
  FunctionDef,
  GeneratorExp,
  Lambda,
  ListComp,
  Name,
  NamedExpr,
  Node,
  SetComp,
  Stmt,
  TypeAlias,
  TypeParam
} from '../ast';
import type { SyntaxProblem } from '../syntax/model';
import { forEachChild } from '../walk';
import type { Entry } from './entry';
import { Use } from './entry';
import { mangle } from './mangle';
import type { Scope, ScopeKind, ScopeNode } from './model';

export interface SymbolTable {
  module: Entry;
  of: Map<ScopeNode, Scope>;
  errors: SyntaxProblem[];
}

/** The first pass: which scopes there are, and how each name is mentioned in each of them. */
export function buildSymbolTable(body: readonly Stmt[], futureAnnotations: boolean): SymbolTable {
  const builder = new SymbolTableBuilder(futureAnnotations || hasFutureAnnotations(body));
  for (const statement of body) builder.visit(statement);
  return { module: builder.module, of: builder.of, errors: builder.errors };
}

function hasFutureAnnotations(body: readonly Stmt[]): boolean {
  return body.some(
    statement =>
      statement.kind === 'ImportFrom' &&
      statement.module === '__future__' &&
      statement.names.some(alias => alias.name === 'annotations')
  );
}

type AnyComprehension = ListComp | SetComp | DictComp | GeneratorExp;

const COMPREHENSION_NAMES: Record<AnyComprehension['kind'], string> = {
  ListComp: 'listcomp',
  SetComp: 'setcomp',
  DictComp: 'dictcomp',
  GeneratorExp: 'genexpr'
};

class SymbolTableBuilder {
  readonly of = new Map<ScopeNode, Scope>();
  readonly errors: SyntaxProblem[] = [];
  readonly module: Entry;
  private current: Entry;
  /** The scopes around the current one, itself last. */
  private readonly stack: Entry[];
  /** The innermost class around, for the names that it makes private. */
  private className: string | null = null;

  constructor(private readonly futureAnnotations: boolean) {
    this.module = newEntry(newScope('module', 'top', null, null));
    this.current = this.module;
    this.stack = [this.module];
  }

  readonly visit = (node: Node): void => {
    switch (node.kind) {
      case 'Name':
        return this.visitName(node);
      case 'FunctionDef':
        return this.visitFunction(node);
      case 'ClassDef':
        return this.visitClass(node);
      case 'Lambda':
        return this.visitLambda(node);
      case 'ListComp':
      case 'SetComp':
      case 'DictComp':
      case 'GeneratorExp':
        return this.visitComprehension(node);
      case 'NamedExpr':
        return this.visitNamed(node);
      case 'AnnAssign':
        return this.visitAnnotated(node);
      case 'TypeAlias':
        return this.visitTypeAlias(node);
      case 'Global':
      case 'Nonlocal':
        for (const name of node.names) this.declare(name, node.kind, node.range);
        return;
      case 'Alias':
        return this.visitAlias(node);
      case 'MatchStar':
        if (node.name !== null) this.add(node.name, Use.assigned, node.range);
        return;
      case 'Yield':
      case 'YieldFrom':
        this.current.scope.isGenerator = true;
        break;
      case 'Await':
        this.current.scope.isAsync = true;
        break;
      case 'Return':
        if (node.value !== null) this.current.valueReturn = node.range;
        break;
    }
    forEachChild(node, this.visit);
    if (node.kind === 'ExceptHandler' || node.kind === 'MatchAs') {
      if (node.name !== null) this.add(node.name, Use.assigned, node.range);
    } else if (node.kind === 'MatchMapping' && node.rest !== null) {
      this.add(node.rest, Use.assigned, node.range);
    }
  };

  private visitName(node: Name): void {
    this.add(node.id, node.ctx === 'Load' ? Use.referenced : Use.assigned, node.range);
    // `super()` without arguments reads the class that it is written in.
    if (node.ctx === 'Load' && node.id === 'super' && isFunctionLike(this.current)) {
      this.add('__class__', Use.referenced, node.range);
    }
  }

  private visitAlias(node: Alias): void {
    if (node.name === '*') return;
    this.add(node.asname ?? node.name.split('.')[0]!, Use.imported, node.range);
  }

  private visitAnnotated(node: AnnAssign): void {
    const { target } = node;
    if (target.kind !== 'Name') this.visit(target);
    else if (node.simple) {
      const seen = this.seen(target.id);
      if (seen & (Use.global | Use.nonlocal) && this.current !== this.module) {
        const kind = seen & Use.global ? 'global' : 'nonlocal';
        this.report(`annotated name '${target.id}' can't be ${kind}`, node.range);
      }
      this.add(target.id, Use.annotated | Use.assigned, target.range);
    } else if (node.value !== null) this.add(target.id, Use.assigned, target.range);
    this.visitAnnotations([node.annotation]);
    if (node.value !== null) this.visit(node.value);
  }

  /** Under `from __future__ import annotations` they are strings: they touch no scope. */
  private visitAnnotations(annotations: readonly (Expr | null | undefined)[]): void {
    if (this.futureAnnotations) return;
    for (const annotation of annotations) if (annotation) this.visit(annotation);
  }

  private visitFunction(node: FunctionDef): void {
    this.add(node.name, Use.assigned, node.nameRange);
    this.visitDefaults(node.args);
    for (const decorator of node.decorators) this.visit(decorator);
    this.withTypeParameters(node, node.typeParams, () => {
      this.visitParameterAnnotations(node.args);
      this.visitAnnotations([node.returns]);
      this.inScope('function', node.name, node, () => {
        this.current.scope.isAsync = node.isAsync;
        this.addParameters(node.args);
        for (const statement of node.body) this.visit(statement);
        const { valueReturn, scope } = this.current;
        if (node.isAsync && scope.isGenerator && valueReturn !== null) {
          this.report("'return' with value in async generator", valueReturn);
        }
      });
    });
  }

  private visitLambda(node: Lambda): void {
    this.visitDefaults(node.args);
    this.inScope('lambda', 'lambda', node, () => {
      this.addParameters(node.args);
      this.visit(node.body);
    });
  }

  private visitDefaults(args: Arguments): void {
    for (const value of args.defaults) this.visit(value);
    for (const value of args.kwDefaults) if (value !== null) this.visit(value);
  }

  private visitParameterAnnotations(args: Arguments): void {
    this.visitAnnotations(args.posonlyargs.map(arg => arg.annotation));
    this.visitAnnotations(args.args.map(arg => arg.annotation));
    this.visitAnnotations([args.vararg?.annotation, args.kwarg?.annotation]);
    this.visitAnnotations(args.kwonlyargs.map(arg => arg.annotation));
  }

  private addParameters(args: Arguments): void {
    const all = [...args.posonlyargs, ...args.args, ...args.kwonlyargs, args.vararg, args.kwarg];
    for (const arg of all) {
      if (arg === null) continue;
      if (this.seen(arg.arg) & Use.parameter) {
        this.report(`duplicate argument '${arg.arg}' in function definition`, arg.range);
      }
      this.add(arg.arg, Use.parameter, arg.range);
    }
  }

  private visitClass(node: ClassDef): void {
    this.add(node.name, Use.assigned, node.nameRange);
    for (const decorator of node.decorators) this.visit(decorator);
    const outer = this.className;
    this.withTypeParameters(node, node.typeParams, () => {
      for (const base of node.bases) this.visit(base);
      for (const keyword of node.keywords) this.visit(keyword);
      this.inScope('class', node.name, node, () => {
        this.className = node.name;
        for (const statement of node.body) this.visit(statement);
      });
      this.className = outer;
    });
  }

  private visitTypeAlias(node: TypeAlias): void {
    this.visitName(node.name);
    this.withTypeParameters(node, node.typeParams, () => {
      this.inScope('type-alias', node.name.id, node, () => this.visit(node.value));
    });
  }

  /** The scope of type parameters is around all that may use them; without any there is none. */
  private withTypeParameters(
    node: FunctionDef | ClassDef | TypeAlias,
    params: readonly TypeParam[],
    inside: () => void
  ): void {
    if (params.length === 0) return inside();
    const name = node.kind === 'TypeAlias' ? node.name.id : node.name;
    const outer = this.className;
    this.inScope('type-parameters', name, node, () => {
      if (node.kind === 'ClassDef') this.className = node.name;
      for (const param of params) this.visitTypeParameter(param);
      inside();
    });
    this.className = outer;
  }

  private visitTypeParameter(param: TypeParam): void {
    if (this.seen(param.name) & Use.typeParameter) {
      this.report(`duplicate type parameter '${param.name}'`, param.range);
    }
    this.add(param.name, Use.typeParameter | Use.assigned, param.range);
    const bound = param.kind === 'TypeVar' ? param.bound : null;
    const value = param.default;
    if (value !== null) this.inScope('type-variable', param.name, param, () => this.visit(value));
    if (bound !== null) this.inScope('type-variable', param.name, param, () => this.visit(bound));
  }

  /** The first iterable belongs to the scope around. */
  private visitComprehension(node: AnyComprehension): void {
    const [first, ...rest] = node.generators;
    if (first === undefined) return forEachChild(node, this.visit);
    this.visitIterable(first.iter);
    let isAsync = false;
    this.inScope('comprehension', COMPREHENSION_NAMES[node.kind], node, () => {
      const { scope } = this.current;
      scope.isAsync = first.isAsync;
      this.add('.0', Use.parameter, first.range);
      this.visitIterationTarget(first.target);
      for (const test of first.ifs) this.visit(test);
      for (const generator of rest) this.visitGenerator(generator);
      if (node.kind === 'DictComp') {
        this.visit(node.value);
        this.visit(node.key);
      } else this.visit(node.elt);
      scope.isGenerator = node.kind === 'GeneratorExp';
      isAsync = scope.isAsync && !scope.isGenerator;
    });
    if (!isAsync) return;
    const { scope } = this.current;
    if (scope.kind !== 'module' && scope.kind !== 'comprehension' && !scope.isAsync) {
      const where = 'outside of an asynchronous function';
      this.report(`asynchronous comprehension ${where}`, node.range);
    }
    scope.isAsync = true;
  }

  private visitGenerator(generator: Comprehension): void {
    this.visitIterationTarget(generator.target);
    this.visitIterable(generator.iter);
    for (const test of generator.ifs) this.visit(test);
    if (generator.isAsync) this.current.scope.isAsync = true;
  }

  private visitIterable(iterable: Expr): void {
    this.current.iterableDepth += 1;
    this.visit(iterable);
    this.current.iterableDepth -= 1;
  }

  private visitIterationTarget(target: Expr): void {
    this.current.inIterationTarget = true;
    this.visit(target);
    this.current.inIterationTarget = false;
  }

  private visitNamed(node: NamedExpr): void {
    if (this.current.iterableDepth > 0) {
      const where = 'a comprehension iterable expression';
      this.report(`assignment expression cannot be used in ${where}`, node.range);
    }
    if (this.current.isComprehension) this.bindAroundComprehension(node.target);
    else if (isAnnotationScope(this.current.scope.kind)) {
      this.report('named expression cannot be used within an annotation scope', node.range);
    }
    this.visit(node.value);
    this.visit(node.target);
  }

  /** `:=` in a comprehension binds in the nearest scope around that is none (PEP 572). */
  private bindAroundComprehension(target: Name): void {
    const name = target.id;
    for (const entry of [...this.stack].reverse()) {
      const uses = entry.uses.get(name) ?? 0;
      if (entry.isComprehension) {
        if (uses & Use.iterationVariable && uses & (Use.assigned | Use.global)) {
          const message = `assignment expression cannot rebind comprehension iteration variable '${name}'`;
          this.report(message, target.range);
        }
        continue;
      }
      return this.bindOutside(entry, uses, target);
    }
  }

  private bindOutside(entry: Entry, uses: number, target: Name): void {
    const name = target.id;
    const { kind } = entry.scope;
    if (kind === 'function' || kind === 'lambda') {
      this.add(name, uses & Use.global ? Use.global : Use.nonlocal, target.range);
      this.addTo(entry, name, Use.assigned, target.range);
    } else if (kind === 'module') {
      this.add(name, Use.global, target.range);
      this.addTo(entry, name, Use.global, target.range);
    } else {
      const where = kind === 'class' ? 'a class body' : 'an annotation scope';
      const message = `assignment expression within a comprehension cannot be used in ${where}`;
      this.report(message, target.range);
    }
    this.current.directives.set(mangle(this.className, name), target.range);
  }

  private declare(name: string, kind: 'Global' | 'Nonlocal', range: Range): void {
    const seen = this.seen(name);
    const word = kind === 'Global' ? 'global' : 'nonlocal';
    if (seen & Use.parameter) this.report(`name '${name}' is parameter and ${word}`, range);
    else if (seen & Use.referenced) {
      this.report(`name '${name}' is used prior to ${word} declaration`, range);
    } else if (seen & Use.annotated) {
      this.report(`annotated name '${name}' can't be ${word}`, range);
    } else if (seen & Use.assigned) {
      this.report(`name '${name}' is assigned to before ${word} declaration`, range);
    }
    this.add(name, kind === 'Global' ? Use.global : Use.nonlocal, range);
    this.current.directives.set(mangle(this.className, name), range);
  }

  private seen(name: string): number {
    return this.current.uses.get(mangle(this.className, name)) ?? 0;
  }

  private add(name: string, use: number, range: Range): void {
    this.addTo(this.current, name, use, range);
  }

  private addTo(entry: Entry, name: string, use: number, range: Range): void {
    const mangled = mangle(this.className, name);
    let uses = (entry.uses.get(mangled) ?? 0) | use;
    if (entry.inIterationTarget) {
      if (uses & (Use.global | Use.nonlocal)) {
        const message = `comprehension inner loop cannot rebind assignment expression target '${name}'`;
        this.report(message, range);
      }
      uses |= Use.iterationVariable;
    }
    entry.uses.set(mangled, uses);
    if (use & Use.global) {
      const module = this.module.uses;
      module.set(mangled, (module.get(mangled) ?? 0) | use);
    }
  }

  private inScope(kind: ScopeKind, name: string, node: ScopeNode, inside: () => void): void {
    const parent = this.current;
    const entry = newEntry(newScope(kind, name, node, parent.scope));
    entry.isComprehension = kind === 'comprehension';
    entry.iterableDepth = parent.iterableDepth;
    if (isAnnotationScope(kind)) {
      entry.classAround = parent.scope.kind === 'class' ? parent : parent.classAround;
    }
    parent.children.push(entry);
    parent.scope.children.push(entry.scope);
    // Of several scopes of one node the innermost, which comes last, is the node's own.
    this.of.set(node, entry.scope);
    this.stack.push(entry);
    this.current = entry;
    inside();
    this.stack.pop();
    this.current = parent;
  }

  private report(message: string, range: Range): void {
    this.errors.push({ message, range });
  }
}

function newScope(
  kind: ScopeKind,
  name: string,
  node: ScopeNode | null,
  parent: Scope | null
): Scope {
  return {
    kind,
    name,
    node,
    parent,
    children: [],
    symbols: new Map(),
    isAsync: false,
    isGenerator: false
  };
}

function newEntry(scope: Scope): Entry {
  return {
    scope,
    uses: new Map(),
    children: [],
    directives: new Map(),
    isComprehension: false,
    classAround: null,
    inIterationTarget: false,
    valueReturn: null,
    iterableDepth: 0
  };
}

function isAnnotationScope(kind: ScopeKind): boolean {
  return kind === 'type-parameters' || kind === 'type-variable' || kind === 'type-alias';
}

/** CPython's `FunctionBlock`. */
function isFunctionLike(entry: Entry): boolean {
  const { kind } = entry.scope;
  return kind === 'function' || kind === 'lambda' || kind === 'comprehension';
}
