import type { SourceText } from '../sourceText';
import type { MapSegment, SourceMap } from './model';

/** A stretch of a text: copied from the person's source at `from`, or standing for that place. */
interface Piece {
  text: string;
  from: number;
  copied: boolean;
}

/** A text that knows where in the person's source each of its characters comes from. Immutable. */
export class MappedText {
  readonly text: string;

  private constructor(private readonly pieces: readonly Piece[]) {
    this.text = pieces.length === 1 ? pieces[0]!.text : pieces.map(piece => piece.text).join('');
  }

  /** The whole of a source, or a stretch of it that starts at `from`. */
  static copied(text: string, from = 0): MappedText {
    return new MappedText([{ text, from, copied: true }]);
  }

  /** Text that nobody wrote, standing for the place `from` (an offset in the person's source). */
  static generated(text: string, from: number): MappedText {
    return new MappedText([{ text, from, copied: false }]);
  }

  static join(parts: readonly MappedText[]): MappedText {
    const pieces: Piece[] = [];
    for (const piece of parts.flatMap(part => part.pieces)) {
      const last = pieces.at(-1);
      if (last?.copied === true && piece.copied && last.from + last.text.length === piece.from)
        pieces[pieces.length - 1] = { ...last, text: last.text + piece.text };
      else if (piece.text !== '') pieces.push(piece);
    }
    return new MappedText(pieces);
  }

  slice(start: number, end = this.text.length): MappedText {
    const pieces: Piece[] = [];
    let at = 0;
    for (const piece of this.pieces) {
      const from = Math.max(0, start - at);
      const to = Math.min(piece.text.length, end - at);
      if (from < to) {
        const text = piece.text.slice(from, to);
        pieces.push({
          text,
          from: piece.copied ? piece.from + from : piece.from,
          copied: piece.copied
        });
      }
      at += piece.text.length;
      if (at >= end) break;
    }
    return new MappedText(pieces);
  }

  /** Where in the person's source the character at `offset` comes from; at the end, the place after the last one. */
  origin(offset: number): number {
    let at = 0;
    let end = 0;
    for (const piece of this.pieces) {
      const within = offset - at;
      if (within < piece.text.length) return piece.copied ? piece.from + within : piece.from;
      at += piece.text.length;
      end = piece.copied ? piece.from + piece.text.length : piece.from;
    }
    return end;
  }

  /** The lines, without their ends. */
  lines(): MappedText[] {
    const lines: MappedText[] = [];
    let start = 0;
    for (let end = this.text.indexOf('\n'); end !== -1; end = this.text.indexOf('\n', start)) {
      lines.push(this.slice(start, end));
      start = end + 1;
    }
    lines.push(this.slice(start));
    return lines;
  }

  /** The map from this text, given by the source that it was made of. */
  toSourceMap(source: SourceText, own: SourceText): SourceMap {
    const [first] = this.pieces;
    if (this.pieces.length <= 1 && (first === undefined || (first.copied && first.from === 0)))
      return [];
    const segments: MapSegment[] = [];
    let at = 0;
    for (const { text, from, copied } of this.pieces) {
      segments.push({ at: own.position(at), original: source.position(from), copied });
      at += text.length;
    }
    return segments;
  }
}
