import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from 'node:fs';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import {
  checkSnapshots,
  compareSnapshots,
  deleteSnapshot,
  followRun,
  getRun,
  getSnapshot,
  getSnapshotFile,
  listRuns,
  listSnapshotFiles,
  listSnapshots,
  measureSnapshot,
  measureSnapshotRemoval,
  measureSnapshots,
  planSnapshot,
  pruneSnapshots,
  restoreRun,
  restoreSnapshot,
  runAsItWas,
  takeSnapshotOf,
  writeIgnore,
  type SnapshotItem
} from '@chard/core/protocol/api';
import type { RunSnapshotUse } from '@chard/core/run';
import { interpreter } from '../../../engines/local/testing/bench';
import { sketchPipeline } from '../../../engines/local/testing/pipelines';
import { snapshotUse } from '../../../runs/runSnapshot';
import { Served } from '../../testing/served';

jest.setTimeout(120_000);

let served: Served;
beforeEach(async () => {
  served = await new Served().start();
});
afterEach(async () => {
  await served.close();
  expect(served.reported).toEqual([]);
});

const NOTEBOOK = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] };
const ENVIRONMENT = {
  executable: '/python',
  version: '3.0.0',
  implementation: 'cpython',
  platform: 'linux',
  prefix: '/',
  paths: { purelib: '/', platlib: '/' },
  packages: { 'gone-since': '1.0' }
};
const OUTSIDE = '0123456789abcdef';

