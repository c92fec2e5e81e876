import {
  cancelRun,
  deleteRun,
  downloadLog,
  followLog,
  followRun,
  followRuns,
  getDisplay,
  getHealth,
  getRun,
  getRunEnvironment,
  getRunNotebook,
  getRunPipeline,
  listDisplays,
  listRuns,
  listValues,
  measureRuns,
  readLog,
  renameRun,
  searchLog,
  type LogLine
} from '@chard/core/protocol/api';
import type { Pipeline } from '@chard/core/pipeline';
import {
  fold,
  fromSnapshot,
  initialRunState,
  takeSnapshot,
  type RunEventBody
} from '@chard/core/run';
import { interpreter } from '../../engines/local/testing/bench';
import { eventually, printed } from '../../engines/local/testing/observe';
import { sketchPipeline } from '../../engines/local/testing/pipelines';
import { newRun, OWNER, runCreated } from '../../stores/testing/contract';
import { Served } from '../testing/served';

let served: Served;
beforeEach(async () => {
  served = await new Served().start();
});
afterEach(() => served.close());

/** A run without an engine: what its log holds is all that there is. */
function record(id: string, notebook: string, ...bodies: RunEventBody[]): void {
  served.stores.runs.create(
    newRun(id, {
      notebook: served.notebook(notebook),
      pipeline: `pipeline of ${id}`,
      events: [{ time: 1000, body: runCreated(id) }]
    }),
    OWNER
  );
  append(id, ...bodies);
}

function append(id: string, ...bodies: RunEventBody[]): void {
  served.stores.runs.append(
    id,
    OWNER,
    bodies.map((body, index) => ({ time: 2000 + index, body }))
  );
}

const started: RunEventBody = { type: 'run-started', pid: 1 };
const succeeded: RunEventBody = { type: 'run-finished', state: 'succeeded', error: null };
const said = (text: string): RunEventBody => ({
  type: 'output',
  step: 'a',
  attempt: 1,
  cell: 0,
  stream: 'stdout',
  text
});
const finish = (id: string): void => {
  append(id, succeeded);
  served.stores.leases.release(id, OWNER);
};

/** Starts a real run of steps that the engine's own specs have the runner for. */
async function execute(pipeline: Pipeline): Promise<{ id: string; finished: Promise<unknown> }> {
  return served.engine.start({
    pipeline,
    notebook: { path: served.notebook('real.ipynb'), bytes: Buffer.from('{"real": 1}') },
    interpreter: {
      ...interpreter(),
      record: {
        executable: '/python',
        version: '3',
        implementation: 'cpython',
        platform: 'linux',
        prefix: '/',
        paths: { purelib: '/', platlib: '/' },
        packages: { numpy: '2' }
      }
    },
    options: { cache: true, from: null, only: null, base: null }
  });
}

it('says which server it is', async () => {
  expect(await served.client.call(getHealth)).toEqual({
    version: expect.any(String),
    instance: 'instance-1',
    resumed: []
  });
});

