import type {
  Arguments,
  BoolOp,
  Call,
  Compare,
  Comprehension,
  Constant,
  DictComp,
  Expr,
  GeneratorExp,
  ListComp,
  Name,
  SetComp
} from '../ast';
import type { CallArguments, CallSite } from './callArguments';
import { Calls } from './calls';
import { memberOf } from './classes';
import { resolveName, resolveWalrus, type Variable } from './frames';
import {
  ANY_NAME,
  NOTHING,
  split,
  union,
  type Frame,
  type HeapObject,
  type FunctionObject,
  type Value
} from './heap';
import { changesFirstArgument, isIndexTrick } from './knowledge';
import type { CellCode } from './unit';

/** Where code is looked at: the cell it is written in and the scope it is in. */
export interface Context {
  readonly code: CellCode;
  readonly frame: Frame | null;
}

type ComprehensionNode = ListComp | SetComp | DictComp | GeneratorExp;

/** What expressions read, bind and change, and what they give. */
export abstract class Evaluator extends Calls {
  /** Runs statements given as a string, as `exec` does. */
  protected abstract runText(text: string, context: Context): void;

  protected evaluate(node: Expr, context: Context): Value {
    if (node.kind === 'Constant') return NOTHING;
    if (node.kind === 'Name') {
      return this.machine.read(resolveName(node.id, context.frame), context.code, node);
    }
    const value = this.machine.heap.sites.at(node, () => this.evaluateAt(node, context));
    return this.machine.widened(value);
  }

  private evaluateAt(node: Exclude<Expr, Constant | Name>, context: Context): Value {
    switch (node.kind) {
      case 'Attribute':
        return this.attribute(
          this.evaluate(node.value, context),
          node.attr,
          this.site(node, context)
        );
      case 'Call':
        return this.evaluateCall(node, context);
      case 'Subscript':
        return this.evaluateSubscript(node.value, node.slice, node, context);
      case 'BinOp': {
        const operands = [this.evaluate(node.left, context), this.evaluate(node.right, context)];
        return this.operation(operands, node, context);
      }
      case 'UnaryOp': {
        const operand = this.evaluate(node.operand, context);
        const result = this.operation([operand], node, context);
        if (node.op === 'not') this.operate(operand, 'truth', this.site(node, context));
        return node.op === 'not' ? NOTHING : result;
      }
      case 'Compare':
        return this.evaluateCompare(node, context);
      case 'BoolOp':
        return this.evaluateBoolOp(node, context);
      case 'IfExp':
        return this.evaluateChoice(node.test, node.body, node.orelse, context);
      case 'NamedExpr': {
        const value = this.evaluate(node.value, context);
        this.machine.bind(resolveWalrus(node.target.id, context.frame), value);
        return value;
      }
      case 'Lambda':
        return this.defineFunction(node, context);
      case 'List':
        return this.machine.container(this.evaluateElements(node.elts, context));
      case 'Set': {
        const held = this.evaluateElements(node.elts, context);
        this.operate(held, 'hash', this.site(node, context));
        return this.machine.container(held);
      }
      case 'Tuple': {
        const items = node.elts.map(element => this.evaluate(element, context));
        const held = union(...items);
        if (held.size === 0) return NOTHING;
        const known = node.elts.every(({ kind }) => kind !== 'Starred');
        return this.machine.container(held, known ? items : null);
      }
      case 'Dict': {
        const held = node.values.map((value, index) => {
          const key = node.keys[index];
          if (!key) return this.iterate(this.evaluate(value, context), this.site(node, context));
          const hashed = this.evaluate(key, context);
          this.operate(hashed, 'hash', this.site(node, context));
          return union(hashed, this.evaluate(value, context));
        });
        return this.machine.container(union(...held));
      }
      case 'ListComp':
      case 'SetComp':
      case 'DictComp':
      case 'GeneratorExp':
        return this.evaluateComprehension(node, context);
      case 'JoinedStr':
      case 'TemplateStr': {
        const values = node.values.map(value => this.evaluate(value, context));
        return node.kind === 'JoinedStr' ? NOTHING : this.machine.fresh(union(...values));
      }
      case 'FormattedValue':
      case 'Interpolation': {
        const value = this.evaluate(node.value, context);
        if (node.formatSpec) this.evaluate(node.formatSpec, context);
        this.operate(value, 'show', this.site(node, context));
        return value;
      }
      case 'Slice':
        for (const part of [node.lower, node.upper, node.step]) {
          if (part) this.evaluate(part, context);
        }
        return NOTHING;
      case 'Starred':
        return this.iterate(this.evaluate(node.value, context), this.site(node, context));
      case 'Await':
        return this.evaluate(node.value, context);
      case 'Yield':
        return node.value
          ? this.giveBack(this.evaluate(node.value, context))
          : this.machine.fresh();
      case 'YieldFrom':
        return this.giveBack(
          this.iterate(this.evaluate(node.value, context), this.site(node, context))
        );
      case 'InvalidExpr':
        for (const value of node.values) this.evaluate(value, context);
        return NOTHING;
    }
  }

