const NEWLINE = 0x0a;

/** A line longer than this is not a message of ours (a display of this size would not fit a browser either). */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

/** Cuts a stream of bytes into lines without looking at any byte twice. */
export class LineSplitter {
  private parts: Buffer[] = [];
  private length = 0;

  constructor(private readonly maxBytes: number = MAX_LINE_BYTES) {}

  /** The lines that end in `chunk`, without their newlines. @throws RangeError for a line without end. */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.parts.push(chunk.subarray(start, end));
      lines.push(this.take());
      start = end + 1;
    }
    if (start < chunk.length) {
      this.parts.push(chunk.subarray(start));
      this.length += chunk.length - start;
      if (this.length > this.maxBytes) {
        throw new RangeError(`a line of more than ${this.maxBytes} bytes`);
      }
    }
    return lines;
  }

  private take(): string {
    const line = this.parts.length === 1 ? (this.parts[0] as Buffer) : Buffer.concat(this.parts);
    this.parts = [];
    this.length = 0;
    return line.toString('utf8');
  }
}
