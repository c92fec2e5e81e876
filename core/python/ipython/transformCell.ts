import { SourceText, normaliseNewlines } from '../sourceText';
import { stripIndentAndPrompts } from './cleanup';
import { findCommand } from './commands';
import type { Command } from './commands';
import { scanLogicalLine } from './logicalLine';
import { cellMagicMeaning } from './magics/cellMagics';
import { isBuiltInLineMagic, lineMagicMeaning } from './magics/lineMagics';
import { concern, meaning } from './magics/meaning';
import type { Meaning } from './magics/meaning';
import { shellMeaning } from './magics/shell';
import { MappedText } from './mappedText';
import type { ConstructKind, IPythonConstruct, TransformOptions, TransformedCell } from './model';
import { isIdentifier, isKeyword, isPlainExpression } from './names';
import {
  TIMED_FUNCTION,
  assignmentLines,
  namesRead,
  rendering,
  shellCall,
  statementLines,
  withPossibleNames
} from './rendering';
import type { Rendering } from './rendering';

/** Whether any line could be IPython's; most cells have none and need no scan. */
const MAY_HAVE_COMMAND = /^[ \t\f]*[%!?,;/]|\?$|=(?:[ \t\f]|\\\n)*[%!]/m;
const BLANK_LINES = /^(?:[^\S\n]*\n)*/;
const CELL_MAGIC = /^%%(?![\p{L}\p{N}_]+\?)/u;
const BARE_WORD = /^([\p{L}\p{N}_.*]*)(.*)$/u;

/** A name and what stands behind it, parted at the first blank. */
function partition(text: MappedText): [name: string, argument: MappedText] {
  const blank = text.text.indexOf(' ');
  if (blank === -1) return [text.text, text.slice(text.text.length)];
  return [text.text.slice(0, blank), text.slice(blank + 1)];
}

function countLineEnds(text: string): number {
  return text.split('\n').length - 1;
}

function padded(text: MappedText, lineEnds: number): MappedText {
  const missing = lineEnds - countLineEnds(text.text);
  if (missing <= 0) return text;
  return MappedText.join([text, MappedText.generated('\n'.repeat(missing), text.origin(0))]);
}

class CellTransformation {
  readonly constructs: IPythonConstruct[] = [];

  constructor(
    private readonly source: SourceText,
    private readonly options: TransformOptions
  ) {}

  /**
   * Transforms what IPython would run as a cell.
   *
   * @param isRun The kernel runs it, so that a bare word may be a magic; else a magic only compiles it.
   */
  transform(cell: MappedText, isRun: boolean): MappedText {
    const blank = BLANK_LINES.exec(cell.text)![0].length;
    if (cell.text.slice(blank).trim() === '') return cell;
    const stripped = stripIndentAndPrompts(cell.slice(blank));
    return MappedText.join([cell.slice(0, blank), this.transformStripped(stripped, isRun)]);
  }

  private transformStripped(cell: MappedText, isRun: boolean): MappedText {
    if (CELL_MAGIC.test(cell.text)) return this.transformCellMagic(cell);
    if (MAY_HAVE_COMMAND.test(cell.text)) {
      const transformed = this.transformLines(cell);
      if (transformed !== null) return transformed;
    }
    return (isRun ? this.transformBareWord(cell) : null) ?? cell;
  }

  private transformLines(cell: MappedText): MappedText | null {
    const { text } = cell;
    const parts: MappedText[] = [];
    let copied = 0;
    for (let at = 0; at < text.length;) {
      const line = scanLogicalLine(text, at);
      const command = findCommand(cell, line);
      at = line.end;
      if (command === null) continue;
      const indentStart = text.lastIndexOf('\n', line.firstToken! - 1) + 1;
      parts.push(
        cell.slice(copied, indentStart),
        this.transformCommand(cell, command, indentStart, line.firstToken!)
      );
      copied = command.end;
      at = command.end + 1;
    }
    return parts.length === 0 ? null : MappedText.join([...parts, cell.slice(copied)]);
  }