  /** What `yield` hands out belongs to what the function gives; what it gets back is not known. */
  protected abstract giveBack(value: Value): Value;

  protected site(node: Expr, context: Context): CallSite {
    return { code: context.code, node };
  }

  private evaluateElements(nodes: readonly Expr[], context: Context): Value {
    return union(...nodes.map(node => this.evaluate(node, context)));
  }

  private operation(operands: readonly Value[], node: Expr, context: Context): Value {
    const all = union(...operands);
    if (all.size === 0) return NOTHING;
    const found = this.operate(all, 'calculate', this.site(node, context));
    // `+` on lists keeps their elements; what notebook classes do is theirs to know; arrays and tables are new.
    const containers = [...all].filter(object => object.kind === 'plain' && object.container);
    const instances = [...all].filter(object => object.kind === 'instance');
    const made = this.machine.fresh(
      union(this.machine.elements(new Set(containers)), new Set(instances), found)
    );
    return found.size === 0 ? made : union(made, found);
  }

  private evaluateCompare(node: Compare, context: Context): Value {
    const asked = this.askedForGlobal(node, context);
    if (asked) return NOTHING;
    const operands = [this.evaluate(node.left, context)];
    node.comparators.forEach((comparator, index) => {
      if (index === 0) operands.push(this.evaluate(comparator, context));
      else this.machine.perhaps(() => operands.push(this.evaluate(comparator, context)));
    });
    const result = this.operation(operands, node, context);
    const compared = this.operate(union(...operands), 'compare', this.site(node, context));
    if (node.ops.some(op => op.endsWith('in'))) {
      this.operate(union(...operands.slice(1)), 'contains', this.site(node, context));
    }
    const identity = node.ops.every(op => op === 'is' || op === 'is not' || op.endsWith('in'));
    return identity ? NOTHING : union(result, compared);
  }

  private evaluateBoolOp(node: BoolOp, context: Context): Value {
    const [first, ...rest] = node.values;
    if (!first) return NOTHING;
    const results = [this.evaluate(first, context)];
    this.operate(results[0]!, 'truth', this.site(node, context));
    const guards = this.asksForNames(first, context);
    if (guards) this.machine.guarded += 1;
    const next = (index: number): void => {
      const operand = rest[index];
      if (!operand) return;
      this.machine.perhaps(() => {
        results.push(this.evaluate(operand, context));
        next(index + 1);
      });
    };
    next(0);
    if (guards) this.machine.guarded -= 1;
    return union(...results);
  }

  /** Evaluates what is asked whether it is true. */
  protected condition(test: Expr, context: Context): void {
    this.operate(this.evaluate(test, context), 'truth', this.site(test, context));
  }

