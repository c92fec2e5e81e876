import type { Arg, Arguments, Expr } from '../ast';
import type { Token } from '../lexer';
import type { Reader } from './reader';
import { readTarget } from './targetLists';
import { NAME } from './words';

/** The parameters of a `lambda`, or those of a `def`, which can have annotations, without the parentheses. */
export function readParameters(reader: Reader, of: 'def' | 'lambda'): Arguments {
  return new ParameterReader(reader, of).read();
}

class ParameterReader {
  private readonly result: Arguments;
  private keywordOnly = false;
  private bareStar: Token | null = null;

  constructor(
    private readonly reader: Reader,
    private readonly of: 'def' | 'lambda'
  ) {
    const { start } = reader;
    this.result = {
      kind: 'Arguments',
      posonlyargs: [],
      args: [],
      vararg: null,
      kwonlyargs: [],
      kwDefaults: [],
      kwarg: null,
      defaults: [],
      range: reader.source.range(start, start)
    };
  }

  read(): Arguments {
    const { reader, result } = this;
    const { start } = reader;
    const closer = this.of === 'def' ? ')' : ':';
    while (reader.code !== closer && !reader.isAtLineEnd) {
      if (!this.readParameter()) break;
      if (!reader.accept(',')) break;
    }
    if (this.bareStar !== null && result.kwonlyargs.length === 0) {
      const { start: from, end } = this.bareStar;
      reader.problem('named arguments must follow bare *', from, end);
    }
    if (reader.start > start) result.range = reader.range(start);
    return result;
  }

  /** @returns false where nothing could be read. */
  private readParameter(): boolean {
    const { reader } = this;
    switch (reader.code) {
      case '/':
        this.separatePositional(reader.take());
        return true;
      case '*':
        this.readStar(reader.take());
        return true;
      case '**':
        reader.take();
        this.result.kwarg = this.readArg(false);
        return true;
      case NAME:
        this.readPlain();
        return true;
      default:
        reader.unexpected('invalid parameter');
        return false;
    }
  }

  private separatePositional({ start, end }: Token): void {
    const { result } = this;
    if (this.keywordOnly || result.posonlyargs.length > 0 || result.args.length === 0) {
      this.reader.problem('invalid position of / in parameters', start, end);
      return;
    }
    result.posonlyargs = result.args;
    result.args = [];
  }

  private readStar(star: Token): void {
    if (this.keywordOnly) {
      this.reader.problem('* argument may appear only once', star.start, star.end);
    }
    this.keywordOnly = true;
    if (this.reader.code === NAME) this.result.vararg = this.readArg(true);
    else this.bareStar = star;
  }

  private readPlain(): void {
    const { reader, result } = this;
    const { start, end } = reader.next;
    const arg = this.readArg(false);
    const value = reader.accept('=') ? reader.grammar.expression(reader) : null;
    if (result.kwarg !== null) {
      reader.problem('arguments cannot follow var-keyword argument', start, end);
    }
    if (this.keywordOnly) {
      result.kwonlyargs.push(arg);
      result.kwDefaults.push(value);
      return;
    }
    result.args.push(arg);
    if (value !== null) result.defaults.push(value);
    else if (result.defaults.length > 0) {
      reader.problem('non-default argument follows default argument', start, end);
    }
  }

  private readArg(mayUnpack: boolean): Arg {
    const { reader } = this;
    const { start } = reader;
    const name = reader.expectName();
    const annotation = this.readAnnotation(mayUnpack);
    return {
      kind: 'Arg',
      arg: name === null ? '' : reader.identifier(name),
      annotation,
      range: reader.range(start)
    };
  }

  /** `*args: *Ts` unpacks its annotation (PEP 646). */
  private readAnnotation(mayUnpack: boolean): Expr | null {
    const { reader } = this;
    if (this.of === 'lambda' || !reader.accept(':')) return null;
    return mayUnpack && reader.code === '*'
      ? readTarget(reader)
      : reader.grammar.expression(reader);
  }
}