/** Writes a file below the root. */
function write(path: string, content: string): void {
  const file = join(served.rootFolder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

const read = (path: string): string => readFileSync(join(served.rootFolder, path), 'utf8');

function notebook(path: string, metadata: object = {}): void {
  write(path, JSON.stringify({ ...NOTEBOOK, metadata }));
}

async function take(path: string, body: object = {}): Promise<SnapshotItem> {
  const taken = await served.client.work(takeSnapshotOf, { body: { path, ...body } });
  if (!taken.answer) throw new Error(taken.error.message);
  return taken.answer.snapshot;
}

const about = (snapshot: string) => ({ params: { snapshot } });

/** A run that works on a snapshot. */
async function run(path: string, snapshot: RunSnapshotUse): Promise<string> {
  const { id, finished } = await served.engine.start({
    pipeline: sketchPipeline({ steps: { a: { code: 'x = 1' } } }),
    notebook: { path: served.notebook(path), bytes: readFileSync(served.notebook(path)) },
    interpreter: { ...interpreter(), record: ENVIRONMENT },
    options: { cache: true, from: null, only: null, base: null },
    snapshot
  });
  await finished;
  return id;
}

async function runOn(path: string, { id }: SnapshotItem): Promise<string> {
  return run(path, snapshotUse(await served.snapshots().get(id), null));
}

describe('before a snapshot', () => {
  it('says which folders it would take, and how much that is', async () => {
    notebook('a/n.ipynb', {
      chard: { volumes: [{ name: 'far', type: 'pvc', mountPoint: '/mnt/far', snapshot: true }] }
    });
    write('a/data.csv', '12345');
    write('a/node_modules/x', 'not taken');
    const plan = await served.client.call(planSnapshot, { body: { path: 'a/n.ipynb' } });
    expect(plan.volumes).toEqual([
      { name: null, path: join(served.rootFolder, 'a'), leftOut: null },
      { name: 'far', path: null, leftOut: expect.stringContaining('outside') }
    ]);
    expect(plan.ignore).toEqual({ text: '', defaults: expect.arrayContaining(['node_modules/']) });
    const measured = await served.client.work(measureSnapshot, { body: { path: 'a/n.ipynb' } });
    const bytes = 5 + read('a/n.ipynb').length;
    expect(measured.answer?.volumes).toEqual([{ name: null, files: 2, bytes }]);
  });

  it('writes the rules of what is left out, and removes them', async () => {
    notebook('a/n.ipynb');
    write('a/data.csv', '12345');
    await served.client.call(writeIgnore, { body: { path: 'a/n.ipynb', text: '*.csv\n' } });
    expect(read('a/.chardignore')).toBe('*.csv\n');
    expect((await take('a/n.ipynb')).sources[0]?.counts.files).toBe(2);
    await served.client.call(writeIgnore, { body: { path: 'a/n.ipynb', text: ' ' } });
    expect(existsSync(join(served.rootFolder, 'a/.chardignore'))).toBe(false);
  });

  it('refuses notebooks outside of the root, and those that are not there', async () => {
    symlinkSync(served.stores.home, join(served.rootFolder, 'out'));
    const refused = { status: 404, error: { code: 'path-outside-root' } };
    const body = { path: 'out/n.ipynb' };
    expect(await served.client.failure(planSnapshot, { body })).toMatchObject(refused);
    expect(await served.client.work(measureSnapshot, { body })).toMatchObject(refused);
    expect(await served.client.work(takeSnapshotOf, { body })).toMatchObject(refused);
    const ignore = { body: { ...body, text: 'x' } };
    expect(await served.client.failure(writeIgnore, ignore)).toMatchObject(refused);
    expect(existsSync(join(served.stores.home, '.chardignore'))).toBe(false);
    expect(
      await served.client.failure(planSnapshot, { body: { path: '../n.ipynb' } })
    ).toMatchObject({ status: 400, error: { code: 'bad-request' } });
    expect(
      await served.client.work(takeSnapshotOf, { body: { path: 'none.ipynb' } })
    ).toMatchObject({ status: 404, error: { code: 'notebook-unreadable' } });
  });
});

describe('taking and listing', () => {
  it('keeps one for a person, and one for a run', async () => {
    notebook('a/n.ipynb');
    write('a/data.csv', '12345');
    const own = await take('a/n.ipynb', { title: ' before the move ' });
    expect(own).toMatchObject({
      title: 'before the move',
      notebook: 'a/n.ipynb',
      isForRun: false,
      sources: [{ name: 'notebook', folder: 'a', counts: { files: 2 } }],
      needs: { count: 0, runs: [] }
    });
    notebook('b.ipynb');
    const forRun = await take('b.ipynb', { forRun: true });
    expect(forRun).toMatchObject({ title: null, isForRun: true });
    expect(forRun.sources[0]?.folder).toBe('');
    const { snapshots } = await served.client.call(listSnapshots);
    expect(snapshots.map(({ id }) => id)).toEqual([forRun.id, own.id]);
    const of = await served.client.call(listSnapshots, { query: { notebook: 'a/n.ipynb' } });
    expect(of.snapshots).toEqual([own]);
  });

  it('tells how far it is', async () => {
    notebook('n.ipynb');
    for (let index = 0; index < 20; index += 1) write(`f${index}`, `${index}`);
    const taken = await served.client.work(takeSnapshotOf, { body: { path: 'n.ipynb' } });
    expect(taken.answer && taken.progress.at(-1)).toMatchObject({ files: 21, totalFiles: null });
  });

  it('that a run was to have leaves nothing when it is given up in the middle, and no run', async () => {
    notebook('n.ipynb');
    write('small', 'taken by then');
    // Holes take no room, and seconds to be read.
    write('large', '');
    truncateSync(join(served.rootFolder, 'large'), 16 * 2 ** 30);
    const response = await served.client.open('/api/v1/snapshots', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path: 'n.ipynb', forRun: true })
    });
    const store = join(served.stores.home, 'snapshots');
    const left = (folder: string): string[] => readdirSync(join(store, folder));
    await once(response, 'data');
    expect(left('locks')).toHaveLength(1);
    expect(left('staging')).toHaveLength(1);
    response.destroy();
    while (left('locks').length > 0) await new Promise(resolve => setImmediate(resolve));
    for (const folder of ['staging', 'contents', 'manifests', 'records', 'copies', 'pins']) {
      expect([folder, left(folder)]).toEqual([folder, []]);
    }
    expect((await served.client.call(listRuns)).runs).toEqual([]);
    rmSync(join(served.rootFolder, 'large'));
    expect(await runOn('n.ipynb', await take('n.ipynb', { forRun: true }))).toMatch(/./);
  });

  it('leaves nothing when the client gives up', async () => {
    notebook('n.ipynb');
    write('large', 'x');
    let gone: (() => void) | null = null;
    const given = new Promise<void>(resolve => (gone = resolve));
    const create = jest
      .spyOn(served.snapshots(), 'create')
      .mockImplementationOnce(async (_, { signal } = {}) => {
        await new Promise<void>(resolve =>
          signal?.addEventListener('abort', () => {
            gone?.();
            resolve();
          })
        );
        signal?.throwIfAborted();
        throw new Error('was not given up');
      });
    const response = await served.client.open('/api/v1/snapshots', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path: 'n.ipynb' })
    });
    response.destroy();
    await given;
    expect(create).toHaveBeenCalledTimes(1);
    expect(await served.snapshots().list()).toEqual([]);
  });

  it('says which runs need one, what could not be taken, and where its notebook is', async () => {
    notebook('a/n.ipynb');
    const { id } = await take('a/n.ipynb', { forRun: true });
    const first = await runOn('a/n.ipynb', await take('a/n.ipynb', { forRun: true }));
    const got = await served.client.call(getSnapshot, about(id));
    expect(got.notebook).toEqual({ source: 'notebook', path: 'n.ipynb' });
    expect(got.problems).toEqual([]);
    const { snapshots } = await served.client.call(listSnapshots);
    const needed = snapshots.find(({ needs }) => needs.count > 0);
    expect(needed?.needs).toEqual({
      count: 1,
      runs: [{ id: first, number: 1, title: null, notebook: 'a/n.ipynb' }]
    });
  });

  it('shows nothing of folders outside of the root', async () => {
    mkdirSync(join(served.stores.home, 'mine'));
    writeFileSync(join(served.stores.home, 'mine/x'), 'secret');
    notebook('n.ipynb');
    const { id } = await served.snapshots().create(
      [
        { name: 'notebook', path: served.rootFolder },
        { name: 'mine', path: join(served.stores.home, 'mine') }
      ],
      { labels: { notebook: served.notebook('n.ipynb') } }
    );
    const here = await take('n.ipynb');
    expect((await served.client.call(listSnapshots)).snapshots.map(each => each.id)).toEqual([
      here.id
    ]);
    const refused = { status: 404, error: { code: 'snapshot-outside-root' } };
    expect(await served.client.failure(getSnapshot, about(id))).toMatchObject(refused);
    expect(await served.client.failure(measureSnapshotRemoval, about(id))).toMatchObject(refused);
    expect(await served.client.failure(deleteSnapshot, about(id))).toMatchObject(refused);
    expect(
      await served.client.failure(listSnapshotFiles, { ...about(id), query: { source: 'mine' } })
    ).toMatchObject(refused);
    const file = await served.client.text(
      getSnapshotFile,
      { snapshot: id },
      { source: 'mine', path: 'x' }
    );
    expect([file.status, file.text.includes('secret')]).toEqual([404, false]);
    expect(
      await served.client.failure(compareSnapshots, { body: { before: id, after: here.id } })
    ).toMatchObject(refused);
    expect(await served.client.work(restoreSnapshot, { ...about(id), body: {} })).toMatchObject(
      refused
    );
    expect(
      await served.client.call(pruneSnapshots, { body: { keepLast: 1, dryRun: false } })
    ).toMatchObject({ report: { removed: [], kept: [{ snapshot: here.id }] } });
    const sizes = await served.client.work(measureSnapshots);
    expect(Object.keys(sizes.answer?.own ?? {})).toEqual([here.id]);
    expect(await served.snapshots().list()).toHaveLength(2);
  });

  it('says of all requests that a snapshot is not there', async () => {
    const unknown = { status: 404, error: { code: 'snapshot-unknown' } };
    const params = about(OUTSIDE);
    expect(await served.client.failure(getSnapshot, params)).toMatchObject(unknown);
    expect(await served.client.failure(deleteSnapshot, params)).toMatchObject(unknown);
    expect(await served.client.failure(measureSnapshotRemoval, params)).toMatchObject(unknown);
    expect(await served.client.work(restoreSnapshot, { ...params, body: {} })).toMatchObject(
      unknown
    );
    expect(
      await served.client.failure(compareSnapshots, { body: { before: OUTSIDE, after: OUTSIDE } })
    ).toMatchObject(unknown);
    expect(await served.client.failure(getSnapshot, about('latest'))).toMatchObject({
      status: 400,
      error: { code: 'bad-request' }
    });
  });
});