  private evaluateChoice(test: Expr, body: Expr, orelse: Expr, context: Context): Value {
    this.condition(test, context);
    const guards = this.asksForNames(test, context);
    if (guards) this.machine.guarded += 1;
    const results: Value[] = [];
    const outcomes = [body, orelse].map(branch =>
      this.machine.branch(() => results.push(this.evaluate(branch, context)))
    );
    this.machine.join(outcomes);
    if (guards) this.machine.guarded -= 1;
    return union(...results);
  }

  // Functions and comprehensions

  protected defineFunction(node: FunctionObject['node'], context: Context): Value {
    const defaults = this.evaluateDefaults(node.args, context);
    return new Set([this.machine.heap.function(node, context.code, context.frame, defaults)]);
  }

  private evaluateDefaults(args: Arguments, context: Context): Map<string, Value> {
    const defaults = new Map<string, Value>();
    const positional = [...args.posonlyargs, ...args.args];
    args.defaults.forEach((value, index) => {
      const parameter = positional[positional.length - args.defaults.length + index];
      const held = this.evaluate(value, context);
      if (parameter) defaults.set(parameter.arg, held);
    });
    args.kwonlyargs.forEach((parameter, index) => {
      const value = args.kwDefaults[index];
      if (value) defaults.set(parameter.arg, this.evaluate(value, context));
    });
    return defaults;
  }

  private evaluateComprehension(node: ComprehensionNode, context: Context): Value {
    const [first] = node.generators;
    const iterated = first ? this.evaluate(first.iter, context) : NOTHING;
    const frame = this.machine.newFrame(
      'comprehension',
      context.code.unit.namesOf(node),
      context.frame,
      context.frame?.className ?? null
    );
    const inner: Context = { code: context.code, frame };
    let held: Value = NOTHING;
    const run = (): void => {
      node.generators.forEach((generator, index) => {
        const source = index === 0 ? iterated : this.evaluate(generator.iter, inner);
        this.bindGenerator(generator, source, inner);
      });
      const key = this.evaluate(node.kind === 'DictComp' ? node.key : node.elt, inner);
      const isKeyed = node.kind === 'DictComp' || node.kind === 'SetComp';
      if (isKeyed) this.operate(key, 'hash', this.site(node, inner));
      held = node.kind === 'DictComp' ? union(key, this.evaluate(node.value, inner)) : key;
    };
    const outcome = this.machine.branch(run);
    this.machine.join([outcome && this.machine.withoutFrame(outcome, frame), new Map()]);
    return node.kind === 'GeneratorExp'
      ? this.machine.generator(held)
      : this.machine.container(held);
  }

  private bindGenerator(generator: Comprehension, source: Value, inner: Context): void {
    this.assign(generator.target, this.iterate(source, this.site(generator.iter, inner)), inner);
    for (const condition of generator.ifs) this.condition(condition, inner);
  }

  // Assignment

  /** `since`: objects made later than this on the heap's clock were made for this assignment alone. */
  protected assign(target: Expr, value: Value, context: Context, since = Infinity): void {
    switch (target.kind) {
      case 'Name':
        return this.machine.bind(resolveName(target.id, context.frame), value);
      case 'Attribute':
        return this.changeInside(target.value, value, target, context);
      case 'Subscript':
        return this.assignItem(target.value, target.slice, value, target, context);
      case 'Tuple':
      case 'List': {
        const starred = target.elts.some(({ kind }) => kind === 'Starred');
        const site = this.site(target, context);
        const parts = target.elts.map((_, index) =>
          this.part(value, starred ? null : index, since, site)
        );
        this.separate(value, parts, since);
        target.elts.forEach((element, index) => this.assign(element, parts[index]!, context));
        return;
      }
      case 'Starred':
        return this.assign(target.value, this.machine.container(value), context);
      default:
        this.evaluate(target, context);
    }
  }

