import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import {
  createServer,
  get,
  type IncomingMessage,
  type Server,
  type ServerResponse
} from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ApiFailure } from '@chard/core/protocol/api';
import { Served } from '../testing/served';
import { EventSink } from './eventSink';

describe('a request', () => {
  let served: Served;
  beforeAll(async () => {
    served = await new Served().start();
  });
  afterAll(() => served.close());

  const json = { 'content-type': 'application/json' };
  const ask = async (address: string, request: Parameters<Served['client']['raw']>[1] = {}) => {
    const { status, text } = await served.client.raw(`/api/v1${address}`, request);
    return { status, ...ApiFailure.parse(JSON.parse(text)) };
  };
  const post = (
    address: string,
    body: string | Uint8Array,
    headers: Record<string, string> = json
  ) => ask(address, { method: 'POST', headers, body });

  it('without the secret is refused, whatever it asks', async () => {
    for (const secret of ['', 'wrong', 'a-secret-of-the-specs-that-is-long-enougH']) {
      const headers = { 'x-chard-secret': secret };
      expect(await ask('/health', { headers })).toMatchObject({
        status: 403,
        error: { code: 'forbidden' }
      });
      expect(await ask('/none', { headers })).toMatchObject({ status: 403 });
    }
  });

  it('for what is not there, or not in this way, says so', async () => {
    expect(await ask('/none')).toMatchObject({ status: 404, error: { code: 'not-found' } });
    expect(await ask('/health/')).toMatchObject({ status: 404 });
    expect(await ask('/../v1/health')).toMatchObject({ status: 404 });
    expect(await ask('/runs', { method: 'PUT' })).toMatchObject({
      status: 405,
      error: { code: 'method-not-allowed', message: expect.stringContaining('GET, POST') }
    });
    expect(await ask('/runs/%ff')).toMatchObject({ status: 400, error: { code: 'bad-request' } });
  });

  it('is checked in every part, and every fault named', async () => {
    expect(await ask('/runs?limit=0&state=odd&x=1')).toMatchObject({
      status: 400,
      error: {
        code: 'bad-request',
        issues: expect.arrayContaining([
          expect.objectContaining({ place: 'query.limit' }),
          expect.objectContaining({ place: 'query.state' }),
          expect.objectContaining({ place: 'query', message: expect.stringContaining('x') })
        ])
      }
    });
    expect(await ask('/runs/..%2f..')).toMatchObject({ error: { code: 'bad-request' } });
    expect(await post('/runs', '{"path":"n.ipynb","options":{"odd":1}}')).toMatchObject({
      status: 400,
      error: { issues: [{ place: 'body.options', message: expect.stringContaining('odd') }] }
    });
  });

  it('carries JSON and says so', async () => {
    expect(await post('/runs', '{')).toMatchObject({ status: 400 });
    expect(await post('/runs', Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({ status: 400 });
    expect(await post('/runs', '{}', { 'content-type': 'text/plain' })).toMatchObject({
      status: 415,
      error: { code: 'wrong-media-type' }
    });
  });

  it('that is too large is refused, told beforehand or not', async () => {
    const tooLarge = Buffer.alloc(16 * 1024 * 1024 + 1, ' ');
    const refused = { status: 413, error: { code: 'body-too-large' } };
    expect(
      await post('/runs', '', { ...json, 'content-length': String(tooLarge.length) })
    ).toMatchObject(refused);
    expect(
      await post('/runs', tooLarge, { ...json, 'transfer-encoding': 'chunked' })
    ).toMatchObject(refused);
  });

  it('that nobody foresaw tells the log and not the client', async () => {
    const list = jest.spyOn(served.stores.runs, 'list').mockImplementationOnce(() => {
      throw new Error('inner details');
    });
    const { status, error } = await ask('/runs');
    list.mockRestore();
    expect({ status, code: error.code }).toEqual({ status: 500, code: 'internal' });
    expect(error.message).not.toContain('inner details');
    expect(served.reported.join()).toContain('inner details');
  });
});

describe('a stream of events', () => {
  let folder: string;
  let server: Server;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'chard-sink-'));
    server = createServer().listen(join(folder, 's'));
    await once(server, 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Whether it settles before the event loop has turned so often; all that is ready by then has its turn. */
  async function settles(promise: Promise<void>): Promise<boolean> {
    let isSettled = false;
    void promise.then(() => (isSettled = true));
    for (let turn = 0; turn < 100 && !isSettled; turn += 1) await nextTurn();
    return isSettled;
  }

  it('waits for a client that does not read, and ends with one that goes', async () => {
    const sent = get({ socketPath: join(folder, 's'), agent: false });
    const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
    const gone = new AbortController();
    response.on('close', () => gone.abort(new Error('gone')));
    const sink = new EventSink<string>(response, gone.signal);
    const [reader] = (await once(sent, 'response')) as [IncomingMessage];

    let sending: Promise<void>;
    let messages = 0;
    do {
      sending = sink.send('x'.repeat(100_000));
      messages += 1;
      // The buffers on the way are finite; a sink that does not wait would go on for ever.
      expect(messages).toBeLessThan(1000);
    } while (await settles(sending));
    reader.resume();
    await sending;

    reader.destroy();
    await once(response, 'close');
    await expect(sink.send('more')).rejects.toThrow('gone');
  });
});
