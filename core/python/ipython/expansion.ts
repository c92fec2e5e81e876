import { looksLikeExpression, namesInExpression } from './names';

/**
 * How IPython puts variables into shell lines and magics' arguments: `{expression}` and `$name`, by the rules of
 * `str.format` (`{{` is a brace) with whole expressions as fields. Where one of them cannot be evaluated, nothing
 * is replaced and the text goes on as it is, so an unknown name is never an error.
 */

/** `$name.attribute`, unless a single quote is open behind it; `$$` is the shell's dollar. */
const DOLLAR = /\$(\$?[\p{L}\p{N}_.]+)(?=(?:[^']*'[^']*')*[^']*$)/gu;

interface Markup {
  literal: string;
  field: string | null;
}

/** The offset after the `}` that ends a field's name and what is inside; null where `str.format` refuses it. */
function readField(text: string, start: number): { field: string; end: number } | null {
  let at = start;
  let inBrackets = false;
  for (; at < text.length; at += 1) {
    const char = text[at]!;
    if (char === '{') return null;
    if (char === '[') inBrackets = true;
    else if (char === ']') inBrackets = false;
    else if (!inBrackets && (char === '}' || char === ':' || char === '!')) break;
  }
  if (at >= text.length) return null;
  const name = text.slice(start, at);
  if (text[at] === '!') {
    at += 2;
    if (text[at] === '}') return { field: name, end: at + 1 };
    if (text[at] !== ':') return null;
  }
  if (text[at] === '}') return { field: name, end: at + 1 };
  const specification = at + 1;
  let depth = 1;
  for (at = specification; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    else if (text[at] === '}') depth -= 1;
    if (depth === 0) {
      const format = text.slice(specification, at);
      return { field: format === '' ? name : `${name}:${format}`, end: at + 1 };
    }
  }
  return null;
}

function readMarkup(text: string): Markup[] | null {
  const markup: Markup[] = [];
  let literal = '';
  for (let at = 0; at < text.length;) {
    const char = text[at]!;
    if (char !== '{' && char !== '}') {
      literal += char;
      at += 1;
    } else if (text[at + 1] === char) {
      markup.push({ literal: literal + char, field: null });
      literal = '';
      at += 2;
    } else if (char === '}') {
      return null;
    } else {
      const found = readField(text, at + 1);
      if (found === null) return null;
      markup.push({ literal, field: found.field });
      literal = '';
      at = found.end;
    }
  }
  return [...markup, { literal, field: null }];
}

/** Names that IPython looks up to put them into a command or an argument. */
export function expandedNames(text: string): string[] {
  if (!/[{$]/.test(text)) return [];
  const markup = readMarkup(text);
  if (markup === null) return [];
  const expressions = markup.flatMap(({ literal, field }) => [
    ...[...literal.matchAll(DOLLAR)].map(match => match[1]!).filter(word => !word.startsWith('$')),
    ...(field === null ? [] : [field])
  ]);
  if (!expressions.every(looksLikeExpression)) return [];
  return [...new Set(expressions.flatMap(namesInExpression))];
}
