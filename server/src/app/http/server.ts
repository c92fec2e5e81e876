import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { describeFailure, HttpFailure } from './failures';
import type { Router } from './router';
import { sendJson } from './sendJson';

/** The header in which the proxy shows that it is the one that started this process. */
export const SECRET_HEADER = 'x-chard-secret';

/** A request whose body has not come by then is given up. */
const REQUEST_MILLISECONDS = 60_000;

export interface ServerOptions {
  readonly router: Router;
  readonly secret: string;
  /** Gets what nobody foresaw. */
  readonly report: (text: string) => void;
}

/** The server that hands each request of whoever knows the secret to its route, and tells what went wrong. */
export function createHttpServer({ router, secret, report }: ServerOptions): Server {
  const expected = sha256(secret);
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    response.on('close', () => gone.abort(new Error('The client is gone.')));
    try {
      admit(request, expected);
      const { route, ...address } = router.match(request.method ?? '', request.url ?? '');
      await route.respond({ request, response, ...address, signal: gone.signal, report });
    } catch (error) {
      if (gone.signal.aborted) return;
      fail(response, error, report);
    }
  };
  return createServer({ requestTimeout: REQUEST_MILLISECONDS }, (request, response) => {
    void respond(request, response);
  });
}

function admit(request: IncomingMessage, expected: Buffer): void {
  const given = request.headers[SECRET_HEADER];
  if (typeof given === 'string' && timingSafeEqual(sha256(given), expected)) return;
  const message = 'This server is reached through Jupyter only.';
  throw new HttpFailure(403, { error: { code: 'forbidden', message } });
}

function fail(response: ServerResponse, error: unknown, report: (text: string) => void): void {
  const { status, body } = describeFailure(error, report);
  if (response.headersSent) {
    // Too late for a status; an answer that breaks off is not taken for a whole one.
    response.destroy();
    return;
  }
  // What is left of a body that was refused is not read.
  response.setHeader('connection', 'close');
  sendJson(response, status, body);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
