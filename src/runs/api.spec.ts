/** @jest-environment node */
import { checkSnapshots, downloadLog, followRuns, getHealth } from '@chard/core/protocol/api';
import { ServerConnection } from '@jupyterlab/services';
import { ChardApi } from './api';
import { FakeSocket } from './testing/fakeSocket';

/** A server that answers every request so. */
function api(answer: () => Response | Promise<Response>): ChardApi {
  const fetch = async (): Promise<Response> => answer();
  const WebSocket = FakeSocket.refusing();
  const baseUrl = 'http://host/user/me/';
  return new ChardApi(ServerConnection.makeSettings({ baseUrl, fetch, WebSocket }));
}
const health = { params: {}, query: {}, body: {} };
const feed = { params: {}, query: {} };

afterEach(() => jest.useRealTimers());

it('gives every failure a code: of the server, of nobody there, of no answer at all', async () => {
  const failure = JSON.stringify({ error: { code: 'store-busy', message: 'Busy.' } });
  const busy = api(() => new Response(failure, { status: 503 }));
  await expect(busy.ask(getHealth, health)).rejects.toMatchObject({ code: 'store-busy' });
  const nobody = api(() => new Response('<html>', { status: 502 }));
  await expect(nobody.ask(getHealth, health)).rejects.toMatchObject({ code: 'no-companion' });
  const silent = api(() => Promise.reject(new TypeError('fetch failed')));
  await expect(silent.ask(getHealth, health)).rejects.toMatchObject({ code: 'offline' });
});

it('says what to do where an answer is another version’s', async () => {
  const other = api(() => new Response(JSON.stringify({ version: 7 })));
  await expect(other.ask(getHealth, health)).rejects.toMatchObject({
    code: 'not-understood',
    message: expect.stringContaining('reload the page') as string
  });
});

it('takes a stream that has been silent for long as a lost connection', async () => {
  jest.useFakeTimers();
  const cancelled = jest.fn();
  const body = new ReadableStream({
    start: stream => stream.enqueue(new TextEncoder().encode('data: {"type":"reset"}\n\n')),
    cancel: cancelled
  });
  const messages = api(() => new Response(body)).follow(
    followRuns,
    feed,
    new AbortController().signal
  );
  expect(await messages.next()).toMatchObject({ value: { type: 'reset' } });
  const next = expect(messages.next()).rejects.toMatchObject({ code: 'offline' });
  await jest.advanceTimersByTimeAsync(60_000);
  await next;
  expect(cancelled).toHaveBeenCalled();
});

it('takes a server that does not answer for one that is not there, and lets go of the connection', async () => {
  jest.useFakeTimers();
  const hung: AbortSignal[] = [];
  const fetch = (request: Request): Promise<Response> => {
    hung.push(request.signal);
    return new Promise((_, reject) =>
      request.signal.addEventListener('abort', () => reject(new Error('aborted')))
    );
  };
  const settings = ServerConnection.makeSettings({
    baseUrl: 'http://host/',
    fetch: fetch as never,
    WebSocket: FakeSocket.refusing()
  });
  const asked = new ChardApi(settings);
  const looked = expect(asked.look(getHealth, health)).rejects.toMatchObject({ code: 'offline' });
  const stream = asked.follow(followRuns, feed, new AbortController().signal);
  const followed = expect(stream.next()).rejects.toMatchObject({ code: 'offline' });
  await jest.advanceTimersByTimeAsync(60_000);
  await looked;
  await followed;
  expect(hung.map(({ aborted }) => aborted)).toEqual([true, true]);
});

it('says in words of its own that a stream broke off', async () => {
  const body = new ReadableStream({ pull: stream => stream.error(new TypeError('network error')) });
  const signal = new AbortController().signal;
  const messages = api(() => new Response(body)).follow(followRuns, feed, signal);
  await expect(messages.next()).rejects.toMatchObject({
    code: 'offline',
    message: 'The connection to the server is lost. It is being made again.'
  });
});

