import type { Expr, For, If, Node, Raise, Stmt, Try, While, With } from '../ast';
import { forEachChild } from '../walk';
import { NO_ARGUMENTS, parameterNames } from './callArguments';
import { memberOf } from './classes';
import { Definer } from './define';
import type { Context } from './evaluate';
import { INCOMING, INCOMING_PAST_LOOP, LOCAL, type Delta, type Flow } from './flow';
import { resolveName } from './frames';
import { NOTHING, split, union, type FunctionObject, type Value } from './heap';
import { maySuppress } from './knowledge';

/** Where control may leave a stretch of code for, and what the variables were when it did. */
interface Exits {
  readonly base: Flow;
  readonly outcomes: Delta[];
}

/** The ways into the handlers of a `try`, and what was raised. */
interface Raises extends Exits {
  readonly values: Value[];
}

/** Which statements run, how often, and where control goes on: branches, loops, handlers, and the bodies of functions. */
export abstract class Controller extends Definer {
  protected loops: Exits[] = [];
  protected returns: (Exits & { values: Value[] }) | null = null;
  protected handlers: Raises | null = null;

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

  protected leave(exits: Exits): void {
    exits.outcomes.push(new Map(this.machine.flow.since(exits.base)));
  }

  /** `raise E` makes an `E`. */
  protected executeRaise({ exc, cause }: Raise, context: Context): void {
    if (exc) {
      const value = this.evaluate(exc, context);
      const { known: classes, unknown } = split(value, object => object.kind === 'class');
      const made = classes.map(type =>
        this.call(new Set([type]), NO_ARGUMENTS, this.site(exc, context))
      );
      this.handlers?.values.push(unknown, ...made);
    }
    if (cause) this.evaluate(cause, context);
    if (this.handlers) this.leave(this.handlers);
  }

  /** Runs branches of which exactly one happens. What follows an early way out may not happen either. */
  protected choose(branches: readonly (() => void)[]): void {
    const outcomes = branches.map(branch => this.machine.branch(branch));
    this.machine.join(outcomes);
    if (outcomes.includes(null)) this.machine.conditional += 1;
  }

  protected executeIf(node: If, context: Context): void {
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

  protected executeFor(node: For, context: Context): void {
    const iterated = this.evaluate(node.iter, context);
    const site = this.site(node.iter, context);
    const run = (): void => {
      this.assign(node.target, this.iterate(iterated, site), context);
      this.block(node.body, context);
    };
    this.loop(run, isNeverEmpty(node.iter), node.orelse, context);
  }

  protected executeWhile(node: While, context: Context): void {
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

  protected executeWith(node: With, context: Context): void {
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

  protected executeTry(node: Try, context: Context): void {
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
