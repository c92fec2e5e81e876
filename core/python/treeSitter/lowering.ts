import type { Range } from '../../diagnostics';
import type { Expr, InvalidExpr, TypeParam } from '../ast';
import { hasNonAscii } from '../lexer';
import type { SyntaxProblem } from '../parser';
import type { SourceText } from '../sourceText';
import type { Cst } from './cst';

/** Lowers one concrete expression; passed in, since expressions, strings and parameters hold one another. */
export type LowerExpression = (lowering: Lowering, node: Cst) => Expr;

/** What every part of the lowering from tree-sitter's tree to ours needs. */
export class Lowering {
  readonly problems: SyntaxProblem[] = [];

  constructor(
    readonly source: SourceText,
    /** Of a definition or alias, by the offset of its name. */
    readonly typeParams: ReadonlyMap<number, TypeParam[]>,
    /** The offsets of stars that were kept from the grammar, by those of their operands. */
    private readonly stars: ReadonlyMap<number, number>,
    private readonly lowerExpression: LowerExpression
  ) {}

  expression(node: Cst): Expr {
    return this.lowerExpression(this, node);
  }

  /** An element of a display, list or call, which may have a star before it. */
  element(node: Cst): Expr {
    const value = this.expression(node);
    const start = this.stars.get(node.start);
    if (start === undefined) return value;
    return { kind: 'Starred', value, ctx: 'Load', range: this.source.range(start, node.end) };
  }

  /** The expression of a child that may not be there, as in half-typed code. */
  optionalExpression(node: Cst | undefined, around: Cst): Expr {
    return node === undefined || node.type === 'ERROR' || node.start === node.end
      ? this.missing(around)
      : this.expression(node);
  }

  /** Like `optionalExpression`, of an element. */
  optionalElement(node: Cst | undefined, around: Cst): Expr {
    return node === undefined || node.type === 'ERROR' || node.start === node.end
      ? this.missing(around)
      : this.element(node);
  }

  missing(around: Cst): InvalidExpr {
    return { kind: 'InvalidExpr', values: [], range: this.source.range(around.end, around.end) };
  }

  text(node: Cst): string {
    return this.source.slice(node.start, node.end);
  }

  /** An identifier as Python compares it (NFKC). */
  identifier(node: Cst): string {
    const text = this.text(node);
    return hasNonAscii(text) ? text.normalize('NFKC') : text;
  }

  range(node: { start: number; end: number }): Range {
    return this.source.range(node.start, node.end);
  }

  problem(message: string, node: { start: number; end: number }): void {
    this.problems.push({ message, range: this.range(node) });
  }
}

const TOKENS_OF_LISTS = new Set(['(', ')', '[', ']', '{', '}', ',', ';', ':']);

/** The children that are not brackets, commas or what could not be read. */
export function items(node: Cst): Cst[] {
  return node.children.filter(child => !TOKENS_OF_LISTS.has(child.type) && child.type !== 'ERROR');
}

/** The children that could be read. */
export function readable(node: Cst): readonly Cst[] {
  return node.children.some(child => child.type === 'ERROR')
    ? node.children.filter(child => child.type !== 'ERROR')
    : node.children;
}

/** The child after the first one of the given type. */
export function after(node: Cst, type: string): Cst | undefined {
  const index = node.children.findIndex(child => child.type === type);
  if (index === -1) return undefined;
  return node.children.slice(index + 1).find(child => child.type !== 'ERROR');
}
