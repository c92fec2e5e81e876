import type {
  ClassDef,
  Expr,
  For,
  FunctionDef,
  If,
  Import,
  ImportFrom,
  Match,
  Pattern,
  Raise,
  Stmt,
  Try,
  While,
  With
} from '../ast';
import { forEachChild } from '../walk';
import { INCOMING, INCOMING_PAST_LOOP, LOCAL, type Delta, type Flow } from './flow';
import { parameterNames, type CallArguments, type CallSite } from './callArguments';
import { memberOf } from './classes';
import { Evaluator, type Context } from './evaluate';
import { resolveName } from './frames';
import {
  NOTHING,
  lineage,
  split,
  union,
  type ClassMember,
  type ClassObject,
  type Frame,
  type FunctionObject,
  type Value
} from './heap';
import { maySuppress } from './knowledge';
import type { CellCode } from './unit';
import type { Node } from '../ast';

/** Where control may leave a stretch of code for, and what the variables were when it did. */
interface Exits {
  readonly base: Flow;
  readonly outcomes: Delta[];
}

/** The ways into the handlers of a `try`, and what was raised. */
interface Raises extends Exits {
  readonly values: Value[];
}

/** Runs statements on abstract values, in the order in which Python would. */
export class Executor extends Evaluator {
  private loops: Exits[] = [];
  private returns: (Exits & { values: Value[] }) | null = null;
  private handlers: Raises | null = null;
  /** `from __future__ import annotations` was seen in this cell or one before: annotations are not evaluated. */
  lazyAnnotations = false;

  /** One cell at the module's level. */
  runCell(code: CellCode): void {
    if (code.unit.constructs.some(construct => construct.runsUnknownCode)) this.runUnknown(code);
    for (const statement of code.unit.body) this.runStatement(statement, code);
  }

  /** IPython's syntax runs code that cannot be seen: it may read, change and bind everything. */
  private runUnknown(code: CellCode): void {
    const [node] = code.unit.body;
    if (!node) return;
    const value = this.machine.readEverything(code, node);
    const place = this.machine.place(code, node);
    this.machine.changeReachable(value, place);
    this.machine.stars.push({ statement: null, place });
  }

  /** One statement of a cell. What a `raise` would cut off is looked at all the same. */
  runStatement(node: Stmt, code: CellCode): void {
    this.spend();
    this.execute(node, { code, frame: null });
    this.machine.flow.ended = false;
  }

  protected runText(text: string, context: Context): void {
    const unit = context.code.unit.parse(text);
    this.block(unit.body, { code: { cell: context.code.cell, unit }, frame: null });
  }

  private block(statements: readonly Stmt[], context: Context): void {
    for (const statement of statements) {
      if (this.machine.flow.ended) return;
      this.spend();
      this.execute(statement, context);
    }
  }

  private execute(node: Stmt, context: Context): void {
    this.machine.heap.sites.at(node, () => this.executeAt(node, context));
  }

