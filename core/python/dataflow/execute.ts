import type { Stmt } from '../ast';
import type { Context } from './evaluate';
import { NOTHING } from './heap';
import { Matcher } from './match';
import type { CellCode } from './unit';

/** Runs statements on abstract values, in the order in which Python would. */
export class Executor extends Matcher {
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

  protected block(statements: readonly Stmt[], context: Context): void {
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
}