describe('sizes', () => {
  it('are what each alone has, and what removing it frees', async () => {
    notebook('n.ipynb');
    write('shared', 'x'.repeat(1000));
    write('first', 'a'.repeat(300));
    const first = await take('n.ipynb');
    rmSync(join(served.rootFolder, 'first'));
    write('second', 'b'.repeat(20));
    write('twice', 'b'.repeat(20));
    const second = await take('n.ipynb');
    const { answer } = await served.client.work(measureSnapshots);
    expect(answer).toEqual({
      own: { [first.id]: 300, [second.id]: 20 },
      total: 1320 + read('n.ipynb').length
    });
    const removal = await served.client.call(measureSnapshotRemoval, about(first.id));
    // Its list and its record go, too.
    expect(removal.bytes).toBeGreaterThan(300);
    const { report } = await served.client.call(deleteSnapshot, about(first.id));
    expect(report).toMatchObject({ removed: [first.id], kept: [], bytes: removal.bytes });
  });

  it('say that nothing is freed of one that a run needs, which stays', async () => {
    notebook('n.ipynb');
    const taken = await take('n.ipynb', { forRun: true });
    await runOn('n.ipynb', taken);
    const removal = await served.client.call(measureSnapshotRemoval, about(taken.id));
    expect(removal).toMatchObject({ bytes: 0, snapshot: { needs: { count: 1 } } });
    expect(await served.client.failure(deleteSnapshot, about(taken.id))).toMatchObject({
      status: 409,
      error: { code: 'snapshot-needed' }
    });
  });
});

