import type { ServerResponse } from 'node:http';

const A_YEAR_SECONDS = 31_536_000;

/** Sends a JSON document; `immutable` lets a browser keep it for good. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  { immutable = false } = {}
): void {
  const bytes = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    'cache-control': immutable ? `private, max-age=${A_YEAR_SECONDS}, immutable` : 'no-store',
    'x-content-type-options': 'nosniff'
  });
  response.end(bytes);
}