  private executeAt(node: Stmt, context: Context): void {
    switch (node.kind) {
      case 'Expr':
        this.evaluate(node.value, context);
        return;
      case 'Assign':
        return this.executeAssign(node.targets, node.value, context);
      case 'AugAssign':
        return this.executeAugmented(node.target, node.value, context);
      case 'AnnAssign':
        if (node.value) this.assign(node.target, this.evaluate(node.value, context), context);
        if (context.frame?.kind !== 'function' && !this.lazyAnnotations) {
          this.annotation(node.annotation, context);
        }
        return;
      case 'FunctionDef':
        return this.executeFunction(node, context);
      case 'ClassDef':
        return this.executeClass(node, context);
      case 'Return': {
        const value = node.value ? this.evaluate(node.value, context) : NOTHING;
        if (this.returns) {
          this.returns.values.push(value);
          this.leave(this.returns);
        }
        this.machine.flow.ended = true;
        return;
      }
      case 'Delete':
        for (const target of node.targets) this.executeDelete(target, context);
        return;
      case 'If':
        return this.executeIf(node, context);
      case 'For':
        return this.executeFor(node, context);
      case 'While':
        return this.executeWhile(node, context);
      case 'With':
        return this.executeWith(node, context);
      case 'Match':
        return this.executeMatch(node, context);
      case 'Try':
        return this.executeTry(node, context);
      case 'Raise':
        this.executeRaise(node, context);
        this.machine.flow.ended = true;
        return;
      case 'Break':
      case 'Continue': {
        const loop = this.loops.at(-1);
        if (loop) this.leave(loop);
        this.machine.flow.ended = true;
        return;
      }
      case 'Assert':
        this.condition(node.test, context);
        if (node.msg) {
          const message = node.msg;
          this.machine.perhaps(() => this.evaluate(message, context));
        }
        return;
      case 'Import':
        return this.executeImport(node, context);
      case 'ImportFrom':
        return this.executeImportFrom(node, context);
      case 'TypeAlias':
        return this.assign(node.name, this.machine.fresh(), context);
      case 'InvalidStmt':
        return this.block(node.body, context);
      case 'Global':
      case 'Nonlocal':
      case 'Pass':
        return;
    }
  }

  /** `raise E` makes an `E`. */
  private executeRaise({ exc, cause }: Raise, context: Context): void {
    if (exc) {
      const value = this.evaluate(exc, context);
      const { known: classes, unknown } = split(value, object => object.kind === 'class');
      const args: CallArguments = { positional: [], named: new Map(), spread: null };
      const made = classes.map(type => this.call(new Set([type]), args, this.site(exc, context)));
      this.handlers?.values.push(unknown, ...made);
    }
    if (cause) this.evaluate(cause, context);
    if (this.handlers) this.leave(this.handlers);
  }

  private leave(exits: Exits): void {
    exits.outcomes.push(new Map(this.machine.flow.since(exits.base)));
  }

  // Binding

  private executeAssign(targets: readonly Expr[], value: Expr, context: Context): void {
    const [target] = targets;
    if (
      targets.length === 1 &&
      target &&
      value.kind === 'Tuple' &&
      this.isPairwise(target, value)
    ) {
      const values = value.elts.map(element => this.evaluate(element, context));
      if (target.kind !== 'Tuple' && target.kind !== 'List') return;
      target.elts.forEach((element, index) =>
        this.assign(element, values[index] ?? NOTHING, context)
      );
      return;
    }
    const since = this.machine.heap.now;
    const given = this.evaluate(value, context);
    for (const each of targets)
      this.assign(each, given, context, value.kind === 'Call' ? since : Infinity);
  }

  /** `a, b = x, y` binds each name to its own value. */
  private isPairwise(target: Expr, value: Expr): boolean {
    if (target.kind !== 'Tuple' && target.kind !== 'List') return false;
    if (value.kind !== 'Tuple' || value.elts.length !== target.elts.length) return false;
    return [...target.elts, ...value.elts].every(element => element.kind !== 'Starred');
  }

  private executeAugmented(target: Expr, value: Expr, context: Context): void {
    if (target.kind !== 'Name') {
      const given = this.evaluate(value, context);
      this.evaluate({ ...target, ctx: 'Load' } as Expr, context);
      return this.assign(target, given, context);
    }
    const variable = resolveName(target.id, context.frame);
    const before = this.machine.read(variable, context.code, target);
    const given = this.evaluate(value, context);
    const place = this.machine.place(context.code, target);
    const found = this.operate(union(before, given), 'calculate', this.site(target, context));
    this.machine.change(before, true, place);
    this.machine.heap.put(before, this.machine.elements(given));
    const kept = before.size > 0 || given.size === 0 ? before : this.machine.fresh();
    const after = union(kept, found);
    if (variable.frame && variable.frame !== context.frame) {
      this.machine.change(new Set([variable.frame.object]), true, place);
    }
    if (!variable.frame && before.size > 0) this.machine.changeName(variable.key, place);
    this.machine.bind(variable, after);
  }

