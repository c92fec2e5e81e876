import type { Socket } from 'node:net';
import type { SupervisorCommand } from '@chard/core/protocol';
import type { LineSplitter } from './lines';

/** What happens on a connection. A listener that throws closes it with the error. */
export interface ConnectionListener {
  line(line: string): void;
  /** Once, after the last line. `error` is null for an orderly end. */
  closed(error: Error | null): void;
}

/**
 * The socket to one step's supervisor, past the handshake. Lines are handled as they come, before more is read: where
 * the log is slow the socket fills and the step waits.
 */
export class Connection {
  private listener: ConnectionListener | null = null;
  private isClosed = false;
  private failure: Error | null = null;

  /** @param early lines that came along with the handshake. */
  constructor(
    private readonly socket: Socket,
    private readonly splitter: LineSplitter,
    private readonly early: string[]
  ) {
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', error => (this.failure ??= error));
    socket.on('close', () => this.close());
    // A supervisor says nothing before it is told to run; that it ends is noticed only by reading.
    socket.resume();
  }

  get isOpen(): boolean {
    return !this.isClosed && !this.socket.destroyed;
  }

  /** From now on whatever comes, and what has come, goes to the listener. */
  listen(listener: ConnectionListener): void {
    this.listener = listener;
    this.read(() => this.early.splice(0));
    if (!this.isOpen) this.end();
  }

  /** From now on nobody is told; what comes is kept for the next listener. */
  ignore(): void {
    this.listener = null;
  }

  send(command: SupervisorCommand): void {
    if (!this.socket.destroyed) this.socket.write(`${JSON.stringify(command)}\n`);
  }

  /** Cuts it; the supervisor then ends its step and itself. */
  destroy(error?: Error): void {
    this.failure ??= error ?? null;
    this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    this.read(() => {
      const lines = this.splitter.push(chunk);
      if (this.listener !== null) return lines;
      this.early.push(...lines);
      return [];
    });
  }

  private read(lines: () => readonly string[]): void {
    try {
      for (const line of lines()) {
        if (!this.isOpen) return;
        this.listener?.line(line);
      }
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  private close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.end();
  }

  private end(): void {
    const { listener } = this;
    this.listener = null;
    listener?.closed(this.failure);
  }
}
