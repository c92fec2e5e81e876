import type { Arg, Arguments, Expr } from '../ast';
import type { Cst } from './cst';
import type { Lowering } from './lowering';
import { items } from './lowering';

/** The parameters of a `def` or a `lambda`; `node` is undefined for a lambda without any. */
export function lowerParameters(
  lowering: Lowering,
  node: Cst | undefined,
  place: { start: number; end: number }
): Arguments {
  const result: Arguments = {
    kind: 'Arguments',
    posonlyargs: [],
    args: [],
    vararg: null,
    kwonlyargs: [],
    kwDefaults: [],
    kwarg: null,
    defaults: [],
    range: lowering.range(node ?? place)
  };
  if (node === undefined) return result;
  const reader = new ParameterReader(lowering, result);
  for (const child of items(node)) reader.read(child);
  reader.finish(node);
  return result;
}

class ParameterReader {
  private keywordOnly = false;
  private bareStar: Cst | null = null;

  constructor(
    private readonly lowering: Lowering,
    private readonly result: Arguments
  ) {}

  read(node: Cst): void {
    switch (node.type) {
      case 'identifier':
        return this.add(node, node, null, null);
      case 'default_parameter':
        return this.readDefault(node);
      case 'typed_parameter':
        return this.readTyped(node);
      case 'typed_default_parameter':
        return this.readTypedDefault(node);
      case 'list_splat_pattern':
        return this.addVararg(node, node, null);
      case 'dictionary_splat_pattern':
        return this.addKwarg(node, node, null);
      case 'positional_separator':
      case '/':
        return this.separatePositional(node);
      case 'keyword_separator':
      case '*':
        this.startKeywordOnly(node);
        this.bareStar = node;
        return;
      default:
        this.lowering.problem('invalid parameter', node);
    }
  }

  finish(node: Cst): void {
    if (this.bareStar !== null && this.result.kwonlyargs.length === 0) {
      this.lowering.problem('named arguments must follow bare *', node);
    }
  }

  private readDefault(node: Cst): void {
    const [name, , value] = node.children;
    if (name?.type !== 'identifier') return this.lowering.problem('invalid parameter', node);
    this.add(name, name, null, this.lowering.optionalExpression(value, node));
  }

  private readTyped(node: Cst): void {
    const [name, , type] = node.children;
    if (name === undefined) return;
    const annotation = this.lowering.optionalExpression(type, node);
    if (name.type === 'list_splat_pattern') this.addVararg(name, node, annotation);
    else if (name.type === 'dictionary_splat_pattern') this.addKwarg(name, node, annotation);
    else this.add(name, node, annotation, null);
  }

  private readTypedDefault(node: Cst): void {
    const [name, , type, , value] = node.children;
    if (name === undefined) return;
    const annotation = this.lowering.optionalExpression(type, node);
    const place = { start: node.start, end: type?.end ?? node.end };
    this.add(name, place, annotation, this.lowering.optionalExpression(value, node));
  }

  private add(
    name: Cst,
    place: { start: number; end: number },
    annotation: Expr | null,
    value: Expr | null
  ): void {
    const arg = this.arg(name, place, annotation);
    if (this.result.kwarg !== null) {
      this.lowering.problem('arguments cannot follow var-keyword argument', name);
    }
    if (this.keywordOnly) {
      this.result.kwonlyargs.push(arg);
      this.result.kwDefaults.push(value);
      return;
    }
    this.result.args.push(arg);
    if (value !== null) this.result.defaults.push(value);
    else if (this.result.defaults.length > 0) {
      this.lowering.problem('non-default argument follows default argument', name);
    }
  }

  private addVararg(splat: Cst, place: Cst, annotation: Expr | null): void {
    this.startKeywordOnly(splat);
    this.result.vararg = this.arg(splat.children[1] ?? splat, place, annotation);
  }

  private addKwarg(splat: Cst, place: Cst, annotation: Expr | null): void {
    this.result.kwarg = this.arg(splat.children[1] ?? splat, place, annotation);
  }

  private startKeywordOnly(node: Cst): void {
    if (this.keywordOnly) this.lowering.problem('* argument may appear only once', node);
    this.keywordOnly = true;
  }

  private separatePositional(node: Cst): void {
    if (this.keywordOnly || this.result.posonlyargs.length > 0 || this.result.args.length === 0) {
      this.lowering.problem('invalid position of / in parameters', node);
      return;
    }
    this.result.posonlyargs = this.result.args;
    this.result.args = [];
  }

  private arg(name: Cst, place: { start: number; end: number }, annotation: Expr | null): Arg {
    if (name.type !== 'identifier') this.lowering.problem('invalid parameter', name);
    return {
      kind: 'Arg',
      arg: this.lowering.identifier(name),
      annotation,
      range: this.lowering.range(place)
    };
  }
}