describe('files', () => {
  it('are listed folder by folder, in pages, and read', async () => {
    notebook('a/n.ipynb');
    write('a/data/x.csv', '1,2');
    write('a/data/y.csv', '3,4');
    const { id } = await take('a/n.ipynb');
    const list = (query: object) =>
      served.client.call(listSnapshotFiles, {
        ...about(id),
        query: { source: 'notebook', ...query }
      });
    const top = await list({});
    expect(top.entries.map(({ path, kind }) => [path, kind])).toEqual([
      ['data', 'folder'],
      ['n.ipynb', 'file']
    ]);
    const page = await list({ folder: 'data', limit: 1 });
    expect([page.entries[0]?.path, page.isMore]).toEqual(['data/x.csv', true]);
    const rest = await list({ folder: 'data', limit: 1, behind: 'data/x.csv' });
    expect([rest.entries[0]?.path, rest.isMore]).toEqual(['data/y.csv', false]);
    const read = (path: string) =>
      served.client.text(getSnapshotFile, { snapshot: id }, { source: 'notebook', path });
    const file = await read('data/x.csv');
    expect(file.text).toBe('1,2');
    expect(file.headers['content-disposition']).toContain('x.csv');
    for (const path of ['data', 'none']) {
      const { status, text } = await read(path);
      expect([status, text]).toEqual([404, expect.stringContaining('snapshot-path-unknown')]);
    }
    expect((await read('../n.ipynb')).status).toBe(400);
    const unknown = await served.client.failure(listSnapshotFiles, {
      ...about(id),
      query: { source: 'none' }
    });
    expect(unknown).toMatchObject({ status: 404, error: { code: 'source-unknown' } });
    const nowhere = await served.client.failure(listSnapshotFiles, {
      ...about(id),
      query: { source: 'notebook', folder: 'n.ipynb' }
    });
    expect(nowhere).toMatchObject({ status: 404, error: { code: 'snapshot-path-unknown' } });
  });

  it('that are large are to be restored, not read', async () => {
    notebook('n.ipynb');
    const { id } = await take('n.ipynb');
    const store = served.snapshots();
    const entry = await store.entry(id, 'notebook', 'n.ipynb');
    jest.spyOn(store, 'entry').mockResolvedValueOnce({ ...entry, size: 2 ** 40 });
    const { status, text } = await served.client.text(
      getSnapshotFile,
      { snapshot: id },
      { source: 'notebook', path: 'n.ipynb' }
    );
    expect([status, text]).toEqual([413, expect.stringContaining('file-too-large')]);
  });
});

