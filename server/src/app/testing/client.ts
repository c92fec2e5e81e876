import { request as send, type IncomingMessage } from 'node:http';
import {
  ApiFailure,
  requestTarget,
  StreamReader,
  WorkMessage,
  type Endpoint,
  type BytesEndpoint,
  type JsonEndpoint,
  type StreamEndpoint,
  type StreamMessage,
  type WorkEndpoint,
  type WorkProgress
} from '@chard/core/protocol/api';
import type { z } from 'zod';
import { SECRET_HEADER } from '../http/server';

/** What a request may carry besides what its endpoint's schemas know. */
export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

type Input<Schema extends z.ZodType> = z.input<Schema>;

/** Talks to a server on a Unix socket, and checks every answer by its schema. */
export class Client {
  constructor(
    private readonly socket: string,
    private readonly secret: string
  ) {}

  /** The answer of a success. */
  async call<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
    endpoint: JsonEndpoint<P, Q, B, A>,
    input: { params?: Input<P>; query?: Input<Q>; body?: Input<B> } = {}
  ): Promise<z.output<A>> {
    const { status, text } = await this.ask(endpoint, input);
    if (status !== endpoint.status) throw new Error(`${endpoint.path}: ${status} ${text}`);
    return endpoint.answer.parse(JSON.parse(text));
  }

  /** The status and the body of a failure. */
  async failure<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
    endpoint: JsonEndpoint<P, Q, B, A>,
    input: { params?: Input<P>; query?: Input<Q>; body?: Input<B> } = {}
  ): Promise<ApiFailure & { status: number }> {
    const { status, text } = await this.ask(endpoint, input);
    return { status, ...ApiFailure.parse(JSON.parse(text)) };
  }

  /** The answer of a work, with what it said on its way; or its failure, whose status is 200 where it had begun. */
  async work<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
    endpoint: WorkEndpoint<P, Q, B, A>,
    input: { params?: Input<P>; query?: Input<Q>; body?: Input<B> } = {}
  ): Promise<
    | { answer: z.output<A>; progress: WorkProgress[] }
    | (ApiFailure & { status: number; answer?: undefined })
  > {
    const { status, text } = await this.ask(endpoint, input);
    if (status !== 200) return { status, ...ApiFailure.parse(JSON.parse(text)) };
    const progress: WorkProgress[] = [];
    for (const { type, data } of new StreamReader().read(text)) {
      if (type === 'failure') return { status, ...ApiFailure.parse(JSON.parse(data)) };
      const message = WorkMessage.parse(JSON.parse(data));
      if (message.type === 'done')
        return { answer: endpoint.answer.parse(message.answer), progress };
      progress.push(message);
    }
    throw new Error(`${endpoint.path} ended without an answer.`);
  }

  /** The text of a download. */
  async text<P extends z.ZodType, Q extends z.ZodType>(
    endpoint: BytesEndpoint<P, Q>,
    params: Input<P>,
    query: Input<Q>
  ): Promise<RawAnswer> {
    return this.raw(target(endpoint, params, query));
  }

  /** A stream's messages until it ends or breaks off; leaving the loop closes it. */
  async *stream<P extends z.ZodType, Q extends z.ZodType, M extends z.ZodType>(
    endpoint: StreamEndpoint<P, Q, M>,
    params: Input<P>,
    query: Input<Q>,
    lastEventId?: string
  ): AsyncGenerator<StreamMessage & { parsed: z.output<M> | null }> {
    const response = await this.open(target(endpoint, params, query), {
      headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
    });
    if (response.statusCode !== 200) throw new Error(`${endpoint.path}: ${response.statusCode}`);
    const reader = new StreamReader();
    try {
      for await (const chunk of response.setEncoding('utf8')) {
        for (const message of reader.read(String(chunk))) {
          const isOwn = message.type === 'message';
          yield {
            ...message,
            parsed: isOwn ? endpoint.message.parse(JSON.parse(message.data)) : null
          };
        }
      }
    } finally {
      response.destroy();
    }
  }

  async raw(address: string, request: RawRequest = {}): Promise<RawAnswer> {
    const response = await this.open(address, request);
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
    return { status: response.statusCode ?? 0, headers: response.headers, text };
  }

  /** The response as soon as its head is there. */
  open(
    address: string,
    { method = 'GET', headers = {}, body }: RawRequest = {}
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = send(
        {
          socketPath: this.socket,
          path: address,
          method,
          headers: { [SECRET_HEADER]: this.secret, ...headers },
          agent: false
        },
        resolve
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  private ask<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
    endpoint: JsonEndpoint<P, Q, B, A> | WorkEndpoint<P, Q, B, A>,
    { params, query, body }: { params?: Input<P>; query?: Input<Q>; body?: Input<B> }
  ): Promise<RawAnswer> {
    return this.raw(target(endpoint, params ?? {}, query ?? {}), {
      method: endpoint.method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body)
      })
    });
  }
}

/** As the proxy passes it on: without what Jupyter mounts the server at. */
function target(endpoint: Endpoint, params: unknown, query: unknown): string {
  return requestTarget(endpoint, { params, query }).replace(/^chard/, '');
}
