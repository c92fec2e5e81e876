import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type {
  BytesEndpoint,
  JsonEndpoint,
  Method,
  StreamEndpoint,
  WorkEndpoint,
  WorkMessage,
  WorkProgress
} from '@chard/core/protocol/api';
import type { z } from 'zod';
import { readJsonBody } from './body';
import { EventSink } from './eventSink';
import { badRequest, describeFailure } from './failures';
import { sendJson } from './sendJson';

/** One request and its response, with what the address holds, not checked yet. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | string[]>>;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
  /** Gets what nobody foresaw. */
  readonly report: (text: string) => void;
}

/** What answers one kind of request. A failure before anything was sent is thrown. */
export interface Route {
  readonly method: Method;
  /** Below the prefix, with `:name` for a parameter. */
  readonly path: string;
  respond(exchange: Exchange): Promise<void>;
}

/** A request whose address has been checked. */
export interface Asked<Params extends z.ZodType, Query extends z.ZodType> {
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  readonly signal: AbortSignal;
}

/** Answers with a JSON document. */
export function answer<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answer extends z.ZodType
>(
  { method, path, status, params, query, body }: JsonEndpoint<Params, Query, Body, Answer>,
  handle: (
    asked: Asked<Params, Query> & { readonly body: z.output<Body> }
  ) => z.input<Answer> | Promise<z.input<Answer>>,
  { immutable = false } = {}
): Route {
  return {
    method,
    path,
    async respond(exchange) {
      const asked = {
        ...checkAddress(exchange, params, query),
        body: checked(body, await readJsonBody(exchange.request), 'body')
      };
      sendJson(exchange.response, status, await handle(asked), { immutable });
    }
  };
}

/**
 * Answers with events. `handle` looks at the request and gives what sends them; a failure while they are sent is the last
 * of them, of the type `failure`.
 */
export function stream<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Message extends z.ZodType
>(
  { method, path, params, query }: StreamEndpoint<Params, Query, Message>,
  handle: (
    asked: Asked<Params, Query> & { readonly lastEventId: string | undefined }
  ) => (sink: EventSink<z.input<Message>>) => Promise<void>
): Route {
  return {
    method,
    path,
    async respond(exchange) {
      const asked = {
        ...checkAddress(exchange, params, query),
        lastEventId: exchange.request.headers['last-event-id']?.toString()
      };
      const send = handle(asked);
      const sink = new EventSink<z.input<Message>>(exchange.response, exchange.signal);
      try {
        await send(sink);
      } catch (error) {
        if (exchange.signal.aborted) return;
        await sink.tell('failure', describeFailure(error, exchange.report).body);
      }
      sink.end();
    }
  };
}

/** How a work is told that it is given up, and tells how far it is. */
export interface WorkWatch {
  readonly signal: AbortSignal;
  readonly progress: (progress: WorkProgress) => void;
}

/**
 * Does something that takes long. `handle` looks at the request, refuses what cannot be done by throwing, and gives what does it; a
 * failure of that is the last event, of the type `failure`.
 */
export function work<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answer extends z.ZodType
>(
  { method, path, params, query, body }: WorkEndpoint<Params, Query, Body, Answer>,
  handle: (
    asked: Omit<Asked<Params, Query>, 'signal'> & { readonly body: z.output<Body> }
  ) => Promise<(watch: WorkWatch) => Promise<z.input<Answer>>>
): Route {
  return {
    method,
    path,
    async respond(exchange) {
      const { signal } = exchange;
      const execute = await handle({
        ...checkAddress(exchange, params, query),
        body: checked(body, await readJsonBody(exchange.request), 'body')
      });
      const sink = new EventSink<WorkMessage>(exchange.response, signal);
      const progress = (how: WorkProgress): void => {
        // Whoever is gone is noticed by the signal.
        void sink.send({ type: 'progress', ...how }).catch(() => undefined);
      };
      try {
        await sink.send({ type: 'done', answer: await execute({ signal, progress }) });
      } catch (error) {
        if (signal.aborted) return;
        await sink.tell('failure', describeFailure(error, exchange.report).body);
      }
      sink.end();
    }
  };
}

/** Bytes to be sent, at once or as they come. */
export interface Download {
  readonly content: Uint8Array | AsyncIterable<string>;
  /** What a browser calls the file. */
  readonly fileName: string;
}

/** Answers with a document for a person to keep; no browser takes it for a page. */
export function download<Params extends z.ZodType, Query extends z.ZodType>(
  { method, path, params, query, mediaType }: BytesEndpoint<Params, Query>,
  handle: (asked: Asked<Params, Query>) => Download | Promise<Download>
): Route {
  return {
    method,
    path,
    async respond(exchange) {
      const { content, fileName } = await handle(checkAddress(exchange, params, query));
      exchange.response.writeHead(200, {
        'content-type': mediaType,
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff'
      });
      await pipeline(
        content instanceof Uint8Array ? Readable.from([content]) : Readable.from(content),
        exchange.response,
        { signal: exchange.signal }
      );
    }
  };
}

function checkAddress<Params extends z.ZodType, Query extends z.ZodType>(
  { params, query, signal }: Exchange,
  paramsSchema: Params,
  querySchema: Query
): Asked<Params, Query> {
  return {
    params: checked(paramsSchema, params, 'path'),
    query: checked(querySchema, query, 'query'),
    signal
  };
}

/** What `schema` makes of a part of a request. @throws HttpFailure `bad-request`, with every issue and its place. */
function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  part: 'path' | 'query' | 'body'
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => ({
    place: [part, ...path.map(String)].join('.'),
    message
  }));
  throw badRequest(issues.map(({ place, message }) => `${place}: ${message}`).join('; '), issues);
}