  /** What `__del__` does when the last name of an object is gone. */
  private endObjects(value: Value, site: CallSite): void {
    for (const object of this.machine.contents(value)) {
      const method = object.kind === 'instance' ? memberOf(object.type, '__del__') : null;
      if (method) this.callPerhaps(method.value, [new Set([object])], NOTHING, site);
    }
  }

  private executeDelete(target: Expr, context: Context): void {
    switch (target.kind) {
      case 'Name': {
        const variable = resolveName(target.id, context.frame);
        const value = this.machine.read(variable, context.code, target);
        this.endObjects(value, this.site(target, context));
        return this.machine.delete(variable);
      }
      case 'Tuple':
      case 'List':
        for (const element of target.elts) this.executeDelete(element, context);
        return;
      case 'Attribute':
      case 'Subscript':
        return this.assign(target, NOTHING, context);
      default:
        this.evaluate(target, context);
    }
  }

  private executeImport(node: Import, context: Context): void {
    for (const { name, asname } of node.names) {
      const top = name.split('.')[0] ?? name;
      const statement = asname ? `import ${name} as ${asname}` : `import ${name}`;
      const variable = resolveName(asname ?? top, context.frame);
      const path = asname ? name : top;
      this.machine.bind(variable, this.module(path), this.statementFor(variable.key, statement));
    }
  }

  /** `import a.b` after `import a.c` binds the same name: both statements are needed again. */
  private statementFor(name: string, statement: string): string {
    const slot = this.machine.flow.get(name);
    if (slot.statement === null || slot.origin !== LOCAL) return statement;
    const first = slot.statement.split('\n');
    const dotted = (text: string): boolean => /^import [^\s]+$/.test(text);
    if (!first.every(dotted) || !dotted(statement) || first.includes(statement)) return statement;
    return [...first, statement].join('\n');
  }

  private module(path: string): Value {
    return new Set([this.machine.heap.external(path)]);
  }

  private executeImportFrom(node: ImportFrom, context: Context): void {
    const from = '.'.repeat(node.level) + (node.module ?? '');
    if (from === '__future__') {
      if (node.names.some(({ name }) => name === 'annotations')) this.lazyAnnotations = true;
    }
    for (const { name, asname } of node.names) {
      if (name === '*') {
        const place = this.machine.place(context.code, node);
        const statement = `from ${from} import *`;
        this.machine.opaque.push({ kind: 'star-import', place, detail: from });
        this.machine.stars.push({ statement, place });
        continue;
      }
      const alias = asname && asname !== name ? `${name} as ${asname}` : name;
      const path = `${from}${from.endsWith('.') ? '' : '.'}${name}`;
      this.machine.bind(
        resolveName(asname ?? name, context.frame),
        this.module(path),
        `from ${from} import ${alias}`
      );
    }
  }

  // Definitions

  private executeFunction(node: FunctionDef, context: Context): void {
    const decorators = node.decorators.map(decorator => this.evaluate(decorator, context));
    const typed = this.typeParameterContext(node, context);
    let value = this.defineFunction(node, typed);
    this.annotations(node, typed);
    for (const [index, decorator] of [...decorators.entries()].reverse()) {
      const site = this.site(node.decorators[index]!, context);
      value = this.call(decorator, { positional: [value], named: new Map(), spread: null }, site);
    }
    const variable = resolveName(node.name, context.frame);
    // `@x.setter` adds to the property that is there.
    if (node.decorators.some(extendsProperty)) {
      value = union(value, this.machine.read(variable, context.code, node));
    }
    this.machine.bind(variable, value);
  }

  /** Annotations are evaluated at the definition, unless they are strings or the cell says otherwise. */
  private annotations(node: FunctionDef, context: Context): void {
    if (this.lazyAnnotations) return;
    const { posonlyargs, args, vararg, kwonlyargs, kwarg } = node.args;
    for (const parameter of [...posonlyargs, ...args, vararg, ...kwonlyargs, kwarg]) {
      if (parameter?.annotation) this.annotation(parameter.annotation, context);
    }
    if (node.returns) this.annotation(node.returns, context);
  }