describe('the list of runs', () => {
  const ids = async (query: Parameters<typeof listRuns.query.parse>[0] = {}): Promise<string[]> =>
    (await served.client.call(listRuns, { query: query as object })).runs.map(({ id }) => id);

  it('is filtered by notebook, state and text, and comes in pages', async () => {
    record('r1', 'a.ipynb', started);
    record('r2', 'folder/b.ipynb', {
      ...(runCreated('r2') as Extract<RunEventBody, { type: 'run-created' }>),
      parameters: { depth: 3 }
    });
    record('r3', 'a.ipynb');
    expect(await ids()).toEqual(['r3', 'r2', 'r1']);
    expect(await ids({ notebook: 'a.ipynb' })).toEqual(['r3', 'r1']);
    expect(await ids({ state: ['running', 'failed'] })).toEqual(['r1']);
    expect(await ids({ text: 'FOLDER/B' })).toEqual(['r2']);
    expect(await ids({ text: 'pipeline of r1' })).toEqual(['r1']);
    expect(await ids({ text: 'run 2' })).toEqual(['r3']);
    expect(await ids({ text: 'depth=3' })).toEqual(['r2']);
    const first = await served.client.call(listRuns, { query: { limit: 2 } });
    expect(first.next).toBe('r2');
    const rest = await served.client.call(listRuns, { query: { limit: 2, before: 'r2' } });
    expect([rest.runs.map(({ id }) => id), rest.next]).toEqual([['r1'], null]);
  });

  it('knows nothing of notebooks outside of the root, nor do other requests', async () => {
    served.stores.runs.create(newRun('out', { notebook: '/elsewhere/x.ipynb' }), OWNER);
    expect(await ids()).toEqual([]);
    const params = { run: 'out' };
    const unknown = { status: 404, error: expect.objectContaining({ code: 'run-unknown' }) };
    for (const endpoint of [getRun, cancelRun, deleteRun, readLog, listValues, listDisplays]) {
      expect(await served.client.failure(endpoint as typeof getRun, { params })).toMatchObject(
        unknown
      );
    }
    expect(served.stores.runs.get('out')).toBeDefined();
  });

  it('is told of as it changes', async () => {
    record('r1', 'a.ipynb');
    finish('r1');
    const feed = served.client.stream(followRuns, {}, {});
    const next = async () => (await feed.next()).value?.parsed;
    expect(await next()).toEqual({ type: 'reset' });
    record('r2', 'b.ipynb');
    expect(await next()).toMatchObject({ type: 'changed', run: { id: 'r2', state: 'pending' } });
    append('r2', said('text changes nothing in a list'));
    finish('r2');
    expect(await next()).toMatchObject({ type: 'changed', run: { id: 'r2', state: 'succeeded' } });
    served.stores.runs.delete('r1');
    expect(await next()).toEqual({ type: 'deleted', id: 'r1' });
    await feed.return(undefined);
  });

  it('is told of where it goes on, so that nobody keeps what was read in between', async () => {
    record('r1', 'a.ipynb', started);
    record('r2', 'b.ipynb');
    finish('r2');
    const feed = served.client.stream(followRuns, {}, {});
    const next = async () => (await feed.next()).value?.parsed;
    expect(await next()).toEqual({ type: 'reset' });
    // Interrupted and gone on with between two looks at the list, and read by somebody at that moment.
    append('r1', { type: 'run-interrupted', message: 'gone' }, { type: 'run-resumed', pid: 2 });
    expect(await next()).toMatchObject({ type: 'changed', run: { id: 'r1', state: 'running' } });
    finish('r1');
    expect(await next()).toMatchObject({ type: 'changed', run: { id: 'r1', state: 'succeeded' } });
    served.stores.runs.delete('r2');
    expect(await next()).toEqual({ type: 'deleted', id: 'r2' });
    await feed.return(undefined);
  });
});