  /**
   * One of the values that taking a value apart gives. What a call has just made to be taken apart (later than
   * `since`) is no part of anything else: what comes out of it is new, or one of its elements.
   */
  private part(value: Value, index: number | null, since: number, site: CallSite): Value {
    const parts = [...value].map((object): Value => {
      const item = object.kind === 'plain' && index !== null ? object.items?.[index] : undefined;
      if (item) return item;
      const whole: Value = new Set([object]);
      if (object.kind !== 'plain' || object.made <= since) return this.iterate(whole, site);
      const elements = this.machine.elements(whole);
      return union(this.machine.fresh(elements), elements);
    });
    return union(...parts);
  }

  /** What came out of something new is held by it. */
  private separate(value: Value, parts: readonly Value[], since: number): void {
    const whole = [...value].filter(object => object.kind === 'plain' && object.made > since);
    this.machine.heap.put(whole, union(...parts));
  }

  private assignItem(base: Expr, index: Expr, value: Value, target: Expr, context: Context): void {
    const key = this.globalsKey(base, index, context);
    if (key !== null) return this.machine.bind({ key, frame: null }, value);
    this.operate(this.evaluate(index, context), 'hash', this.site(target, context));
    this.changeInside(base, value, target, context);
  }

  /** `base.a = value`, `base[i] = value`, `del base[i]`, `base += value`: `base` is changed for certain. */
  protected changeInside(base: Expr, value: Value, target: Expr, context: Context): void {
    const object = this.evaluate(base, context);
    const place = this.machine.place(context.code, target);
    const site = this.site(target, context);
    const attribute = this.attributeSet(target, context);
    if (attribute !== null) {
      this.machine.heap.attributesSet.add(attribute);
      this.setAttribute(object, attribute, value, site);
    } else this.operate(object, 'any', site);
    this.machine.change(object, true, place);
    this.machine.heap.put(
      [...object].filter(held => held.kind !== 'function'),
      value
    );
    const name = this.rootName(base, context);
    const isModule = object.size > 0 && [...object].every(held => held.kind === 'external');
    // Modules have no items: what is imported and takes one is an object, which its steps have to share.
    const isImportedObject = base.kind === 'Name' && target.kind === 'Subscript';
    if (name && (!isModule || isImportedObject)) this.machine.changeName(name, place);
  }

  /** The attribute that is set by `x.a = 1` or `setattr(x, "a", 1)`; null where it is none. */
  private attributeSet(target: Expr, context: Context): string | null {
    if (target.kind === 'Attribute') return target.attr;
    if (target.kind !== 'Call') return null;
    const name = this.builtinCalled(target, context);
    if (name !== 'setattr' && name !== 'delattr') return null;
    const attribute = target.args[1];
    const isKnown = attribute?.kind === 'Constant' && attribute.value.type === 'str';
    return isKnown && attribute.value.type === 'str' ? attribute.value.value : ANY_NAME;
  }

  /** The module's name at the root of `x.a[0].b`; null where it is a local variable or a call's result. */
  private rootName(node: Expr, context: Context): string | null {
    let root = node;
    while (root.kind === 'Attribute' || root.kind === 'Subscript') root = root.value;
    if (root.kind !== 'Name') return null;
    const variable: Variable = resolveName(root.id, context.frame);
    return variable.frame ? null : variable.key;
  }

  // Calls

  private evaluateCall(node: Call, context: Context): Value {
    const special = this.evaluateSpecialCall(node, context);
    if (special) return special;
    const site = this.site(node, context);
    if (node.func.kind !== 'Attribute') {
      const callee = this.evaluate(node.func, context);
      const args = this.evaluateArguments(node, context);
      this.changeArgument(callee, node, args, context);
      return this.call(callee, args, site);
    }
    const name = node.func.attr;
    const receiver = this.evaluate(node.func.value, context);
    const args = this.evaluateArguments(node, context);
    return this.callOn(receiver, name, node, args, context);
  }

