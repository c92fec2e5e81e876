/** What means something in an expression. */
const PUNCTUATION = /[.+^${}()|/-]/;
const ANY = '.*';
/** Expressions with more of it can take very long. */
const MOST_WILD = 3;
/** No part of a path is this. */
const NOTHING = /^(?!)/;

/**
 * Names that rules in the form of a `.gitignore` could leave out by themselves: of a path that any rule leaves out, one of the parts is
 * among them. It says yes too often rather than not often enough, and is one expression for all rules, so that they need to be asked
 * one by one only about few paths.
 */
export function candidateNames(rules: readonly string[]): RegExp {
  const parts = rules
    .flatMap(text => text.split(/\r?\n/))
    .filter(rule => rule.trim() !== '' && !/^[#!]/.test(rule))
    .map(lastPart);
  return parts.length === 0 ? NOTHING : new RegExp(`^(?:${parts.join('|')})$`, 's');
}

/** An expression for the last part of a rule, which is the one that what it leaves out is named by. */
function lastPart(rule: string): string {
  // What is escaped, ends with unusual spaces, or has a bracket across parts, is too rare to be worth more.
  if (/\\|[^\S ]$|\[[^\]]*\//.test(rule)) return ANY;
  const bare = rule.replace(/^\uFEFF/, '').replace(/ +$/, '');
  const part = bare.replace(/\/+$/, '').split('/').at(-1) ?? '';
  // From the first bracket to the last, whatever it is that lies between.
  const expression = part.replace(/\[.*\]/, '*').replace(/[*[\]]+|./gs, expressionOf);
  return expression.split(ANY).length > MOST_WILD ? ANY : expression;
}

function expressionOf(character: string): string {
  if (character === '?') return '.';
  if (/[*[\]]/.test(character)) return ANY;
  return PUNCTUATION.test(character) ? `\\${character}` : character;
}