describe('a run', () => {
  it('has a title for as long as a person wants', async () => {
    record('r1', 'a.ipynb');
    const title = async (value: string | null) =>
      (await served.client.call(renameRun, { params: { run: 'r1' }, body: { title: value } })).run
        .title;
    expect(await title('  smaller rate ')).toBe('smaller rate');
    expect((await served.client.call(listRuns, { query: { text: 'SMALLER' } })).runs).toHaveLength(
      1
    );
    expect(await title(null)).toBeNull();
    const failure = { params: { run: 'r1' }, body: { title: ' ' } };
    expect(await served.client.failure(renameRun, failure)).toMatchObject({ status: 400 });
  });

  it('is not deleted while it goes on, and then with what only it needs', async () => {
    record('r1', 'a.ipynb', started);
    const params = { run: 'r1' };
    expect(await served.client.failure(deleteRun, { params })).toMatchObject({
      status: 409,
      error: { code: 'run-active' }
    });
    finish('r1');
    const measured = { body: { runs: ['r1'] } };
    expect(await served.client.call(measureRuns, measured)).toEqual({ files: 0, bytes: 0 });
    served.stores.artefacts.put(Buffer.from('unused'));
    expect(await served.client.call(deleteRun, { params })).toEqual({
      id: 'r1',
      freed: { files: 1, bytes: 6, postponed: false }
    });
    expect(await served.client.failure(getRun, { params })).toMatchObject({ status: 404 });
  });

  it('gives its state, pipeline, environment, notebook, values and inputs as they were', async () => {
    const pipeline = sketchPipeline({
      parameters: { rate: 0.5 },
      steps: {
        load: { code: 'xs = [1, 2]', outputs: ['xs'] },
        use: { code: 'n = len(xs)', after: ['load'], takes: { xs: ['load'] }, leaves: ['n'] }
      }
    });
    const { id, finished } = await execute(pipeline);
    await finished;
    const params = { run: id };
    const { run, snapshot } = await served.client.call(getRun, { params });
    expect(run).toMatchObject({ id, notebook: 'real.ipynb', state: 'succeeded', title: null });
    const whole = fold(initialRunState, served.stores.runs.read(id));
    expect(takeSnapshot(fromSnapshot(snapshot))).toEqual(takeSnapshot(whole));
    expect((await served.client.call(getRunPipeline, { params })).pipeline).toEqual(pipeline);
    const { environment } = await served.client.call(getRunEnvironment, { params });
    expect(environment.packages).toEqual({ numpy: '2' });
    const notebook = await served.client.text(getRunNotebook, params, {});
    expect(notebook.text).toBe('{"real": 1}');
    expect(notebook.headers['content-disposition']).toContain('real.ipynb');
    const { values, inputs } = await served.client.call(listValues, {
      params,
      query: { step: 'use' }
    });
    expect(values).toMatchObject([{ name: 'n', step: 'use', type: 'int', repr: '2', kept: true }]);
    expect(inputs).toMatchObject([{ name: 'xs', step: 'load', type: 'list' }]);
    const query = { step: 'none' };
    expect(await served.client.failure(listValues, { params, query })).toMatchObject({
      status: 404,
      error: { code: 'step-unknown' }
    });
  });

  it('ends when it is asked to', async () => {
    const wait = 'import time\nprint("waiting", flush=True)\nwhile True: time.sleep(0.05)';
    const { id, finished } = await execute(sketchPipeline({ steps: { a: { code: wait } } }));
    await eventually(served.stores, id, printed('a', 'waiting'));
    const { run } = await served.client.call(cancelRun, { params: { run: id } });
    expect(run.cancelling || run.state === 'cancelled').toBe(true);
    await finished;
    expect((await served.client.call(getRun, { params: { run: id } })).run).toMatchObject({
      state: 'cancelled',
      cancelling: false
    });
    // Of a run that is over it changes nothing.
    await served.client.call(cancelRun, { params: { run: id } });
    expect(served.stores.runs.get(id)?.phase).toBe('cancelled');
  });
});

describe('the events of a run', () => {
  const seqs = async (query: object, lastEventId?: string): Promise<string[]> => {
    const seen: string[] = [];
    for await (const { id, type } of served.client.stream(
      followRun,
      { run: 'r1' },
      query,
      lastEventId
    )) {
      seen.push(type === 'message' ? id : type);
    }
    return seen;
  };

  it('come from where the client was, without text unless it is asked for, and then end', async () => {
    record('r1', 'a.ipynb', started, said('one'), said('two'));
    finish('r1');
    expect(await seqs({})).toEqual(['1', '2', '5', 'end']);
    expect(await seqs({ output: true, after: 1 })).toEqual(['2', '3', '4', '5', 'end']);
    expect(await seqs({ output: true, after: 1 }, '4')).toEqual(['5', 'end']);
    expect(await seqs({}, 'not ours')).toEqual(['1', '2', '5', 'end']);
    expect(await seqs({ after: 9 })).toEqual(['end']);
  });

  it('come as they happen', async () => {
    record('r1', 'a.ipynb');
    const stream = served.client.stream(followRun, { run: 'r1' }, {});
    expect((await stream.next()).value?.parsed).toMatchObject({ type: 'run-created' });
    append('r1', started);
    expect((await stream.next()).value?.parsed).toMatchObject({ type: 'run-started' });
    finish('r1');
    expect((await stream.next()).value?.parsed).toMatchObject({ type: 'run-finished' });
    expect((await stream.next()).value).toMatchObject({ type: 'end', data: '{"reason":"over"}' });
    expect((await stream.next()).done).toBe(true);
  });

  it('end when the run is deleted', async () => {
    record('r1', 'a.ipynb');
    const stream = served.client.stream(followRun, { run: 'r1' }, {});
    await stream.next();
    served.stores.leases.release('r1', OWNER);
    served.stores.runs.delete('r1');
    expect((await stream.next()).value).toMatchObject({
      type: 'end',
      data: '{"reason":"deleted"}'
    });
  });

  it('that cannot be read any more end with the failure', async () => {
    record('r1', 'a.ipynb');
    const stream = served.client.stream(followRun, { run: 'r1' }, {});
    await stream.next();
    jest.spyOn(served.stores.runs, 'read').mockImplementationOnce(() => {
      throw new Error('the disk is gone');
    });
    append('r1', started);
    expect((await stream.next()).value).toMatchObject({
      type: 'failure',
      data: expect.stringContaining('"code":"internal"')
    });
    expect((await stream.next()).done).toBe(true);
  });
});