  private callOn(
    receiver: Value,
    name: string,
    node: Call,
    args: CallArguments,
    context: Context
  ): Value {
    const site = this.site(node, context);
    const { known, unknown } = split(receiver, object => this.hasMethod(object, name));
    const ways = known.map(object => (): Value => {
      const self: Value = new Set([object]);
      const callee = this.attribute(self, name, site);
      if (object.kind === 'external') this.changeArgument(callee, node, args, context);
      return this.call(callee, args, site);
    });
    if (unknown.size > 0 || known.length === 0) {
      ways.push(() => this.callMethod(unknown, name, args, site));
    }
    return this.either(ways);
  }

  /** What calling this method does is known from the object: a module's function, a notebook class's method. */
  private hasMethod(object: HeapObject, name: string): boolean {
    if (object.kind === 'external') return true;
    const type = object.kind === 'instance' ? object.type : object.kind === 'class' ? object : null;
    if (type === null) return false;
    const hooks = object.kind === 'instance' ? ['__getattr__', '__getattribute__'] : [];
    return [name, ...hooks].some(each => memberOf(type, each) !== null);
  }

  private evaluateArguments(node: Call, context: Context): CallArguments {
    const positional: Value[] = [];
    const named = new Map<string, Value>();
    let spread: Value | null = null;
    for (const argument of node.args) {
      const value = this.evaluate(argument, context);
      if (argument.kind === 'Starred') spread = union(spread ?? NOTHING, value);
      else positional.push(value);
    }
    for (const { arg, value } of node.keywords) {
      const given = this.evaluate(value, context);
      if (arg === null) spread = union(spread ?? NOTHING, this.machine.parts(given));
      else named.set(arg, given);
    }
    return { positional, named, spread };
  }

  /** `random.shuffle(xs)`, `setattr(o, "a", v)`, `next(it)`: functions known to change their first argument. */
  private changeArgument(callee: Value, node: Call, args: CallArguments, context: Context): void {
    const [first] = node.args;
    if (!first) return;
    for (const object of callee) {
      if (object.kind !== 'external' || !changesFirstArgument(object.path)) continue;
      const others = union(...args.positional.slice(1), ...args.named.values());
      this.changeInside(first, others, node, context);
    }
  }

  // What reads or binds names by strings

  /** The name of Python's own function that a call names, where nothing shadows it. */
  private builtinCalled(node: Expr, context: Context): string | null {
    if (node.kind !== 'Call' || node.func.kind !== 'Name') return null;
    const { id } = node.func;
    if (!DYNAMIC.has(id)) return null;
    const variable = resolveName(id, context.frame);
    if (variable.frame) return null;
    const [callee, ...others] = this.machine.read(variable, context.code, node.func);
    const isOwn =
      others.length === 0 && callee?.kind === 'external' && callee.path === `builtins.${id}`;
    return isOwn ? id : null;
  }

  /** `globals()`, and at a cell's top level `locals()` and `vars()`. */
  private isNamespace(node: Expr, context: Context): boolean {
    if (node.kind !== 'Call' || node.args.length > 0 || node.keywords.length > 0) return false;
    const name = this.builtinCalled(node, context);
    if (name === 'globals') return true;
    return (name === 'locals' || name === 'vars' || name === 'dir') && context.frame === null;
  }

  private globalsKey(base: Expr, index: Expr, context: Context): string | null {
    if (index.kind !== 'Constant' || index.value.type !== 'str') return null;
    return this.isNamespace(base, context) ? index.value.value : null;
  }

  private evaluateSubscript(base: Expr, index: Expr, node: Expr, context: Context): Value {
    const key = this.globalsKey(base, index, context);
    if (key !== null) return this.machine.read({ key, frame: null }, context.code, node);
    const value = this.evaluate(base, context);
    const site = this.site(node, context);
    this.operate(this.evaluate(index, context), 'any', site);
    const taken = this.operate(value, 'take', site);
    const position =
      index.kind === 'Constant' && index.value.type === 'int' ? Number(index.value.value) : null;
    const external = [...value].flatMap(object =>
      object.kind === 'external' && !isIndexTrick(object.path)
        ? [this.machine.heap.external(`${object.path}[]`)]
        : []
    );
    const isMade = [...value].some(each => each.kind === 'external' && isIndexTrick(each.path));
    const made = isMade ? this.machine.fresh() : NOTHING;
    const { known: containers, unknown } = split(
      value,
      object => object.kind === 'plain' && object.container && index.kind === 'Slice'
    );
    const slice =
      containers.length === 0
        ? NOTHING
        : this.machine.container(this.machine.elements(new Set(containers)));
    const part = this.part(unknown, position, Infinity, site);
    return union(part, slice, taken, made, this.makeMissing(unknown, site), new Set(external));
  }

