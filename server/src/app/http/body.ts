import type { IncomingMessage } from 'node:http';
import { badRequest, HttpFailure } from './failures';

/** Notebooks are read from the disk; a body holds at most the sources of one that is not saved yet. */
export const BODY_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * The JSON document that a request carries; an empty object for none.
 * @throws HttpFailure `body-too-large`, `wrong-media-type`, `bad-request`.
 */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return {};
  const mediaType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') {
    const message = `The body is ${mediaType || 'of no type'}; this takes application/json.`;
    throw new HttpFailure(415, { error: { code: 'wrong-media-type', message } });
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw badRequest(`The body is no JSON: ${error instanceof Error ? error.message : error}.`);
  }
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT_BYTES) throw tooLarge();
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > BODY_LIMIT_BYTES) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function tooLarge(): HttpFailure {
  const message = `The body is larger than ${BODY_LIMIT_BYTES / 1024 / 1024} MiB. Leave outputs out of a notebook's content.`;
  return new HttpFailure(413, { error: { code: 'body-too-large', message } });
}
