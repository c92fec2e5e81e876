import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { printStreamMessage } from '@chard/core/protocol/api';

/** Proxies cut connections that are silent for long; most wait a minute. */
const BEAT_MILLISECONDS = 15_000;

/** The Server-Sent Events of one response. */
export class EventSink<Message = unknown> {
  private readonly beating: NodeJS.Timeout;

  constructor(
    private readonly response: ServerResponse,
    readonly signal: AbortSignal
  ) {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // nginx would hold events back to fill its buffer.
      'x-accel-buffering': 'no'
    });
    // Says at once that the stream is there, before anything has happened in it.
    response.write(': hello\n\n');
    this.beating = setInterval(() => {
      if (!response.writableNeedDrain) response.write(': beat\n\n');
    }, BEAT_MILLISECONDS);
    signal.addEventListener('abort', () => clearInterval(this.beating), { once: true });
  }

  /**
   * Sends one message and resolves when the client can take another: whoever waits for it never has more than a
   * buffer full in memory for a client that is slow. Rejects when the client is gone.
   */
  async send(message: Message, id?: string): Promise<void> {
    await this.write(
      printStreamMessage({ ...(id !== undefined && { id }), data: JSON.stringify(message) })
    );
  }

  /** Sends a message of another type than the stream's own. */
  async tell(type: string, data: unknown): Promise<void> {
    await this.write(printStreamMessage({ type, data: JSON.stringify(data) }));
  }

  end(): void {
    clearInterval(this.beating);
    this.response.end();
  }

  private async write(text: string): Promise<void> {
    this.signal.throwIfAborted();
    if (!this.response.write(text)) await once(this.response, 'drain', { signal: this.signal });
  }
}