describe('a stream over a WebSocket', () => {
  const over = (token = '') => {
    const opened: FakeSocket[] = [];
    const fetch = jest.fn();
    const settings = ServerConnection.makeSettings({
      baseUrl: 'http://host/user/me/',
      fetch,
      WebSocket: FakeSocket.opening(opened),
      token,
      appendToken: token !== ''
    });
    const end = new AbortController();
    const messages = new ChardApi(settings).follow(followRuns, feed, end.signal);
    const next = messages.next();
    return { socket: opened[0]!, next, messages, end, fetch };
  };

  it('takes none of the connections that all requests share', async () => {
    const { socket, next, messages, fetch } = over('secret');
    expect(socket.url).toBe('ws://host/user/me/chard/streams/api/v1/feed?token=secret');
    socket.say('{"status":200}', 'data: {"type":"re', 'set"}\n\ndata: {"type":"reset"}\n\n');
    expect(await next).toMatchObject({ value: { type: 'reset' } });
    expect(await messages.next()).toMatchObject({ value: { type: 'reset' } });
    await messages.return(undefined);
    expect(socket.isClosed).toBe(true);
    expect(fetch).not.toHaveBeenCalled();
  });

  it('is told why there is none', async () => {
    const { socket, next } = over();
    socket.say('{"status":404}', '{"error":{"code":"run-unknown","message":"No such run."}}');
    socket.hangUp(1000);
    await expect(next).rejects.toMatchObject({ code: 'run-unknown' });
  });

  it('ends when all is said, and is lost when it breaks off', async () => {
    const whole = over();
    whole.socket.say('{"status":200}');
    whole.socket.hangUp(1000);
    expect(await whole.next).toMatchObject({ done: true });
    const broken = over();
    broken.socket.say('{"status":200}');
    broken.socket.hangUp(1006);
    await expect(broken.next).rejects.toMatchObject({ code: 'offline' });
    const early = over();
    early.socket.open();
    early.socket.hangUp(1006);
    await expect(early.next).rejects.toMatchObject({ code: 'offline' });
  });

  it('lets go of it when nobody wants it any more', async () => {
    const { socket, next, end } = over();
    end.abort();
    expect(socket.isClosed).toBe(true);
    await expect(next).rejects.toBeDefined();
  });
});

it('links to documents below any base URL', () => {
  const link = api(() => new Response()).address(downloadLog, {
    params: { run: 'r1' },
    query: { step: 'a b' }
  });
  expect(link).toBe('http://host/user/me/chard/api/v1/runs/r1/log/text?step=a%20b');
});

describe('what takes long', () => {
  const check = (...messages: string[]) => {
    const body = new ReadableStream({
      start: stream => {
        for (const text of messages) stream.enqueue(new TextEncoder().encode(text));
        stream.close();
      }
    });
    const told: number[] = [];
    const watch = {
      signal: new AbortController().signal,
      progress: ({ files }: { files: number }) => void told.push(files)
    };
    const input = { params: {}, query: {}, body: {} };
    return { told, done: api(() => new Response(body)).work(checkSnapshots, input, watch) };
  };
  const progress = JSON.stringify({
    type: 'progress',
    files: 3,
    bytes: 5,
    totalFiles: null,
    totalBytes: null
  });
  const report = { snapshots: 1, contents: 2, bytes: 3, damages: [] };

  it('says how far it is, and then what came of it', async () => {
    const { told, done } = check(
      `: hello\n\ndata: ${progress}\n\n`,
      `data: ${JSON.stringify({ type: 'done', answer: { report } })}\n\n`
    );
    expect(await done).toEqual({ report });
    expect(told).toEqual([3]);
  });

  it('fails with what the server says in its midst, or with a connection that is lost', async () => {
    const failure = JSON.stringify({ error: { code: 'store-full', message: 'Full.' } });
    const full = check(`data: ${progress}\n\nevent: failure\ndata: ${failure}\n\n`);
    await expect(full.done).rejects.toMatchObject({ code: 'store-full', message: 'Full.' });
    await expect(check(`data: ${progress}\n\n`).done).rejects.toMatchObject({ code: 'offline' });
  });
});