describe('restoring', () => {
  const restore = (id: string, body: object) =>
    served.client.work(restoreSnapshot, { ...about(id), body });

  it('is to a new folder, whole or some of it, and never over what is there', async () => {
    notebook('a/n.ipynb');
    write('a/data/x.csv', '1,2');
    write('a/data/y.csv', '3,4');
    const { id } = await take('a/n.ipynb');
    const { answer } = await restore(id, {});
    const folder = `a/n-snapshot-${id.slice(0, 6)}`;
    expect(answer).toMatchObject({ places: { notebook: folder }, files: 3, problems: [] });
    expect(read(`${folder}/data/x.csv`)).toBe('1,2');
    expect((await restore(id, {})).answer?.places).toEqual({ notebook: `${folder}-2` });
    const some = { folder: 'some', source: 'notebook', paths: ['data/y.csv'] };
    expect((await restore(id, some)).answer).toMatchObject({ files: 1 });
    expect(readdirSync(join(served.rootFolder, 'some'), { recursive: true }).sort()).toEqual([
      'data',
      'data/y.csv'
    ]);
    expect(await restore(id, { folder: 'a' })).toMatchObject({
      error: { code: 'target-not-empty' }
    });
    write('a/data/x.csv', 'changed');
    expect((await restore(id, { folder: 'a', replace: true })).answer?.unchanged).toBe(2);
    expect(read('a/data/x.csv')).toBe('1,2');
  });

  it('is to the same place when that is asked for, and leaves what it does not have', async () => {
    notebook('a/n.ipynb');
    write('a/x', 'old');
    write('a/y', 'old');
    const { id } = await take('a/n.ipynb');
    write('a/x', 'new');
    write('a/y', 'new');
    write('a/z', 'new');
    const body = { inPlace: true, source: 'notebook', paths: ['x'] };
    const { answer } = await restore(id, body);
    expect(answer).toMatchObject({ places: { notebook: 'a' }, files: 1, unchanged: 0 });
    expect(['x', 'y', 'z'].map(name => read(`a/${name}`))).toEqual(['old', 'new', 'new']);
  });

  it('never leads out of the root', async () => {
    notebook('a/n.ipynb');
    const { id } = await take('a/n.ipynb');
    symlinkSync(served.stores.home, join(served.rootFolder, 'out'));
    expect(await restore(id, { folder: 'out/x' })).toMatchObject({
      status: 404,
      error: { code: 'path-outside-root' }
    });
    for (const folder of ['../x', '/tmp/x', '']) {
      expect(await restore(id, { folder })).toMatchObject({ error: { code: 'bad-request' } });
    }
    rmSync(join(served.rootFolder, 'a'), { recursive: true });
    symlinkSync(served.stores.home, join(served.rootFolder, 'a'));
    expect(await restore(id, { inPlace: true })).toMatchObject({
      status: 404,
      error: { code: 'path-outside-root' }
    });
    expect(existsSync(join(served.stores.home, 'n.ipynb'))).toBe(false);
  });

  it('refuses what contradicts itself, and files that are not there', async () => {
    notebook('n.ipynb');
    const { id } = await take('n.ipynb');
    for (const body of [{ inPlace: true, folder: 'x' }, { paths: ['n.ipynb'] }]) {
      expect(await restore(id, body)).toMatchObject({
        status: 400,
        error: { code: 'bad-request' }
      });
    }
    expect(await restore(id, { source: 'notebook', paths: ['none'] })).toMatchObject({
      error: { code: 'snapshot-path-unknown' }
    });
  });
});