  /** What a library's object makes for a key that it does not have, as `defaultdict(f)` does. */
  private makeMissing(value: Value, site: CallSite): Value {
    const makers = [...value].flatMap(object =>
      object.kind === 'plain' && !object.container ? [...object.holds] : []
    );
    const results = makers.map(maker => {
      if (maker.kind === 'function') return this.callPerhaps(new Set([maker]), [], NOTHING, site);
      if (maker.kind !== 'class') return NOTHING;
      const made: Value[] = [];
      this.machine.perhaps(() => {
        const args: CallArguments = { positional: [], named: new Map(), spread: NOTHING };
        made.push(this.call(new Set([maker]), args, site));
      });
      return union(...made);
    });
    return union(...results);
  }

  /** `"x" in globals()` reads x if it is there. */
  private askedForGlobal(node: Compare, context: Context): boolean {
    const [comparator] = node.comparators;
    if (node.ops.length !== 1 || !node.ops[0]?.endsWith('in') || !comparator) return false;
    if (node.left.kind !== 'Constant' || node.left.value.type !== 'str') return false;
    if (!this.isNamespace(comparator, context)) return false;
    this.machine.readIfThere(node.left.value.value, context.code, node);
    return true;
  }

  /** The condition asks whether a name is there. */
  protected asksForNames(test: Expr, context: Context): boolean {
    if (test.kind === 'UnaryOp') return this.asksForNames(test.operand, context);
    if (test.kind === 'BoolOp') return test.values.some(value => this.asksForNames(value, context));
    return (
      test.kind === 'Compare' && test.comparators.some(node => this.isNamespace(node, context))
    );
  }

  /** Calls whose meaning is more than what they do to their arguments; null: not one of them. */
  private evaluateSpecialCall(node: Call, context: Context): Value | null {
    if (node.func.kind === 'Attribute') return this.evaluateNamespaceMethod(node, context);
    const name = this.builtinCalled(node, context);
    if (name === null) return null;
    switch (name) {
      case 'eval':
      case 'exec':
        return this.evaluateDynamic(name, node, context);
      case 'globals':
        return this.readAll(`globals()`, node, context);
      case 'locals':
      case 'vars':
      case 'dir':
        if (node.args.length > 0) return null;
        if (context.frame !== null) return NOTHING;
        return name === 'dir' ? NOTHING : this.readAll(`${name}()`, node, context);
      case 'super':
        return this.evaluateSuper(context);
      case 'type':
        return this.evaluateType(node, context);
      case 'getattr':
        return this.evaluateGetattr(node, context);
      default:
        return null;
    }
  }

  /** `globals().get("x")`, `globals().update(x=1)`. */
  private evaluateNamespaceMethod(node: Call, context: Context): Value | null {
    if (node.func.kind !== 'Attribute' || !this.isNamespace(node.func.value, context)) return null;
    const [first] = node.args;
    const isConstant = first?.kind === 'Constant' && first.value.type === 'str';
    if (['get', 'pop', 'setdefault'].includes(node.func.attr) && isConstant) {
      const name = first.value.type === 'str' ? first.value.value : '';
      const value = this.machine.readIfThere(name, context.code, node);
      const others = this.evaluateElements(node.args.slice(1), context);
      if (node.func.attr === 'pop') this.machine.delete({ key: name, frame: null });
      if (node.func.attr === 'setdefault') {
        this.machine.perhaps(() => this.machine.bind({ key: name, frame: null }, others));
      }
      return union(value, others);
    }
    if (node.func.attr === 'update' && node.args.length === 0) {
      for (const { arg, value } of node.keywords) {
        const given = this.evaluate(value, context);
        if (arg !== null) this.machine.bind({ key: arg, frame: null }, given);
        else this.machine.bindAnything('globals().update', this.machine.place(context.code, node));
      }
      return NOTHING;
    }
    if (node.func.attr === 'update') {
      this.evaluateArguments(node, context);
      this.machine.bindAnything('globals().update', this.machine.place(context.code, node));
      return NOTHING;
    }
    return null;
  }

