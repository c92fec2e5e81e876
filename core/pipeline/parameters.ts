import { diagnostic, type Diagnostic, type Position } from '../diagnostics';
import { evaluateLiteral, type Literal } from '../python/literals';
import type { Expr, Stmt } from '../python';
import type { CellCode } from '../python/dataflow';
import type { Parameter, ParameterType } from './model';

export interface ParameterReading {
  readonly parameters: readonly Parameter[];
  /** The statement that gives a parameter its value, and the parameter's name. */
  readonly lines: ReadonlyMap<Stmt, string>;
  readonly diagnostics: Diagnostic[];
}

/** `name = literal` or `name: annotation = literal`; null for every other statement. */
function parameterLine(
  statement: Stmt
): { name: string; annotation: Expr | null; value: Expr } | null {
  if (statement.kind === 'Assign') {
    const [target, ...others] = statement.targets;
    if (target?.kind !== 'Name' || others.length > 0) return null;
    return { name: target.id, annotation: null, value: statement.value };
  }
  if (statement.kind !== 'AnnAssign' || statement.target.kind !== 'Name') return null;
  if (!statement.value) return null;
  return { name: statement.target.id, annotation: statement.annotation, value: statement.value };
}

/** A whole number under the annotation `float` is a float. */
function parameterType(literal: Literal, annotation: Expr | null): ParameterType {
  const isFloat = annotation?.kind === 'Name' && annotation.id === 'float';
  return literal.type === 'int' && isFloat ? 'float' : literal.type;
}

/** The UTF-16 offset of a place in a source. */
export function offsetOf(source: string, { line, column }: Position): number {
  let start = 0;
  for (let count = 1; count < line; count += 1) {
    const end = source.indexOf('\n', start);
    if (end === -1) return source.length;
    start = end + 1;
  }
  let offset = start;
  for (let count = 0; count < column && offset < source.length; count += 1) {
    offset += source.codePointAt(offset)! > 0xffff ? 2 : 1;
  }
  return offset;
}

/** Reads the parameters cells. Of several lines for one name the last one counts. */
export function readParameters(cells: readonly CellCode[]): ParameterReading {
  const parameters = new Map<string, Parameter>();
  const lines = new Map<Stmt, string>();
  const diagnostics: Diagnostic[] = [];
  for (const code of cells) {
    for (const statement of code.unit.body) {
      const line = parameterLine(statement);
      const literal = line && evaluateLiteral(line.value);
      if (!line || !literal) continue;
      const range = code.unit.locate(line.value.range);
      if (parameters.has(line.name)) {
        diagnostics.push(
          diagnostic(
            'warning',
            'duplicate-parameter',
            `The parameter "${line.name}" is set more than once; only this last line can be given another value. Keep one of the lines.`,
            { cell: code.cell, range: code.unit.locate(statement.range) }
          )
        );
        for (const [known, name] of lines) if (name === line.name) lines.delete(known);
        parameters.delete(line.name);
      }
      lines.set(statement, line.name);
      parameters.set(line.name, {
        name: line.name,
        type: parameterType(literal, line.annotation),
        default: literal.value,
        literal: {
          cell: code.cell,
          start: offsetOf(code.unit.source, range.start),
          end: offsetOf(code.unit.source, range.end)
        }
      });
    }
  }
  return { parameters: [...parameters.values()], lines, diagnostics };
}
