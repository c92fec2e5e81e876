/** @jest-environment node */
import { downloadLog, followRuns, getHealth } from '@chard/core/protocol/api';
import { ServerConnection } from '@jupyterlab/services';
import { ChardApi } from './api';

/** A server that answers every request so. */
function api(answer: () => Response | Promise<Response>): ChardApi {
  const fetch = async (): Promise<Response> => answer();
  return new ChardApi(ServerConnection.makeSettings({ baseUrl: 'http://host/user/me/', fetch }));
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
    fetch: fetch as never
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

it('links to documents below any base URL', () => {
  const link = api(() => new Response()).address(downloadLog, {
    params: { run: 'r1' },
    query: { step: 'a b' }
  });
  expect(link).toBe('http://host/user/me/chard/api/v1/runs/r1/log/text?step=a%20b');
});