  private annotation(node: Expr, context: Context): void {
    this.evaluate(node, context);
  }

  /** Type parameters (`def f[T](...)`) are names of a scope around the definition. */
  private typeParameterContext(node: FunctionDef | ClassDef, context: Context): Context {
    if (node.typeParams.length === 0) return context;
    const own = new Set(node.typeParams.map(parameter => parameter.name));
    const className = context.frame?.className ?? null;
    const names = { own, global: new Set<string>() };
    const frame = this.machine.newFrame('function', names, context.frame, className);
    return { code: context.code, frame };
  }

  private executeClass(node: ClassDef, context: Context): void {
    const decorators = node.decorators.map(decorator => this.evaluate(decorator, context));
    const typed = this.typeParameterContext(node, context);
    const bases = union(...node.bases.map(base => this.evaluate(base, typed)));
    const keywords = union(...node.keywords.map(({ value }) => this.evaluate(value, typed)));
    const names = context.code.unit.namesOf(node);
    const frame = this.machine.newFrame('class', names, typed.frame, node.name);
    this.block(node.body, { code: context.code, frame });
    const members = this.classMembers(node, frame);
    const type = this.machine.heap.class(node, members, bases, keywords);
    this.machine.heap.classOf.set(frame, type);
    this.tellBases(type, { code: context.code, node });
    let value: Value = new Set([type]);
    for (const [index, decorator] of [...decorators.entries()].reverse()) {
      const site = this.site(node.decorators[index]!, context);
      value = this.call(decorator, { positional: [value], named: new Map(), spread: null }, site);
    }
    this.machine.bind(resolveName(node.name, context.frame), value);
  }

  /** What runs when a class is made: `__init_subclass__`, `__set_name__`, a metaclass. */
  private tellBases(type: ClassObject, site: CallSite): void {
    const self: Value = new Set([type]);
    for (const base of lineage(type).slice(1)) {
      const hook = base.members.get('__init_subclass__');
      if (hook) this.callPerhaps(hook.value, [self], type.keywords, site);
    }
    for (const { value } of type.members.values()) {
      for (const object of value) {
        const hook = object.kind === 'instance' ? memberOf(object.type, '__set_name__') : null;
        if (hook) this.callPerhaps(hook.value, [new Set([object]), self], NOTHING, site);
      }
    }
    for (const metaclass of type.keywords) {
      if (metaclass.kind !== 'class') continue;
      for (const name of ['__prepare__', '__new__', '__init__']) {
        const hook = memberOf(metaclass, name);
        if (hook) this.callPerhaps(hook.value, [self], self, site);
      }
    }
  }

  private classMembers(node: ClassDef, frame: Frame): Map<string, ClassMember> {
    const access = new Map<string, ClassMember['access']>();
    for (const statement of node.body) {
      if (statement.kind === 'FunctionDef') access.set(statement.name, accessOf(statement));
      if (statement.kind === 'Assign')
        this.wrappedMembers(statement.targets, statement.value, access);
    }
    const members = new Map<string, ClassMember>();
    for (const name of frame.names.own) {
      const { value } = this.machine.flow.get(frame.prefix + name);
      members.set(name, { value, access: access.get(name) ?? 'method' });
    }
    return members;
  }

  /** `x = property(get)` in a class body is what `@property` is. */
  private wrappedMembers(
    targets: readonly Expr[],
    value: Expr,
    access: Map<string, ClassMember['access']>
  ): void {
    if (value.kind !== 'Call') return;
    const way = accessThrough(value.func);
    if (way === null) return;
    for (const target of targets) if (target.kind === 'Name') access.set(target.id, way);
  }

