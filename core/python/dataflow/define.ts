import type { ClassDef, Expr, FunctionDef, Stmt } from '../ast';
import { Binder } from './bind';
import type { CallSite } from './callArguments';
import { memberOf } from './classes';
import type { Context } from './evaluate';
import { resolveName } from './frames';
import {
  NOTHING,
  lineage,
  union,
  type ClassMember,
  type ClassObject,
  type Frame,
  type Value
} from './heap';

/** What definitions of functions and classes bind, and what runs when they are made. */
export abstract class Definer extends Binder {
  protected abstract block(statements: readonly Stmt[], context: Context): void;

  protected executeFunction(node: FunctionDef, context: Context): void {
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

  protected annotation(node: Expr, context: Context): void {
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

  protected executeClass(node: ClassDef, context: Context): void {
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