it('compares two, with sums of all and the changes that are looked for', async () => {
  notebook('n.ipynb');
  write('same', 'same');
  write('Changed', 'old');
  write('gone', '1234567');
  const before = (await take('n.ipynb')).id;
  write('Changed', 'newer');
  write('new/a', 'x');
  rmSync(join(served.rootFolder, 'gone'));
  const after = (await take('n.ipynb')).id;
  const compare = async (body: object) => {
    const { changes, ...rest } = await served.client.call(compareSnapshots, {
      body: { before, after, ...body }
    });
    return { ...rest, paths: changes.map(({ path }) => path) };
  };
  const sums = {
    added: { count: 2, bytes: 1 },
    changed: { count: 1, bytes: 2 },
    removed: { count: 1, bytes: 7 }
  };
  expect(await compare({})).toEqual({
    paths: ['Changed', 'gone', 'new', 'new/a'],
    found: 4,
    sums
  });
  expect(await compare({ limit: 1 })).toEqual({ paths: ['Changed'], found: 4, sums });
  expect(await compare({ text: 'cHANGE' })).toEqual({ paths: ['Changed'], found: 1, sums });
  expect(await compare({ how: ['added'], text: '/' })).toEqual({
    paths: ['new/a'],
    found: 1,
    sums
  });
  expect((await compare({ after: before })).found).toBe(0);
});

it('checks, and mends from the files where they were', async () => {
  notebook('n.ipynb');
  write('data', 'precious');
  const { id } = await take('n.ipynb');
  const { digest } = await served.snapshots().entry(id, 'notebook', 'data');
  const content = join(served.stores.home, 'snapshots/contents', digest!.slice(0, 2), digest!);
  rmSync(content);
  const check = async (body: object = {}) =>
    (await served.client.work(checkSnapshots, { body })).answer?.report.damages;
  expect(await check()).toMatchObject([
    { what: 'content', how: 'lost', touches: [{ snapshot: id, path: 'data' }], isMended: false }
  ]);
  expect(await check({ repair: true })).toMatchObject([{ isMended: true }]);
  expect(await check()).toEqual([]);
});

describe('pruning', () => {
  it('is by count and by age, of one notebook or all, and shows first what would go', async () => {
    const of: Record<string, string[]> = { 'a/n.ipynb': [], 'b/n.ipynb': [] };
    for (const [path, ids] of Object.entries(of)) {
      notebook(path);
      for (const text of ['1', '2']) {
        write(join(dirname(path), 'data'), `${path} ${text}`);
        ids.unshift((await take(path)).id);
      }
    }
    const prune = async (body: object, dryRun = true) =>
      (await served.client.call(pruneSnapshots, { body: { dryRun, ...body } })).report;
    expect((await prune({})).removed).toEqual([]);
    expect((await prune({ keepLast: 1, keepWithinDays: 1 })).removed).toEqual([]);
    expect((await prune({ keepLast: 1 })).removed).toHaveLength(2);
    const one = await prune({ keepLast: 1, notebook: 'a/n.ipynb' });
    expect(one.removed).toEqual([of['a/n.ipynb']![1]]);
    expect(one.kept.map(({ why }) => why)).toContain('needed by another notebook');
    const done = await prune({ keepLast: 1, notebook: 'a/n.ipynb' }, false);
    expect(done.removed).toEqual(one.removed);
    expect((await served.client.call(listSnapshots)).snapshots).toHaveLength(3);
  });

  it('refuses to keep none, and notebooks outside of the root', async () => {
    const refused = { status: 400, error: { code: 'bad-request' } };
    const body = { keepLast: 0, dryRun: true };
    expect(await served.client.failure(pruneSnapshots, { body })).toMatchObject(refused);
    const outside = { notebook: '../n.ipynb', dryRun: true };
    expect(await served.client.failure(pruneSnapshots, { body: outside })).toMatchObject(refused);
  });
});