  protected runBody(callee: FunctionObject, parameters: ReadonlyMap<string, Value>): Value {
    const { machine } = this;
    const { node, code } = callee;
    const enclosing = callee.frame;
    const frame = machine.newFrame(
      'function',
      code.unit.namesOf(node),
      enclosing,
      enclosing?.className ?? null,
      parameterNames(node)[0] ?? null
    );
    for (const [name, value] of parameters)
      machine.bind({ key: frame.prefix + name, frame }, value);
    const context: Context = { code, frame };
    if (node.kind === 'Lambda') {
      const value = this.evaluate(node.body, context);
      this.machine.forgetFrame(frame, parameters.keys());
      return value;
    }
    const outer = { returns: this.returns, loops: this.loops, conditional: machine.conditional };
    const base = machine.flow;
    const layer = base.branch();
    machine.flow = layer;
    this.returns = { base, outcomes: [], values: [] };
    this.loops = [];
    this.block(node.body, context);
    const { outcomes, values } = this.returns;
    const last = machine.flow.ended ? [] : [machine.flow.since(base)];
    machine.flow = base;
    this.returns = outer.returns;
    this.loops = outer.loops;
    machine.conditional = outer.conditional;
    machine.join([...outcomes, ...last].map(outcome => machine.withoutFrame(outcome, frame)));
    machine.forgetFrame(frame, parameters.keys());
    return union(...values);
  }

  protected giveBack(value: Value): Value {
    this.returns?.values.push(this.machine.generator(value));
    return this.machine.fresh();
  }

  protected skim(callee: FunctionObject): void {
    const { code } = callee;
    const own = new Set<string>();
    const visit = (node: Node): void => {
      if (node.kind === 'FunctionDef' || node.kind === 'Lambda') {
        for (const name of code.unit.namesOf(node).own) own.add(name);
      }
      forEachChild(node, visit);
    };
    visit(callee.node);
    const mention = (node: Node): void => {
      if (node.kind === 'Name' && !own.has(node.id)) {
        const variable = resolveName(node.id, callee.frame);
        this.machine.perhaps(() => {
          const value = this.machine.read(variable, code, node);
          this.touch(value, { code, node });
          if (node.ctx === 'Store') this.machine.bind(variable, value);
        });
      }
      forEachChild(node, mention);
    };
    mention(callee.node);
  }

  // Control flow

  /** Runs branches of which exactly one happens. What follows an early way out may not happen either. */
  private choose(branches: readonly (() => void)[]): void {
    const outcomes = branches.map(branch => this.machine.branch(branch));
    this.machine.join(outcomes);
    if (outcomes.includes(null)) this.machine.conditional += 1;
  }

  private executeIf(node: If, context: Context): void {
    this.condition(node.test, context);
    const constant = constantTruth(node.test);
    if (constant !== null) return this.block(constant ? node.body : node.orelse, context);
    const guards = this.asksForNames(node.test, context);
    if (guards) this.machine.guarded += 1;
    const before = this.machine.conditional;
    this.choose([() => this.block(node.body, context), () => this.block(node.orelse, context)]);
    // At the top level of a cell only an exception leads out, and then nothing follows.
    if (context.frame === null && this.loops.length === 0) this.machine.conditional = before;
    if (guards) this.machine.guarded -= 1;
  }

  private executeFor(node: For, context: Context): void {
    const iterated = this.evaluate(node.iter, context);
    const site = this.site(node.iter, context);
    const run = (): void => {
      this.assign(node.target, this.iterate(iterated, site), context);
      this.block(node.body, context);
    };
    this.loop(run, isNeverEmpty(node.iter), node.orelse, context);
  }

  private executeWhile(node: While, context: Context): void {
    this.condition(node.test, context);
    const endless = constantTruth(node.test) === true;
    this.loop(() => this.block(node.body, context), endless, node.orelse, context);
  }

  /**
   * A loop: the body is gone through twice, since its second round sees what the first has left. `runs`: at least
   * one round happens.
   */
  private loop(body: () => void, runs: boolean, orelse: readonly Stmt[], context: Context): void {
    const { machine } = this;
    const base = machine.flow;
    const conditional = machine.conditional;
    const exits: Exits = { base, outcomes: [] };
    this.loops.push(exits);
    const layer = base.branch();
    machine.flow = layer;
    if (!runs) machine.conditional += 1;
    body();
    const first = machine.flow.ended ? null : machine.flow.since(base);
    if (first !== null) {
      machine.conditional += 1;
      const second = layer.branch();
      machine.flow = second;
      body();
      machine.flow = layer;
      layer.merge([...(second.ended ? [] : [second.since(layer)]), new Map()]);
    }
    machine.flow = base;
    machine.conditional = conditional;
    this.loops.pop();
    const rounds = first === null ? exits.outcomes : [layer.since(base), ...exits.outcomes];
    const none: Delta[] = runs ? [] : [this.notOnce(rounds, base)];
    machine.join([...rounds, ...none]);
    if (orelse.length > 0) machine.perhaps(() => this.block(orelse, context));
  }

