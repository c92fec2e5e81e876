/** One message of a `text/event-stream`. */
export interface StreamMessage {
  /** The last id that was sent, with this message or before; what `Last-Event-ID` takes. */
  readonly id: string;
  /** `message` where none was named. */
  readonly type: string;
  readonly data: string;
}

/** Writes one message. `data` must be a single line, as JSON is. */
export function printStreamMessage({ id, type, data }: Partial<StreamMessage>): string {
  return [
    ...(id === undefined ? [] : [`id: ${id}\n`]),
    ...(type === undefined ? [] : [`event: ${type}\n`]),
    `data: ${data ?? ''}\n\n`
  ].join('');
}

/**
 * Reads a `text/event-stream` that comes in pieces, cut anywhere.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class StreamReader {
  private rest = '';
  private id = '';
  private type = '';
  private data: string[] = [];
  private isFirst = true;

  /** The messages that are whole with this piece of text. */
  read(text: string): StreamMessage[] {
    let buffer = this.rest + text;
    if (this.isFirst && buffer !== '') {
      buffer = buffer.replace(/^\uFEFF/, '');
      this.isFirst = false;
    }
    const messages: StreamMessage[] = [];
    let start = 0;
    for (;;) {
      const end = lineEnd(buffer, start);
      if (end === null) break;
      const message = this.line(buffer.slice(start, end.at));
      if (message !== null) messages.push(message);
      start = end.next;
    }
    this.rest = buffer.slice(start);
    return messages;
  }

  private line(line: string): StreamMessage | null {
    if (line === '') return this.dispatch();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.data.push(value);
    if (field === 'event') this.type = value;
    if (field === 'id' && !value.includes('\0')) this.id = value;
    return null;
  }

  private dispatch(): StreamMessage | null {
    const { type, data, id } = this;
    this.type = '';
    this.data = [];
    return data.length === 0 ? null : { id, type: type || 'message', data: data.join('\n') };
  }
}

/** A carriage return at the very end may be half of a line's end: it waits for what follows. */
function lineEnd(text: string, from: number): { at: number; next: number } | null {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\n') return { at, next: at + 1 };
    if (text[at] === '\r') {
      if (at + 1 === text.length) return null;
      return { at, next: text[at + 1] === '\n' ? at + 2 : at + 1 };
    }
  }
  return null;
}
