import type { LogicalLine } from './logicalLine';
import { MappedText } from './mappedText';

/** IPython's syntax in a cell's lines, found but not yet understood. Offsets into the cell's text. */
export interface Command {
  kind: 'magic' | 'shell' | 'capture' | 'help' | 'quote-words' | 'quote-all' | 'call';
  /** Where it starts; what stands before on its line is indentation, or the target of an assignment. */
  start: number;
  /** Where its last line ends, before the line end. */
  end: number;
  /** It is the right side of an assignment. */
  isAssigned: boolean;
  /** Behind the escape character, continued lines joined; of help, the object (with `%` of a magic). */
  content: MappedText;
  /** How much help is asked for. */
  isDetailed: boolean;
}

const HELP = /(%{0,2}(?!\d)[\p{L}\p{N}_*]+(?:\.(?!\d)[\p{L}\p{N}_*]+|\[-?[0-9]+\])*)(\?\??)$/u;
const NO_ESCAPE = /^(?:%=|\/[/=]|!=)/;

function endOfPhysicalLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

function endOfContinuedLine(text: string, start: number): number {
  let end = endOfPhysicalLine(text, start);
  while (end + 1 < text.length && text[end - 1] === '\\') end = endOfPhysicalLine(text, end + 1);
  return end;
}

function trimEnd(text: MappedText): MappedText {
  return text.slice(0, text.text.trimEnd().length);
}

/** Lines that backslashes continue, as the one line that IPython makes of them. */
function joinContinuedLines(lines: MappedText): MappedText {
  const parts: MappedText[] = [];
  const pieces = lines.lines();
  pieces.forEach((piece, index) => {
    if (index === pieces.length - 1) parts.push(trimEnd(piece));
    else
      parts.push(
        piece.slice(0, piece.text.length - 1),
        MappedText.generated(' ', piece.origin(piece.text.length))
      );
  });
  return MappedText.join(parts);
}

function findHelp(cell: MappedText, line: LogicalLine): Command | null {
  if (line.questionMark === null || line.firstToken === null) return null;
  const end = endOfPhysicalLine(cell.text, line.questionMark);
  const match = HELP.exec(cell.text.slice(line.firstToken, end));
  if (match === null) return null;
  const start = line.firstToken + match.index;
  return {
    kind: 'help',
    start: line.firstToken,
    end,
    isAssigned: false,
    content: cell.slice(start, start + match[1]!.length),
    isDetailed: match[2] === '??'
  };
}

function findEscape(cell: MappedText, line: LogicalLine): Command | null {
  const start = line.firstToken;
  if (start === null) return null;
  const escape = cell.text.slice(start, start + 2);
  if (!'%!?,;/'.includes(escape[0]!) || NO_ESCAPE.test(escape)) return null;
  const end = endOfContinuedLine(cell.text, start);
  const isDouble = escape === '!!' || escape === '??';
  const content = joinContinuedLines(cell.slice(start, end)).slice(isDouble ? 2 : 1);
  const command = { start, end, isAssigned: false, content, isDetailed: isDouble };
  switch (escape[0]) {
    case '%':
      return { ...command, kind: 'magic' };
    case '!':
      return { ...command, kind: isDouble ? 'capture' : 'shell' };
    case '?':
      return { ...command, kind: 'help' };
    case ',':
      return { ...command, kind: 'quote-words' };
    case ';':
      return { ...command, kind: 'quote-all' };
    default:
      return /^(?: |$)/.test(content.text) ? null : { ...command, kind: 'call' };
  }
}

function findAssigned(cell: MappedText, line: LogicalLine): Command | null {
  const start = line.assigned;
  if (start === null) return null;
  const end = endOfContinuedLine(cell.text, start);
  return {
    kind: cell.text[start] === '%' ? 'magic' : 'capture',
    start,
    end,
    isAssigned: true,
    content: joinContinuedLines(cell.slice(start, end)).slice(1),
    isDetailed: false
  };
}

/** What of a logical line is IPython's: help goes before magics and shell lines, those before assignments. */
export function findCommand(cell: MappedText, line: LogicalLine): Command | null {
  return findHelp(cell, line) ?? findEscape(cell, line) ?? findAssigned(cell, line);
}