  /** What the variables are where a loop ran not once: those it binds keep the mark of that. */
  private notOnce(rounds: readonly Delta[], base: Flow): Delta {
    const marked = new Map<string, ReturnType<Flow['get']>>();
    for (const round of rounds) {
      for (const [key, slot] of round) {
        const before = base.get(key);
        if ((slot.origin & LOCAL) === 0 || (slot.origin & INCOMING) !== 0) continue;
        if ((before.origin & INCOMING) === 0) continue;
        const origin = (before.origin & ~INCOMING) | INCOMING_PAST_LOOP;
        marked.set(key, { ...before, origin });
      }
    }
    return marked;
  }

  private executeWith(node: With, context: Context): void {
    let suppresses = false;
    for (const item of node.items) {
      const manager = this.evaluate(item.contextExpr, context);
      const site = this.site(item.contextExpr, context);
      suppresses ||= this.maySuppress(item.contextExpr, manager, context);
      this.operate(manager, 'enter', site);
      this.machine.change(manager, false, this.machine.place(context.code, item));
      if (item.optionalVars) {
        const entered = this.enter(manager, item.contextExpr, context);
        this.assign(item.optionalVars, entered, context);
      }
    }
    if (!suppresses) return this.block(node.body, context);
    this.attempt(() => this.block(node.body, context), [() => undefined]);
  }

  private enter(manager: Value, node: Expr, context: Context): Value {
    const site = this.site(node, context);
    const values = [...manager].map(object => {
      if (object.kind !== 'instance') return this.machine.parts(new Set([object]));
      const method = memberOf(object.type, '__enter__') ?? memberOf(object.type, '__aenter__');
      if (!method) return new Set([object]);
      return this.call(
        method.value,
        { positional: [new Set([object])], named: new Map(), spread: null },
        site
      );
    });
    return union(...values);
  }

  /** The notebook's own context managers, and the library's that are made for it, may swallow exceptions. */
  private maySuppress(node: Expr, manager: Value, context: Context): boolean {
    if ([...manager].some(object => object.kind === 'instance')) return true;
    if (node.kind !== 'Call') return false;
    return [...this.calleeOf(node.func, context)].some(
      callee =>
        callee.kind === 'function' || (callee.kind === 'external' && maySuppress(callee.path))
    );
  }

  private calleeOf(node: Expr, context: Context): Value {
    if (node.kind === 'Name') {
      return this.machine.read(resolveName(node.id, context.frame), context.code, node);
    }
    if (node.kind !== 'Attribute') return NOTHING;
    return this.attribute(this.calleeOf(node.value, context), node.attr, this.site(node, context));
  }

  /** Code that an exception may leave anywhere, and what handles it. */
  private attempt(body: () => void, handlers: readonly ((raised: Value) => void)[]): void {
    const { machine } = this;
    const base = machine.flow;
    const outer = this.handlers;
    const layer = base.branch();
    machine.flow = layer;
    this.handlers = { base, outcomes: [], values: [] };
    body();
    const { outcomes: raised, values } = this.handlers;
    this.handlers = outer;
    const reached = layer.since(base);
    const finished = machine.flow.ended ? null : reached;
    machine.flow = base;
    const outcomes: (Delta | null)[] = [finished];
    for (const handler of handlers) {
      outcomes.push(
        machine.branch(() => {
          machine.flow.merge([new Map(), reached, ...raised]);
          handler(union(...values));
        })
      );
    }
    machine.join(outcomes);
  }

