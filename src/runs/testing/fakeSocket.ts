type Maker = typeof WebSocket;

/** Stands for a browser's WebSocket: what the other side does is called. */
export class FakeSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  binaryType = 'blob';
  isClosed = false;

  private constructor(readonly url: string) {}

  /** No socket is let through. */
  static refusing(): Maker {
    return this.maker(socket => void Promise.resolve().then(() => socket.hangUp(1006)));
  }

  /** Each socket is put into `opened`. */
  static opening(opened: FakeSocket[]): Maker {
    return this.maker(socket => opened.push(socket));
  }

  private static maker(begin: (socket: FakeSocket) => void): Maker {
    return function (url: string) {
      const socket = new FakeSocket(url);
      begin(socket);
      return socket;
    } as unknown as Maker;
  }

  open(): void {
    this.onopen?.();
  }

  /** The first part as a text, the others as bytes. */
  say(status: string, ...parts: readonly string[]): void {
    this.open();
    this.onmessage?.({ data: status });
    for (const part of parts) {
      this.onmessage?.({ data: new TextEncoder().encode(part).buffer as ArrayBuffer });
    }
  }

  hangUp(code: number): void {
    this.isClosed = true;
    this.onclose?.({ code });
  }

  close(): void {
    if (!this.isClosed) this.hangUp(1005);
  }
}