  private evaluateDynamic(name: 'eval' | 'exec', node: Call, context: Context): Value {
    const [text, ...namespaces] = node.args;
    if (text?.kind === 'Constant' && text.value.type === 'str' && namespaces.length === 0) {
      if (name === 'exec') {
        this.runText(text.value.value, context);
        return NOTHING;
      }
      const unit = context.code.unit.parse(text.value.value.trim());
      const [statement] = unit.body;
      if (unit.problems.length === 0 && statement?.kind === 'Expr') {
        const code: CellCode = { cell: context.code.cell, unit };
        return this.evaluate(statement.value, { code, frame: null });
      }
    }
    this.evaluateArguments(node, context);
    if (namespaces.length > 0 && !this.isNamespace(namespaces[0]!, context)) {
      return this.machine.fresh();
    }
    const value = this.readAll(`${name}()`, node, context, 'dynamic-code');
    const place = this.machine.place(context.code, node);
    this.machine.changeReachable(value, place);
    if (name === 'exec') this.machine.bindAnything('exec()', place);
    return union(this.machine.fresh(), value);
  }

  private readAll(
    what: string,
    node: Expr,
    context: Context,
    kind: 'dynamic-read' | 'dynamic-code' = 'dynamic-read'
  ): Value {
    this.machine.opaque.push({
      kind,
      place: this.machine.place(context.code, node),
      detail: what
    });
    return this.machine.fresh(this.machine.readEverything(context.code, node));
  }

  /** `super()` stands for the object itself, seen as an instance of what the class inherits from. */
  private evaluateSuper(context: Context): Value {
    let frame = context.frame;
    while (frame && frame.kind !== 'function') frame = frame.parent;
    if (!frame || frame.firstParameter === null) return NOTHING;
    const self = this.machine.flow.get(frame.prefix + frame.firstParameter).value;
    const type = frame.parent ? this.machine.heap.classOf.get(frame.parent) : undefined;
    const bases = type ? [...type.bases].filter(base => base.kind === 'class') : [];
    if (bases.length === 0) return self;
    return new Set(bases.map(base => this.machine.heap.viewAs(base, self)));
  }

  private evaluateType(node: Call, context: Context): Value | null {
    const [argument] = node.args;
    if (node.args.length > 1) {
      return this.callUnknown(
        NOTHING,
        this.evaluateArguments(node, context),
        this.site(node, context)
      );
    }
    if (!argument) return null;
    const value = this.evaluate(argument, context);
    const types = [...value].flatMap(object => (object.kind === 'instance' ? [object.type] : []));
    return types.length > 0 ? new Set(types) : NOTHING;
  }

  private evaluateGetattr(node: Call, context: Context): Value | null {
    const [object, name, fallback] = node.args;
    if (!object || !name) return null;
    const value = this.evaluate(object, context);
    const other = fallback ? this.evaluate(fallback, context) : NOTHING;
    if (name.kind !== 'Constant' || name.value.type !== 'str') {
      this.evaluate(name, context);
      return union(this.anyAttribute(value, this.site(node, context)), other);
    }
    return union(this.attribute(value, name.value.value, this.site(node, context)), other);
  }
}

const DYNAMIC: ReadonlySet<string> = new Set(
  'eval exec globals locals vars dir super type getattr setattr delattr'.split(' ')
);
