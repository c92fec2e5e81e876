import type { Expr, Import, ImportFrom } from '../ast';
import type { CallSite } from './callArguments';
import { memberOf } from './classes';
import { Evaluator, type Context } from './evaluate';
import { LOCAL } from './flow';
import { resolveName } from './frames';
import { NOTHING, union, type Value } from './heap';

/** What assignments, deletions and imports bind and unbind. */
export abstract class Binder extends Evaluator {
  /** `from __future__ import annotations` was seen in this cell or one before: annotations are not evaluated. */
  lazyAnnotations = false;

  protected executeAssign(targets: readonly Expr[], value: Expr, context: Context): void {
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

  protected executeAugmented(target: Expr, value: Expr, context: Context): void {
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

  protected executeDelete(target: Expr, context: Context): void {
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

  protected executeImport(node: Import, context: Context): void {
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

  protected executeImportFrom(node: ImportFrom, context: Context): void {
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
}
