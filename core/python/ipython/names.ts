import { tokenize } from '../lexer';
import type { Token } from '../lexer';

const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global ' +
    'if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' ')
);
const OPERATOR_WORDS = new Set('and or not in is if else for lambda await async yield'.split(' '));
const VALUE_WORDS = new Set(['True', 'False', 'None']);
const IDENTIFIER = /^[\p{L}_\p{Nl}][\p{L}\p{N}\p{M}_]*$/u;
const CLOSER_OF: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/** Whether a word can name a variable. */
export function isIdentifier(word: string): boolean {
  return IDENTIFIER.test(word) && !KEYWORDS.has(word);
}

export function isKeyword(word: string): boolean {
  return KEYWORDS.has(word);
}

function unique(names: Iterable<string>): string[] {
  return [...new Set(names)];
}

function significant(text: string): Token[] {
  return tokenize(text).filter(
    ({ kind }) => kind !== 'comment' && kind !== 'newline' && kind !== 'nl'
  );
}

function isName(token: Token | undefined): token is Token {
  return token?.kind === 'name' && !KEYWORDS.has(token.text);
}

function startsOperand({ kind, text }: Token): boolean {
  if (kind === 'name') return !OPERATOR_WORDS.has(text) || text === 'lambda' || text === 'await';
  return kind === 'number' || kind === 'string';
}

function endsOperand({ kind, text }: Token): boolean {
  if (kind === 'name') return !KEYWORDS.has(text) || VALUE_WORDS.has(text);
  return kind === 'number' || kind === 'string' || text === ')' || text === ']' || text === '}';
}

function isBalanced(tokens: readonly Token[]): boolean {
  const open: string[] = [];
  for (const { kind, text } of tokens) {
    if (kind !== 'operator') continue;
    if (CLOSER_OF[text] !== undefined) open.push(CLOSER_OF[text]);
    else if (')]}'.includes(text) && open.pop() !== text) return false;
  }
  return open.length === 0;
}

/** Whether a text could be one Python expression, as far as its words and brackets tell. */
export function looksLikeExpression(text: string): boolean {
  const tokens = significant(text);
  if (tokens.length === 0 || !isBalanced(tokens)) return false;
  return tokens.every((token, index) => {
    if (token.kind === 'error' || token.text === ';') return false;
    if (token.kind === 'name' && KEYWORDS.has(token.text))
      if (!OPERATOR_WORDS.has(token.text) && !VALUE_WORDS.has(token.text)) return false;
    const previous = tokens[index - 1];
    if (previous === undefined || !endsOperand(previous) || !startsOperand(token)) return true;
    return previous.kind === 'string' && token.kind === 'string';
  });
}

/** Whether a text that Python accepts is a plain expression: neither a statement nor one that binds names. */
export function isPlainExpression(text: string): boolean {
  if (!looksLikeExpression(text)) return false;
  let depth = 0;
  for (const { kind, text: word } of significant(text)) {
    if (kind !== 'operator') continue;
    if ('([{'.includes(word)) depth += 1;
    else if (')]}'.includes(word)) depth -= 1;
    else if (word === ':=') return false;
    else if (depth === 0 && (word === ':' || /^(?:[^=!<>]|\*\*|\/\/|<<|>>)?=$/.test(word)))
      return false;
  }
  return true;
}

/** Names that an expression's text may read, those of its comprehensions and keyword arguments left out. */
export function namesInExpression(text: string): string[] {
  const tokens = significant(text);
  const bound = new Set<string>();
  tokens.forEach((token, index) => {
    if (token.text !== 'for') return;
    for (let at = index + 1; at < tokens.length && tokens[at]!.text !== 'in'; at += 1)
      if (isName(tokens[at])) bound.add(tokens[at]!.text);
  });
  return unique(
    tokens
      .filter((token, index) => {
        if (!isName(token) || bound.has(token.text)) return false;
        return tokens[index - 1]?.text !== '.' && tokens[index + 1]?.text !== '=';
      })
      .map(token => token.text)
  );
}

/** Names in a text of unknown language that a name of the notebook could be meant by. */
export function namesInText(text: string): string[] {
  return unique(
    tokenize(text)
      .filter((token, index, all) => isName(token) && all[index - 1]?.text !== '.')
      .map(token => token.text)
  );
}

/** Names that a text would bind if it were Python: targets of `=`, definitions, imports, `for` and `as`. */
export function namesBoundInText(text: string): string[] {
  const bound: string[] = [];
  for (const line of text.split('\n')) {
    const definition = /^\s*(?:async\s+)?(?:def|class)\s+([\p{L}_][\p{L}\p{N}_]*)/u.exec(line);
    if (definition !== null) bound.push(definition[1]!);
    const targets =
      /^\s*((?:[\p{L}_][\p{L}\p{N}_]*\s*[,=]\s*)*[\p{L}_][\p{L}\p{N}_]*)\s*(?::[^=]*)?=(?!=)/u.exec(
        line
      );
    if (targets !== null) bound.push(...targets[1]!.split(/[\s,=]+/));
    const loop = /^\s*(?:async\s+)?for\s+(.+?)\s+in\b/u.exec(line);
    if (loop !== null) bound.push(...loop[1]!.split(/[\s,()[\]*]+/));
    const imported = /^\s*(?:from\s+[\w.]+\s+)?import\s+(.+)$/u.exec(line);
    if (imported !== null)
      for (const item of imported[1]!.replace(/[()#].*$/, '').split(','))
        bound.push(
          item
            .trim()
            .split(/\s+as\s+/)
            .at(-1)!
            .split('.')[0]!
        );
    for (const match of line.matchAll(/\bas\s+([\p{L}_][\p{L}\p{N}_]*)/gu)) bound.push(match[1]!);
  }
  return unique(bound.filter(isIdentifier));
}
