import { MappedText } from './mappedText';

/** What IPython strips from a cell before it looks for its syntax: common indentation and prompts of a pasted session. */

const IPYTHON_PROMPT = /^(?:(?:(?:\[nav\]|\[ins\])? )?In \[\d+\]: |\s*\.{3,}: ?)/;
const PYTHON_PROMPT = /^\s*>>>[ \t]?/;
const PYTHON_CONTINUATION = /^\s*\.\.\.[ \t]?/;
const STRING_PREFIX = /^[rubf]*$/i;
const BLANK_LINE = /^[ \t]*$/;

function joinLines(lines: readonly MappedText[], whole: MappedText): MappedText {
  const parts: MappedText[] = [];
  lines.forEach((line, index) => {
    if (index > 0) {
      const previousEnd = parts.at(-1)!;
      parts.push(MappedText.generated('\n', previousEnd.origin(previousEnd.text.length)));
    }
    parts.push(line);
  });
  const joined = MappedText.join(parts);
  return joined.text === whole.text ? whole : joined;
}

function commonMargin(lines: readonly string[]): string {
  let margin: string | null = null;
  for (const line of lines) {
    if (BLANK_LINE.test(line)) continue;
    const indent = /^[ \t]*/.exec(line)![0];
    if (margin === null) margin = indent;
    let length = 0;
    while (length < margin.length && margin[length] === indent[length]) length += 1;
    margin = margin.slice(0, length);
  }
  return margin ?? '';
}

function dedent(lines: readonly MappedText[]): MappedText[] {
  const margin = commonMargin(lines.map(line => line.text));
  if (margin === '') return [...lines];
  return lines.map(line =>
    line.slice(BLANK_LINE.test(line.text) ? line.text.length : margin.length)
  );
}

/**
 * The lines that stay as they are because they are inside a triple-quoted string, judged as IPython judges it: quotes
 * are only counted, and a string that starts behind a prompt of a pasted session holds prompts too.
 */
function linesInsideStrings(lines: readonly string[]): boolean[] {
  let open: string | null = null;
  let kept = false;
  let seenPrompt = false;
  return lines.map(line => {
    let inside = open !== null && kept;
    for (const match of line.matchAll(/(?<!\\)("""|''')/g)) {
      const quote = match[1]!;
      if (open === null) {
        open = quote;
        const before = line.slice(0, match.index);
        const stripped = before.replace(PYTHON_PROMPT, '').replace(PYTHON_CONTINUATION, '');
        const isPasted = stripped !== before && seenPrompt;
        kept = !isPasted && STRING_PREFIX.test(stripped.trim());
        inside = kept;
      } else if (open === quote) {
        open = null;
        kept = false;
      }
    }
    seenPrompt ||= PYTHON_PROMPT.test(line);
    return inside;
  });
}

function withoutPrompt(line: MappedText, prompt: RegExp): MappedText {
  const match = prompt.exec(line.text);
  return match === null ? line : line.slice(match[0].length);
}

function stripPythonPrompts(lines: MappedText[]): MappedText[] {
  const inside = linesInsideStrings(lines.map(line => line.text));
  if (!lines.some((line, index) => !inside[index] && PYTHON_PROMPT.test(line.text))) return lines;
  const stripped: MappedText[] = [];
  for (let start = 0; start < lines.length;) {
    let end = start;
    while (end < lines.length && inside[end] === inside[start]) end += 1;
    const before = lines.slice(start, end);
    const after = inside[start]
      ? before
      : before.map(line =>
          withoutPrompt(line, PYTHON_PROMPT.test(line.text) ? PYTHON_PROMPT : PYTHON_CONTINUATION)
        );
    const changed = after.some((line, index) => line.text !== before[index]!.text);
    stripped.push(...(changed ? dedent(after) : after));
    start = end;
  }
  return stripped;
}

function stripIPythonPrompts(lines: MappedText[]): MappedText[] {
  const isSession = lines.slice(0, 2).some(line => IPYTHON_PROMPT.test(line.text));
  return isSession ? lines.map(line => withoutPrompt(line, IPYTHON_PROMPT)) : lines;
}

/** Whether stripping could change anything; most cells need not be split into lines. */
function mayChange(text: string): boolean {
  return /^[ \t]/.test(text) || /^\s*(?:>>>|\.{3,}:)|^(?:\[nav\] |\[ins\] )?In \[/m.test(text);
}

/**
 * Strips common indentation and prompts, line by line: their number stays. Lines of nothing but blanks inside a
 * cell without common indentation keep their blanks, unlike in IPython, which also changes strings that way.
 *
 * @param cell Starts with a line that is not blank.
 */
export function stripIndentAndPrompts(cell: MappedText): MappedText {
  if (!mayChange(cell.text)) return cell;
  return joinLines(stripIPythonPrompts(stripPythonPrompts(dedent(cell.lines()))), cell);
}