  private transformCommand(
    cell: MappedText,
    command: Command,
    indentStart: number,
    firstToken: number
  ): MappedText {
    const indent = cell.slice(indentStart, firstToken);
    const first = command.isAssigned ? firstToken : command.start;
    const range = this.range(cell, first, command.end);
    const origin = cell.origin(command.start);
    const { facts, call } = this.understand(command, range);
    const rendered = this.render(facts, call, command.content, origin);
    const lines = command.isAssigned
      ? assignmentLines(
          rendered,
          facts.binds,
          cell.slice(indentStart, command.start),
          indent,
          origin
        )
      : statementLines(rendered, facts.binds, indent);
    return padded(lines, countLineEnds(cell.text.slice(indentStart, command.end)));
  }

  /** What a command does, the construct for it, and the call that stands for it. */
  private understand(
    command: Command,
    range: IPythonConstruct['range']
  ): { facts: Meaning; call: string } {
    const { content } = command;
    switch (command.kind) {
      case 'magic': {
        const [name, argument] = partition(content);
        return this.understandLineMagic(
          command.isAssigned ? 'assignment' : 'line-magic',
          name,
          argument.text,
          range
        );
      }
      case 'shell':
      case 'capture': {
        const facts = shellMeaning(content.text);
        const kind = command.isAssigned ? 'assignment' : 'shell';
        const name = command.kind === 'capture' && !command.isAssigned ? '!!' : '!';
        this.add(kind, name, content.text, facts, range, range);
        const method = command.kind === 'capture' ? 'getoutput' : 'system';
        return { facts, call: shellCall(method, [content.text], namesRead(facts)) };
      }
      case 'help':
        return this.understandHelp(command, range);
      default:
        return this.understandAutocall(command, range);
    }
  }

  private understandLineMagic(
    kind: ConstructKind,
    name: string,
    argument: string,
    range: IPythonConstruct['range']
  ): { facts: Meaning; call: string } {
    const facts = lineMagicMeaning(name, argument);
    if (kind === 'automagic')
      facts.concern ??= concern(
        'automagic',
        `Nothing binds ${name}, so IPython takes this line for the magic %${name}. Write the % to make it plain.`
      );
    this.add(kind, name, argument, facts, range, range);
    return { facts, call: shellCall('run_line_magic', [name, argument], namesRead(facts)) };
  }

