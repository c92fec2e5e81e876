import { diagnostic, type Diagnostic } from '../diagnostics';
import type { Dict, Expr, Stmt } from '../python';
import type { CellCode } from '../python/dataflow';
import type { Metric } from './model';

/** What the metrics cells report, in their order, and what in them reports nothing. */
export function readMetrics(cells: readonly CellCode[]): {
  metrics: Metric[];
  diagnostics: Diagnostic[];
} {
  const reader = new MetricsReader();
  for (const code of cells) for (const statement of code.unit.body) reader.read(statement, code);
  return reader.result(cells);
}

class MetricsReader {
  private readonly metrics = new Map<string, Metric>();
  private readonly diagnostics: Diagnostic[] = [];
  /** Dicts that a metrics cell itself writes down, by the name it gives them. */
  private readonly dicts = new Map<string, Dict>();

  read(statement: Stmt, code: CellCode): void {
    if (statement.kind === 'Assign') return this.readAssignment(statement.targets, statement.value);
    if (statement.kind !== 'Expr') return;
    const { value } = statement;
    if (value.kind === 'Call' && value.func.kind === 'Name' && value.func.id === 'print') {
      return this.readPrint(value.args, code);
    }
    if (value.kind === 'Name' || value.kind === 'Dict') this.report(null, value, code);
  }

  private readAssignment(targets: readonly Expr[], value: Expr): void {
    for (const target of targets) {
      if (target.kind !== 'Name') continue;
      if (value.kind === 'Dict') this.dicts.set(target.id, value);
      else this.dicts.delete(target.id);
    }
  }

  /** `print(x)`, `print("label", x)`; of several of them in one call each. */
  private readPrint(args: readonly Expr[], code: CellCode): void {
    let label: string | null = null;
    for (const argument of args) {
      if (argument.kind === 'Constant' && argument.value.type === 'str') {
        label = argument.value.value;
        continue;
      }
      if (argument.kind === 'JoinedStr') {
        this.unread(argument, code);
        continue;
      }
      this.report(label, argument, code);
      label = null;
    }
  }

  private report(label: string | null, value: Expr, code: CellCode): void {
    const dict = value.kind === 'Name' ? this.dicts.get(value.id) : value;
    if (label === null && dict?.kind === 'Dict') return this.reportDict(value, dict, code);
    const name = label === null ? nameOf(value, code) : labelName(label);
    if (name === '') return this.unread(value, code);
    if (this.metrics.has(name)) {
      this.diagnostics.push(
        diagnostic(
          'warning',
          'duplicate-metric',
          `The metric "${name}" is reported more than once; the last value counts. Give each a label of its own: print("label", value).`,
          { cell: code.cell, range: code.unit.locate(value.range) }
        )
      );
    }
    this.metrics.delete(name);
    this.metrics.set(name, { name, expression: code.unit.text(value), cell: code.cell });
  }

  /** A dict reports each of its values: under its key, if that is a string, else under what stands there as the key. */
  private reportDict(whole: Expr, dict: Dict, code: CellCode): void {
    dict.values.forEach((value, index) => {
      const key = dict.keys[index];
      if (!key) return this.unread(value, code);
      const label =
        key.kind === 'Constant' && key.value.type === 'str' ? key.value.value : code.unit.text(key);
      if (whole === dict) return this.report(label, value, code);
      this.reportItem(label, whole, key, code);
    });
  }

  private reportItem(label: string, whole: Expr, key: Expr, code: CellCode): void {
    const name = labelName(label);
    const expression = `${code.unit.text(whole)}[${code.unit.text(key)}]`;
    this.metrics.delete(name);
    this.metrics.set(name, { name, expression, cell: code.cell });
  }

  private unread(node: Expr, code: CellCode): void {
    this.diagnostics.push(
      diagnostic(
        'warning',
        'unread-metric',
        'This is printed, but no metric is read from it. Write print("label", value), with one number for each label.',
        { cell: code.cell, range: code.unit.locate(node.range) }
      )
    );
  }

  result(cells: readonly CellCode[]): { metrics: Metric[]; diagnostics: Diagnostic[] } {
    const [first] = cells;
    if (first && this.metrics.size === 0 && this.diagnostics.length === 0) {
      this.diagnostics.push(
        diagnostic(
          'warning',
          'no-metrics',
          'The metrics cell reports nothing. A metric is a line print("label", value), print(value) or the bare name of a number.',
          { cell: first.cell, line: 1, column: 0 }
        )
      );
    }
    return { metrics: [...this.metrics.values()], diagnostics: this.diagnostics };
  }
}

/** `accuracy:` and `accuracy = ` are the label `accuracy`. */
function labelName(label: string): string {
  return label.trim().replace(/\s*[:=]+$/, '');
}

/** An unlabelled value is named by its variable or, where it has none, by how it is written. */
function nameOf(value: Expr, code: CellCode): string {
  return value.kind === 'Constant' ? '' : code.unit.text(value);
}