describe('coming back from a run', () => {
  it('puts the notebook as it ran and its data into a new folder', async () => {
    notebook('a/n.ipynb');
    write('a/data', 'old');
    const id = await runOn('a/n.ipynb', await take('a/n.ipynb', { forRun: true }));
    write('a/data', 'new');
    const params = { run: id };
    const { answer } = await served.client.work(restoreRun, { params, body: {} });
    expect(answer).toMatchObject({
      folder: 'a/n-run-1',
      notebook: 'a/n-run-1/n.ipynb',
      files: 2,
      problems: []
    });
    expect(read('a/n-run-1/data')).toBe('old');
    expect(answer?.environment).toContainEqual({
      what: 'gone-since',
      isPackage: true,
      before: '1.0',
      now: null
    });
    expect(
      await served.client.work(restoreRun, { params, body: { folder: 'a/n-run-1' } })
    ).toMatchObject({ error: { code: 'target-not-empty' } });
    symlinkSync(served.stores.home, join(served.rootFolder, 'out'));
    expect(
      await served.client.work(restoreRun, { params, body: { folder: 'out/x' } })
    ).toMatchObject({ status: 404, error: { code: 'path-outside-root' } });
  });

  it('gives nothing of folders outside of the root', async () => {
    notebook('n.ipynb');
    mkdirSync(join(served.stores.home, 'beside'));
    const taken = await served.snapshots().create([
      { name: 'notebook', path: served.rootFolder },
      { name: 'beside', path: join(served.stores.home, 'beside') }
    ]);
    const id = await run('n.ipynb', snapshotUse(taken, null));
    expect(await served.client.work(restoreRun, { params: { run: id }, body: {} })).toMatchObject({
      status: 404,
      error: { code: 'snapshot-outside-root' }
    });
  });

  it('runs it again on the same snapshot', async () => {
    notebook('a/n.ipynb');
    const taken = await take('a/n.ipynb', { forRun: true });
    const first = await runOn('a/n.ipynb', taken);
    const { run: again } = await served.client.call(runAsItWas, {
      params: { run: first },
      body: {}
    });
    const stream = served.client.stream(followRun, { run: again.id }, {});
    for await (const { type } of stream) if (type === 'end') break;
    expect((await served.client.call(getRun, { params: { run: again.id } })).run).toMatchObject({
      number: 2,
      state: 'succeeded'
    });
    const { snapshot } = await served.client.call(getSnapshot, about(taken.id));
    expect(snapshot.needs.runs.map(({ number }) => number).sort()).toEqual([1, 2]);
  });

  it('says of a run without a snapshot that there is none', async () => {
    notebook('n.ipynb');
    const { id, finished } = await served.engine.start({
      pipeline: sketchPipeline({ steps: { a: { code: 'x = 1' } } }),
      notebook: { path: served.notebook('n.ipynb'), bytes: Buffer.from('{}') },
      interpreter: interpreter(),
      options: { cache: true, from: null, only: null, base: null }
    });
    await finished;
    const without = { status: 409, error: { code: 'run-without-snapshot' } };
    const params = { run: id };
    expect(await served.client.work(restoreRun, { params, body: {} })).toMatchObject(without);
    expect(await served.client.failure(runAsItWas, { params, body: {} })).toMatchObject(without);
    const none = { params: { run: 'none' }, body: {} };
    expect(await served.client.work(restoreRun, none)).toMatchObject({
      status: 404,
      error: { code: 'run-unknown' }
    });
  });

  it('says of a run whose snapshot is gone that it is', async () => {
    notebook('n.ipynb');
    const taken = await take('n.ipynb', { forRun: true });
    const id = await runOn('n.ipynb', taken);
    await served.snapshots().unpin(taken.id, `run:${id}`);
    await served.client.call(deleteSnapshot, about(taken.id));
    expect(await served.client.work(restoreRun, { params: { run: id }, body: {} })).toMatchObject({
      status: 404,
      error: { code: 'snapshot-unknown' }
    });
  });
});