  private understandHelp(
    { content, isDetailed }: Command,
    range: IPythonConstruct['range']
  ): { facts: Meaning; call: string } {
    const target = content.text;
    const name = target.trim().split(/[.[]/)[0]!;
    const facts = meaning({ mayRead: isIdentifier(name) ? [name] : [] });
    this.add('help', isDetailed ? '??' : '?', target, facts, range, range);
    if (target === '') return { facts, call: 'get_ipython().show_usage()' };
    const method = isDetailed ? 'pinfo2' : target.includes('*') ? 'psearch' : 'pinfo';
    return { facts, call: shellCall('run_line_magic', [method, target], facts.mayRead) };
  }

  private understandAutocall(
    { kind, content }: Command,
    range: IPythonConstruct['range']
  ): { facts: Meaning; call: string } {
    const [name, argument] = partition(content);
    const facts = meaning();
    this.add('autocall', name, argument.text, facts, range, range);
    const words = argument.text.split(/\s+/).filter(word => word !== '');
    if (kind === 'quote-words') return { facts, call: `${name}("${words.join('", "')}")` };
    if (kind === 'quote-all') return { facts, call: `${name}("${argument.text}")` };
    return { facts, call: `${name}(${words.join(', ')})` };
  }

  private transformBareWord(cell: MappedText): MappedText | null {
    if (this.options.automagic === false) return null;
    const text = cell.text.replace(/\n$/, '');
    if (text.includes('\n')) return null;
    const [, name, behind] = BARE_WORD.exec(text)!;
    const argument = behind!.trimStart();
    if (!isBuiltInLineMagic(name!) || /^[=,]/.test(argument)) return null;
    if (isKeyword(name!) || this.options.isBound?.(name!) === true) return null;
    const range = this.range(cell, 0, text.length);
    const { facts, call } = this.understandLineMagic('automagic', name!, argument, range);
    const content = MappedText.join([
      cell.slice(0, name!.length),
      MappedText.generated(' ', cell.origin(name!.length)),
      cell.slice(text.length - argument.length, text.length)
    ]);
    const rendered = this.render(facts, call, content, cell.origin(0));
    return MappedText.join([
      statementLines(rendered, facts.binds, cell.slice(0, 0)),
      cell.slice(text.length)
    ]);
  }

  /** @param content The magic's name and argument: where its Python is. */
  private render(facts: Meaning, call: string, content: MappedText, origin: number): Rendering {
    const generate = (text: string): MappedText => MappedText.generated(text, origin);
    const value = generate(withPossibleNames(call, facts.mayBind));
    const suffix = facts.deletes.length > 0 ? generate(`del ${facts.deletes.join(', ')}`) : null;
    if (facts.equivalent !== null) return rendering({ prefix: generate(facts.equivalent) });
    if (facts.code === null) return rendering({ value, suffix });
    const [, argument] = partition(content);
    const code = this.transform(argument.slice(facts.code.start, facts.code.end), false);
    if (!scanLogicalLine(code.text, 0).hasCode) return rendering({ value, suffix });
    const isExpression = isPlainExpression(code.text);
    if (facts.code.scope === 'function') {
      if (isExpression) return rendering({ prefix: code, value });
      const body = code.lines().map(line => MappedText.join([generate(' '), line]));
      return rendering({
        before: [generate(`def ${TIMED_FUNCTION}():`), ...body],
        value: generate(`${TIMED_FUNCTION}()`),
        suffix: generate(`del ${TIMED_FUNCTION}`)
      });
    }
    if (isExpression)
      return rendering({ value: MappedText.join([generate('('), code, generate(')')]) });
    const lines = code.lines();
    return lines.length === 1 ? rendering({ prefix: code }) : rendering({ before: lines });
  }

  private transformCellMagic(cell: MappedText): MappedText {
    const lineEnd = cell.text.indexOf('\n');
    const headEnd = lineEnd === -1 ? cell.text.length : lineEnd;
    const head = cell.slice(2, cell.text.slice(0, headEnd).trimEnd().length);
    const body = cell.slice(lineEnd === -1 ? headEnd : headEnd + 1);
    const [name, argument] = partition(head);
    const facts = cellMagicMeaning(name, argument.text, body.text);
    const headRange = this.range(cell, 0, head.text.length + 2);
    this.add(
      'cell-magic',
      name,
      argument.text,
      facts,
      this.range(cell, 0, cell.text.length),
      headRange
    );
    const call = shellCall('run_cell_magic', [name, argument.text, body.text], namesRead(facts));
    if (facts.body !== 'python') return this.renderTextMagic(cell, facts, call);
    if (facts.bodyScope === 'function') return this.renderTimedCell(cell, facts, argument, body);
    return this.renderPythonMagic(cell, facts, call, argument, body, name === 'capture');
  }

  private renderTextMagic(cell: MappedText, facts: Meaning, call: string): MappedText {
    const origin = cell.origin(0);
    const rendered = this.render({ ...facts, code: null }, call, cell, origin);
    return padded(
      statementLines(rendered, facts.binds, cell.slice(0, 0)),
      countLineEnds(cell.text)
    );
  }

  /** The body stays where it is; what the magic itself binds is bound in a line behind it. */
  private renderPythonMagic(
    cell: MappedText,
    facts: Meaning,
    call: string,
    argument: MappedText,
    body: MappedText,
    isRun: boolean
  ): MappedText {
    const origin = cell.origin(0);
    const first = facts.code === null ? [] : [argument.slice(facts.code.start, facts.code.end)];
    const lineEnd = MappedText.generated('\n', origin);
    const code = this.transform(MappedText.join([...first, lineEnd, body]), isRun);
    if (facts.binds.length + facts.mayBind.length + facts.mayRead.length === 0) return code;
    const value = MappedText.generated(withPossibleNames(call, facts.mayBind), origin);
    const bound = statementLines(rendering({ value }), facts.binds, cell.slice(0, 0));
    return MappedText.join([code, ...(code.text.endsWith('\n') ? [] : [lineEnd]), bound]);
  }

  private renderTimedCell(
    cell: MappedText,
    facts: Meaning,
    argument: MappedText,
    body: MappedText
  ): MappedText {
    const origin = cell.origin(0);
    const generate = (text: string): MappedText => MappedText.generated(text, origin);
    const setup =
      facts.code === null
        ? []
        : [this.transform(argument.slice(facts.code.start, facts.code.end), false)];
    const blocks = [...setup, this.transform(body, false)].map(block =>
      this.indentBlock(block, generate(' '))
    );
    const call = rendering({
      value: generate(`${TIMED_FUNCTION}()`),
      suffix: generate(`del ${TIMED_FUNCTION}`)
    });
    return MappedText.join([
      generate(`def ${TIMED_FUNCTION}():`),
      ...blocks.flatMap(({ text }) => [generate('\n'), text]),
      ...(blocks.some(({ hasCode }) => hasCode) ? [] : [generate('\n pass')]),
      ...(blocks.at(-1)!.text.text.endsWith('\n') ? [] : [generate('\n')]),
      statementLines(call, facts.binds, cell.slice(0, 0))
    ]);
  }

  /** Indents logical lines only: what is inside strings stays. */
  private indentBlock(
    block: MappedText,
    indent: MappedText
  ): { text: MappedText; hasCode: boolean } {
    const parts: MappedText[] = [];
    let hasCode = false;
    for (let at = 0; at < block.text.length;) {
      const line = scanLogicalLine(block.text, at);
      hasCode ||= line.hasCode;
      parts.push(indent, block.slice(at, line.end));
      at = line.end;
    }
    return { text: MappedText.join(parts), hasCode };
  }

  private range(cell: MappedText, start: number, end: number): IPythonConstruct['range'] {
    const last = end > start ? cell.origin(end - 1) + 1 : cell.origin(start);
    return this.source.range(cell.origin(start), last);
  }

  private add(
    kind: ConstructKind,
    name: string,
    argument: string,
    facts: Meaning,
    range: IPythonConstruct['range'],
    headRange: IPythonConstruct['range']
  ): void {
    this.constructs.push({
      kind,
      name,
      argument,
      body: facts.body,
      range,
      headRange,
      binds: facts.binds,
      mayBind: facts.mayBind,
      deletes: facts.deletes,
      reads: facts.reads,
      mayRead: facts.mayRead,
      runsUnknownCode: facts.runsUnknownCode,
      setsKernelState: facts.setsKernelState,
      concern: facts.concern
    });
  }
}

/**
 * Turns a cell as IPython reads it into plain Python for analysis, by the rules of IPython 9's `inputtransformer2`, of
 * automagic, and of the magics themselves. Lines keep their numbers but for `%timeit`'s statements and setup;
 * `map` has what moved. Never fails: what is no Python afterwards was none before.
 *
 * @param source The cell's source, with any line ends.
 */
export function transformCell(source: string, options: TransformOptions = {}): TransformedCell {
  const original = new SourceText(normaliseNewlines(source));
  const transformation = new CellTransformation(original, options);
  const cell = transformation.transform(MappedText.copied(original.text), true);
  const { constructs } = transformation;
  if (cell.text === original.text) return { source: cell.text, constructs, map: [] };
  return {
    source: cell.text,
    constructs,
    map: cell.toSourceMap(original, new SourceText(cell.text))
  };
}