describe('a log', () => {
  const params = { run: 'r1' };
  const page = async (query: object) => {
    const { lines, total, complete } = await served.client.call(readLog, { params, query });
    return { texts: lines.map(({ text }) => text), total, complete };
  };

  it('is read by the page, from the end too, searched and downloaded', async () => {
    record('r1', 'a.ipynb', said('one\ntwo\nthr'), said('ee\n'));
    expect(await page({ from: 1, limit: 1 })).toEqual({
      texts: ['two'],
      total: 3,
      complete: false
    });
    expect((await page({ from: -2 })).texts).toEqual(['two', 'three']);
    expect((await page({ from: -9, limit: 1 })).texts).toEqual(['one']);
    expect((await page({ step: 'a', stream: ['stderr'] })).total).toBe(0);
    const found = await served.client.call(searchLog, { params, query: { text: 'T' } });
    expect(found.matches.map(({ line, ranges }) => [line.line, ranges])).toEqual([
      [1, [[0, 1]]],
      [2, [[0, 1]]]
    ]);
    expect([found.next, found.total]).toEqual([null, 3]);
    finish('r1');
    expect((await page({})).complete).toBe(true);
    const whole = await served.client.text(downloadLog, params, { step: 'a' });
    expect(whole.text).toBe('one\ntwo\nthree\n');
    expect(whole.headers['content-type']).toContain('text/plain');
    const query = { step: 'none' };
    expect(await served.client.failure(readLog, { params, query })).toMatchObject({ status: 404 });
  });

  it('is followed: new lines and the one that is still written, never more than asked for', async () => {
    record('r1', 'a.ipynb', said('one\ntwo'));
    const stream = served.client.stream(followLog, params, { tail: 2 });
    const next = async () => {
      const growth = (await stream.next()).value?.parsed;
      return (
        growth && [growth.total, growth.complete, growth.lines.map(({ text }: LogLine) => text)]
      );
    };
    expect(await next()).toEqual([2, false, ['one', 'two']]);
    append('r1', said(' and a half\n'));
    expect(await next()).toEqual([2, false, ['two and a half']]);
    append('r1', said('x\n'.repeat(1000)));
    expect(await next()).toEqual([1002, false, ['x', 'x']]);
    finish('r1');
    expect(await next()).toEqual([1002, true, []]);
    expect((await stream.next()).done).toBe(true);
  });
});

describe('displays', () => {
  const shown = (data: Record<string, string>, change: object = {}): RunEventBody => ({
    type: 'display',
    step: 'a',
    attempt: 1,
    cell: 0,
    kind: 'display',
    data,
    metadata: {},
    displayId: null,
    update: false,
    ...change
  });

  it('are listed without their content, which may be kept for ever', async () => {
    record(
      'r1',
      'a.ipynb',
      shown({ 'text/plain': 'old' }, { displayId: 'd' }),
      shown(
        { 'text/plain': 'new', 'image/png': 'AAAA' },
        { displayId: 'd', update: true, cell: 5 }
      ),
      said('text')
    );
    const params = { run: 'r1' };
    const { displays } = await served.client.call(listDisplays, { params, query: { step: 'a' } });
    expect(displays).toMatchObject([
      {
        seq: 3,
        cell: 0,
        mimeTypes: ['text/plain', 'image/png'],
        digest: expect.stringMatching(/^\w{64}$/)
      }
    ]);
    const content = await served.client.call(getDisplay, { params: { run: 'r1', seq: 3 } });
    expect(content.data).toEqual({ 'text/plain': 'new', 'image/png': 'AAAA' });
    const { headers } = await served.client.raw('/api/v1/runs/r1/displays/3');
    expect(headers['cache-control']).toContain('immutable');
    expect(
      await served.client.failure(getDisplay, { params: { run: 'r1', seq: 4 } })
    ).toMatchObject({
      status: 404,
      error: { code: 'display-unknown' }
    });
  });
});
