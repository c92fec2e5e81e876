import type { Diagnostic } from '@chard/core';
import {
  ApiFailure,
  requestTarget,
  StreamReader,
  WorkMessage,
  type BytesEndpoint,
  type JsonEndpoint,
  type StreamEndpoint,
  type StreamMessage,
  type TargetInput,
  type WorkEndpoint,
  type WorkProgress
} from '@chard/core/protocol/api';
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { z } from 'zod';
import { openSocket } from './socket';

/** The server says something every 15 seconds, if only that it is there: longer silence is a connection that is gone. */
const SILENCE_MS = 45_000;

/** An answer that is not a success, or no answer at all (`code` `offline`). */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly diagnostics: readonly Diagnostic[] = []
  ) {
    super(message);
  }
}

/** How something that takes long is followed and ended. */
export interface WorkWatch {
  readonly signal: AbortSignal;
  readonly progress?: (progress: WorkProgress) => void;
}

/** The companion server, reached through Jupyter Server and its authentication. */
export class ChardApi {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  /** Where a browser gets a document from, for a link. */
  address<E extends BytesEndpoint>(endpoint: E, input: TargetInput<E>): string {
    return this.url(requestTarget(endpoint, input));
  }

  /**
   * Asks one question; `signal` takes it back. Throws an `ApiError` for every answer that is not a success.
   */
  async ask<E extends JsonEndpoint>(
    endpoint: E,
    input: TargetInput<E> & { readonly body: z.input<E['body']> },
    signal: AbortSignal | null = null
  ): Promise<z.output<E['answer']>> {
    const response = await this.fetch(
      requestTarget(endpoint, input),
      requestOf(endpoint, input, signal)
    );
    return understood(endpoint.answer, await response.json()) as z.output<E['answer']>;
  }

  /** As `ask`, of what the server knows at once: no answer for long means that the connection is gone, however it looks. */
  async look<E extends JsonEndpoint>(
    endpoint: E,
    input: TargetInput<E> & { readonly body: z.input<E['body']> },
    signal?: AbortSignal
  ): Promise<z.output<E['answer']>> {
    signal?.throwIfAborted();
    const giveUp = new AbortController();
    signal?.addEventListener('abort', () => giveUp.abort());
    return orSilence(this.ask(endpoint, input, giveUp.signal), () => giveUp.abort());
  }

  /** The text of a document. */
  async read<E extends BytesEndpoint>(
    endpoint: E,
    input: TargetInput<E>,
    signal: AbortSignal
  ): Promise<string> {
    return (await this.fetch(requestTarget(endpoint, input), { signal })).text();
  }

  /** Does something that takes long; `progress` hears how far it is, and the signal ends it. Throws an `ApiError` where it fails. */
  async work<E extends WorkEndpoint>(
    endpoint: E,
    input: TargetInput<E> & { readonly body: z.input<E['body']> },
    { signal, progress }: WorkWatch
  ): Promise<z.output<E['answer']>> {
    const request = requestOf(endpoint, input, null);
    const open = (watch: AbortSignal): Promise<Response> =>
      this.fetch(requestTarget(endpoint, input), { ...request, signal: watch });
    for await (const { type, data, status } of this.messages(open, signal)) {
      if (type === 'failure') throw failureIn(data, status);
      const message = WorkMessage.parse(JSON.parse(data));
      if (message.type === 'progress') progress?.(message);
      else return endpoint.answer.parse(message.answer) as z.output<E['answer']>;
    }
    throw lost();
  }

  /** The messages of a stream until it ends or `signal` ends it. Messages of other types than `message` are left out. */
  async *follow<E extends StreamEndpoint>(
    endpoint: E,
    input: TargetInput<E>,
    signal: AbortSignal
  ): AsyncGenerator<z.output<E['message']>> {
    const target = requestTarget(endpoint, input);
    const open = async (watch: AbortSignal): Promise<Response> => {
      const response = await openSocket(this.settings, target, watch).catch(error => {
        throw watch.aborted ? error : lost();
      });
      // Over HTTP one hears why it is refused; and somebody's proxy may know no WebSockets.
      if (response === null) return this.fetch(target, { signal: watch });
      if (response.ok) return response;
      throw await failureOf(response);
    };
    for await (const { type, data } of this.messages(open, signal)) {
      if (type === 'message') {
        yield understood(endpoint.message, JSON.parse(data)) as z.output<E['message']>;
      }
    }
  }

  /** The messages of an answer that is a stream, until it ends or falls silent, or `signal` ends it. Leaving the loop closes it. */
  private async *messages(
    open: (signal: AbortSignal) => Promise<Response>,
    signal: AbortSignal
  ): AsyncGenerator<StreamMessage & { readonly status: number }> {
    const giveUp = new AbortController();
    const abort = (): void => giveUp.abort();
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    try {
      const response = await orSilence(open(giveUp.signal), abort);
      for await (const message of messagesIn(response.body!, signal, abort)) {
        yield { ...message, status: response.status };
      }
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  private url(target: string): string {
    const url = URLExt.join(this.settings.baseUrl, target.split('?')[0]!);
    return target.includes('?') ? url + target.slice(target.indexOf('?')) : url;
  }

  private async fetch(target: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(this.url(target), init, this.settings);
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new ApiError('offline', 'Jupyter Server does not answer. Is it still running?');
    }
    if (response.ok) return response;
    throw await failureOf(response);
  }
}

function requestOf<E extends JsonEndpoint | WorkEndpoint>(
  { method }: E,
  { body }: { readonly body: z.input<E['body']> },
  signal: AbortSignal | null
): RequestInit {
  if (method === 'GET') return { method, signal };
  const headers = { 'Content-Type': 'application/json' };
  return { method, signal, headers, body: JSON.stringify(body) };
}

/** A page that is older or newer than its server may be told what it does not know; the faults in it help nobody. */
function understood(schema: z.ZodType, answer: unknown): unknown {
  const found = schema.safeParse(answer);
  if (found.success) return found.data;
  throw new ApiError(
    'not-understood',
    'The server has answered something that this page does not know. If Chard was just updated, restart Jupyter and reload the page.'
  );
}

async function* messagesIn(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
  giveUp: () => void
): AsyncGenerator<StreamMessage> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const messages = new StreamReader();
  try {
    for (;;) {
      const { done, value } = await orSilence(reader.read(), giveUp).catch(error => {
        throw signal.aborted || error instanceof ApiError ? error : lost();
      });
      if (done) return;
      yield* messages.read(value);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** What the browser says of a connection that breaks off ("network error") helps nobody. */
function lost(): ApiError {
  return new ApiError('offline', 'The connection to the server is lost. It is being made again.');
}

/**
 * What comes next. A laptop that slept does not hear that its connection has ended, and a proxy may keep one open to a server that
 * hangs: then nothing comes any more, and `giveUp` is called.
 */
async function orSilence<T>(reading: Promise<T>, giveUp: () => void): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new ApiError('offline', 'The server has said nothing for a while.'));
      giveUp();
    }, SILENCE_MS);
  });
  try {
    return await Promise.race([reading, silence]);
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
}

async function failureOf(response: Response): Promise<ApiError> {
  return failureIn(await response.text(), response.status);
}

function failureIn(text: string, status: number): ApiError {
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const failure = ApiFailure.safeParse(body);
  if (!failure.success) {
    return new ApiError('no-companion', `The companion server is not there (${status}).`);
  }
  const { error, diagnostics } = failure.data;
  return new ApiError(error.code, error.message, diagnostics);
}