  private executeTry(node: Try, context: Context): void {
    if (isImportAttempt(node)) return this.executeImportAttempt(node, context);
    const { machine } = this;
    const guards = node.handlers.some(handler => catchesNameError(handler.type));
    const body = (): void => {
      if (guards) machine.guarded += 1;
      this.block(node.body, context);
      if (guards) machine.guarded -= 1;
      this.block(node.orelse, context);
    };
    if (node.handlers.length === 0) {
      this.block(node.body, context);
      this.finally(node, context);
      return;
    }
    const handlers = node.handlers.map(handler => (raised: Value): void => {
      if (handler.type) this.evaluate(handler.type, context);
      const variable = handler.name === null ? null : resolveName(handler.name, context.frame);
      if (variable) machine.bind(variable, union(machine.fresh(raised), raised));
      this.block(handler.body, context);
      if (variable && !machine.flow.ended) machine.delete(variable);
    });
    this.attempt(body, handlers);
    this.finally(node, context);
  }

  /** Runs whatever happened; where control does not come out of the `try`, neither does it come out of here. */
  private finally(node: Try, context: Context): void {
    const { flow } = this.machine;
    const ended = flow.ended;
    flow.ended = false;
    this.block(node.finalbody, context);
    flow.ended ||= ended;
  }

  /** `try: import a as m except ImportError: import b as m`: the whole of it is run again where m is needed. */
  private executeImportAttempt(node: Try, context: Context): void {
    const bound = new Map<string, Value[]>();
    const statement = context.code.unit.text(node);
    const branches = [node.body, ...node.handlers.map(handler => handler.body)];
    const layers = branches.map(body => this.machine.branch(() => this.block(body, context)));
    for (const layer of layers) {
      for (const [key, slot] of layer ?? []) {
        bound.set(key, [...(bound.get(key) ?? []), slot.value]);
      }
    }
    this.machine.join(layers);
    for (const [key, values] of bound) {
      const everywhere = values.length === layers.length;
      const name = context.frame ? { key, frame: context.frame } : { key, frame: null };
      if (everywhere) this.machine.bind(name, union(...values), statement);
    }
  }

  private executeMatch(node: Match, context: Context): void {
    const subject = this.evaluate(node.subject, context);
    this.operate(subject, 'compare', this.site(node.subject, context));
    let exhaustive = false;
    const branches = node.cases.map(({ pattern, guard, body }) => (): void => {
      this.bindPattern(pattern, subject, context);
      if (guard) this.evaluate(guard, context);
      this.block(body, context);
    });
    for (const { pattern, guard } of node.cases) exhaustive ||= !guard && matchesAll(pattern);
    this.choose(exhaustive ? branches : [...branches, (): void => undefined]);
  }

  private bindPattern(pattern: Pattern, value: Value, context: Context): void {
    const bind = (name: string | null, given = value): void => {
      if (name !== null) this.machine.bind(resolveName(name, context.frame), given);
    };
    const inside = (patterns: readonly Pattern[]): void => {
      if (patterns.length === 0) return;
      const parts = this.iterate(value, { code: context.code, node: pattern });
      for (const part of patterns) this.bindPattern(part, parts, context);
    };
    switch (pattern.kind) {
      case 'MatchValue':
        this.evaluate(pattern.value, context);
        return;
      case 'MatchSingleton':
        return;
      case 'MatchMapping':
        for (const key of pattern.keys) this.evaluate(key, context);
        inside(pattern.patterns);
        return bind(pattern.rest, this.machine.container(this.machine.parts(value)));
      case 'MatchClass':
        this.evaluate(pattern.cls, context);
        // `int(x)` binds the subject itself.
        for (const part of pattern.patterns) this.bindPattern(part, value, context);
        this.takePatterns(pattern.kwdAttrs, pattern.kwdPatterns, value, context);
        inside(pattern.patterns);
        return;
      case 'MatchSequence':
        return inside(pattern.patterns);
      case 'MatchOr':
        for (const part of pattern.patterns) this.bindPattern(part, value, context);
        return;
      case 'MatchAs':
        if (pattern.pattern) this.bindPattern(pattern.pattern, value, context);
        return bind(pattern.name);
      case 'MatchStar':
        return bind(pattern.name, this.machine.container(value));
    }
  }

