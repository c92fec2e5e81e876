import type { Tree } from 'web-tree-sitter';
import { Language, Parser } from 'web-tree-sitter';
import type { Expr, TypeParam } from '../ast';
import { checkTokens } from '../lexicalChecks';
import type { Token } from '../lexer';
import { tokenize } from '../lexer';
import type { ParsedModule, PythonParser, SyntaxProblem } from '../parser';
import { normaliseNewlines, SourceText } from '../sourceText';
import { checkSyntax } from '../syntaxChecks';
import type { CstProblem, CstTree } from './cst';
import { CstReader } from './cst';
import { lowerExpression } from './expressions';
import { Lowering } from './lowering';
import { maskLayout } from './layout';
import type { Mask } from './masks';
import { applyMasks, blanks } from './masks';
import { repair } from './repairs';
import { maskSoftKeywords } from './softKeywords';
import { maskStars } from './stars';
import { lowerBody } from './statements';
import type { TypeParameterList } from './typeParameters';
import { buildTypeParameters, findTypeParameters } from './typeParameters';

/** The two WASM modules, as bytes: web-tree-sitter's runtime and the Python grammar. */
export interface TreeSitterWasm {
  runtime: Uint8Array;
  grammar: Uint8Array;
}

/**
 * A parser on tree-sitter. The runtime is loaded once for the whole program, by the first call.
 *
 * @throws {Error} When the bytes are not the two modules.
 */
export async function createTreeSitterParser(wasm: TreeSitterWasm): Promise<PythonParser> {
  await Parser.init({ wasmBinary: wasm.runtime });
  const language = await Language.load(wasm.grammar);
  return new TreeSitterParser(language);
}

const TOO_DEEP = 'too many nested parentheses, blocks or operators';

class TreeSitterParser implements PythonParser {
  private readonly parser = new Parser();
  private readonly reader: CstReader;

  constructor(language: Language) {
    this.parser.setLanguage(language);
    this.reader = new CstReader(language);
  }

  parse(source: string): ParsedModule {
    const text = new SourceText(normaliseNewlines(source));
    try {
      return this.parseText(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // The stack is exhausted: CPython, too, bounds how deep a source may nest.
      const range = text.range(0, text.text.length);
      return { body: [], errors: [{ message: TOO_DEEP, range }] };
    }
  }

  private parseText(source: SourceText): ParsedModule {
    const typed = tokenize(source.text);
    const { text, tokens, problems } = repair(source, typed);
    const lists = mayHaveTypeParameters(tokens) ? findTypeParameters(tokens) : [];
    const stars = maskStars(tokens);
    const masked = applyMasks(text, [
      ...maskLists(source, lists),
      ...maskSoftKeywords(tokens),
      ...stars.masks,
      ...maskLayout(text, tokens)
    ]);
    const tree = this.readTree(masked);
    const typeParams = this.typeParameters(source, lists);
    const lowering = new Lowering(source, typeParams, stars.starts, lowerExpression);
    const body = lowerBody(lowering, tree.root);
    const errors = [
      ...problems,
      ...checkTokens(source, typed),
      ...tree.problems.map(problem => describeProblem(source, problem)),
      ...lowering.problems
    ];
    return { body, errors: inOrder([...errors, ...checkSyntax(body)]) };
  }

  private readTree(text: string): CstTree {
    const tree: Tree | null = this.parser.parse(text);
    if (tree === null) throw new Error('tree-sitter gave no tree: the parser has no language.');
    try {
      return this.reader.read(tree);
    } finally {
      tree.delete();
    }
  }

  private typeParameters(
    source: SourceText,
    lists: readonly TypeParameterList[]
  ): Map<number, TypeParam[]> {
    const result = new Map<number, TypeParam[]>();
    for (const list of lists) {
      const parameters = buildTypeParameters(source, list, stretch =>
        this.parseStretch(source, stretch.start, stretch.end)
      );
      result.set(list.nameStart, parameters);
    }
    return result;
  }

  /** Reads one expression, which may have a star, in the middle of a source, at its own offsets. */
  private parseStretch(source: SourceText, start: number, end: number): Expr {
    if (source.text[start] === '*') {
      const value = this.parseStretch(source, start + 1, end);
      return { kind: 'Starred', value, ctx: 'Load', range: source.range(start, end) };
    }
    const text = source.slice(start, end);
    const inner = applyMasks(text, maskSoftKeywords(tokenize(text)));
    // The brackets around it always leave room, and let it run over lines.
    const padded = `${blanks(source.slice(0, start - 1))}(${inner})`;
    const lowering = new Lowering(source, new Map(), new Map(), lowerExpression);
    const [statement] = lowerBody(lowering, this.readTree(padded).root);
    if (statement?.kind === 'Expr') return statement.value;
    return { kind: 'InvalidExpr', values: [], range: source.range(start, end) };
  }
}

function mayHaveTypeParameters(tokens: readonly Token[]): boolean {
  return tokens.some(
    (token, index) =>
      (token.text === 'def' || token.text === 'class' || token.text === 'type') &&
      tokens[index + 2]?.text === '['
  );
}

function maskLists(source: SourceText, lists: readonly TypeParameterList[]): Mask[] {
  return lists.map(list => ({
    start: list.start,
    end: list.end,
    text: blanks(source.slice(list.start, list.end))
  }));
}

function describeProblem(source: SourceText, problem: CstProblem): SyntaxProblem {
  const { node, missing } = problem;
  const message =
    missing === null
      ? 'invalid syntax'
      : missing === 'identifier'
        ? 'invalid syntax: a name is missing here'
        : `expected '${missing}'`;
  return { message, range: source.range(node.start, node.end) };
}

/** In order of the text, one for each place: the first says most. */
function inOrder(problems: readonly SyntaxProblem[]): SyntaxProblem[] {
  const sorted = [...problems].sort(
    (left, right) =>
      left.range.start.line - right.range.start.line ||
      left.range.start.column - right.range.start.column
  );
  return sorted.filter((problem, index) => {
    const previous = sorted[index - 1];
    return (
      previous === undefined ||
      previous.range.start.line !== problem.range.start.line ||
      previous.range.start.column !== problem.range.start.column
    );
  });
}