  private takePatterns(
    names: readonly string[],
    patterns: readonly Pattern[],
    value: Value,
    context: Context
  ): void {
    patterns.forEach((pattern, index) => {
      const site = { code: context.code, node: pattern };
      this.bindPattern(pattern, this.attribute(value, names[index] ?? '', site), context);
    });
  }
}

/** How a method is taken off an instance, by its decorators. */
function accessOf(node: FunctionDef): ClassMember['access'] {
  for (const decorator of node.decorators) {
    const way = accessThrough(decorator.kind === 'Call' ? decorator.func : decorator);
    if (way !== null) return way;
  }
  return node.name === '__new__' ? 'static' : 'method';
}

function lastName(node: Expr): string {
  if (node.kind === 'Name') return node.id;
  return node.kind === 'Attribute' ? node.attr : '';
}

/** What a decorator makes of taking a member off an instance; null: nothing special. */
function accessThrough(decorator: Expr): ClassMember['access'] | null {
  const name = lastName(decorator);
  if (name === 'staticmethod') return 'static';
  if (name === 'classmethod') return 'class-method';
  return /property$|^(setter|getter|deleter)$/.test(name) ? 'property' : null;
}

function extendsProperty(decorator: Expr): boolean {
  return decorator.kind === 'Attribute' && /^(setter|getter|deleter)$/.test(decorator.attr);
}

function constantTruth(node: Expr): boolean | null {
  if (node.kind !== 'Constant') return null;
  switch (node.value.type) {
    case 'bool':
      return node.value.value;
    case 'int':
      return node.value.value !== '0';
    case 'None':
      return false;
    default:
      return null;
  }
}

/** A literal that has elements, or `range` of a positive literal. */
function isNeverEmpty(node: Expr): boolean {
  if (node.kind === 'List' || node.kind === 'Tuple' || node.kind === 'Set') {
    return node.elts.some(element => element.kind !== 'Starred');
  }
  if (node.kind === 'Dict') return node.keys.some(key => key !== null);
  if (node.kind === 'Constant') return node.value.type === 'str' && node.value.value !== '';
  if (node.kind !== 'Call' || node.func.kind !== 'Name') return false;
  const [first] = node.args;
  if (!first || node.args.length !== 1) return false;
  if (node.func.id === 'enumerate') return isNeverEmpty(first);
  if (node.func.id !== 'range' || first.kind !== 'Constant') return false;
  return first.value.type === 'int' && first.value.value !== '0';
}

function catchesNameError(type: Expr | null): boolean {
  if (type === null) return true;
  if (type.kind === 'Tuple') return type.elts.some(catchesNameError);
  return type.kind === 'Name' && /^(NameError|Exception|BaseException)$/.test(type.id);
}

/** Imports and constants, and what to take where they fail. */
function isImportAttempt(node: Try): boolean {
  const simple = (body: readonly Stmt[]): boolean =>
    body.every(
      statement =>
        statement.kind === 'Import' ||
        statement.kind === 'ImportFrom' ||
        statement.kind === 'Pass' ||
        (statement.kind === 'Assign' && statement.value.kind === 'Constant')
    );
  const imports = (body: readonly Stmt[]): boolean =>
    body.some(statement => statement.kind === 'Import' || statement.kind === 'ImportFrom');
  return (
    imports(node.body) &&
    simple(node.body) &&
    node.handlers.length > 0 &&
    node.handlers.every(handler => handler.name === null && simple(handler.body)) &&
    node.orelse.length === 0 &&
    node.finalbody.length === 0
  );
}

function matchesAll(pattern: Pattern): boolean {
  if (pattern.kind === 'MatchOr') return pattern.patterns.some(matchesAll);
  return pattern.kind === 'MatchAs' && (pattern.pattern === null || matchesAll(pattern.pattern));
}
