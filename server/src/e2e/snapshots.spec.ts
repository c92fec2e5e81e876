import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Snapshot } from '@chard/core/snapshot';
import { VolumeUse } from '@chard/core/run';
import { z } from 'zod';
import { itWithOverlays } from '../engines/local/testing/overlays';
import { Chard } from './testing/chard';
import { readDocument, RunDocument } from './testing/documents';

jest.setTimeout(120_000);

let chard: Chard;
let notebook: string;

beforeAll(() => {
  chard = new Chard();
});
afterAll(() => chard.remove());

beforeEach(() => {
  rmSync(chard.home, { recursive: true, force: true });
  for (const folder of ['work', 'data', 'back'])
    rmSync(at(folder), { recursive: true, force: true });
  for (const folder of ['work', 'data']) mkdirSync(at(folder));
  writeFileSync(at('data/table.csv'), 'a\n');
  notebook = at('work/notebook.ipynb');
  writeFileSync(notebook, JSON.stringify(NOTEBOOK));
});
afterEach(() => {
  expect(chard.leftBehind()).toEqual([]);
});

const at = (path: string): string => join(chard.folder, path);
const read = (path: string): string => readFileSync(at(path), 'utf8');

const cell = (id: string, tags: readonly string[], source: string) => ({
  ...{ id, cell_type: 'code', source, metadata: { tags } },
  ...{ outputs: [], execution_count: null }
});
const NOTEBOOK = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {
    kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' },
    chard: {
      volumes: [{ name: 'data', type: 'pvc', mountPoint: '/data', snapshot: true }],
      volumeFolders: { data: '../data' }
    }
  },
  cells: [
    cell('a', ['step:make'], "open('../data/table.csv', 'a').write('b\\n')"),
    cell('b', ['step:look', 'prev:make'], "print(open('../data/table.csv').read().split())")
  ]
};

const RunShown = RunDocument.extend({
  workspace: z.object({ volumes: z.array(VolumeUse) }).nullable()
});
const Listed = z.object({ snapshots: z.array(Snapshot) });

/** Deletes a content from the store, as somebody might by hand. */
function lose(content: string): void {
  const digest = createHash('sha256').update(content).digest('hex');
  rmSync(join(chard.home, 'snapshots/contents', digest.slice(0, 2), digest));
}

describe('chard snapshot', () => {
  const create = async (): Promise<string> => {
    const done = await chard.run(['snapshot', 'create', notebook, `data=${at('data')}`, '--json']);
    return readDocument(done, Snapshot).id;
  };

  it('takes, lists, shows, compares, restores and removes', async () => {
    const first = await create();
    writeFileSync(at('data/table.csv'), 'c\n');
    const second = await create();
    const listed = readDocument(await chard.run(['snapshot', 'list', '--json']), Listed);
    expect(listed.snapshots.map(({ id }) => id)).toEqual([second, first]);
    const shown = await chard.run(['snapshot', 'show', first, '--files']);
    expect(shown.out).toContain('data/table.csv');
    const difference = await chard.run(['snapshot', 'diff', first, 'latest']);
    expect(difference.out).toContain('~ data/table.csv');
    expect(difference.out).toContain('1 difference: 0 added, 0 removed, 1 changed.');
    const restored = await chard.run(['snapshot', 'restore', first, '--to', at('back')]);
    expect([restored.code, read('back/data/table.csv')]).toEqual([0, 'a\n']);
    const pruned = await chard.run(['snapshot', 'prune', '--keep-last', '1']);
    expect(pruned.out).toMatch(`removed  ${first}`);
    expect((await chard.run(['snapshot', 'check'])).code).toBe(0);
  });

  it('says what is lost, gives back all else, and mends it from where it was', async () => {
    const id = await create();
    lose('a\n');
    const checked = await chard.run(['snapshot', 'check']);
    expect(checked.code).toBe(1);
    expect(checked.out).toContain(`snapshot ${id}: data/table.csv`);
    const restored = await chard.run(['snapshot', 'restore', id, '--to', at('back')]);
    expect(restored.code).toBe(1);
    expect(restored.err).toMatch(
      /data\/table\.csv: It was not put back: its content \w+ is damaged or lost in the store\. `chard snapshot check --repair`/
    );
    expect(readdirSync(at('back/notebook'))).toEqual(['notebook.ipynb']);
    const repaired = await chard.run(['snapshot', 'check', '--repair']);
    expect([repaired.code, repaired.out]).toEqual([
      0,
      expect.stringContaining(`taken again from ${at('data/table.csv')}`)
    ]);
  });
});

describe('a run on snapshots of its volumes', () => {
  const run = async (): Promise<RunDocument> =>
    readDocument(await chard.run(['run', notebook, '--json']), RunDocument);
  const said = async (id: string): Promise<string> =>
    (await chard.run(['runs', 'logs', id, '--step', 'look'])).out;

  itWithOverlays('leaves them alone, is reused, restored and run again as it was', async () => {
    const first = await run();
    expect(first.state).toBe('succeeded');
    expect(await said(first.id)).toContain("['a', 'b']");
    expect(read('data/table.csv')).toBe('a\n');
    const shown = readDocument(await chard.run(['runs', 'show', first.id, '--json']), RunShown);
    expect(shown.workspace?.volumes).toEqual([
      {
        name: 'data',
        path: at('data'),
        frozen: true,
        readOnly: false,
        why: 'an overlay for each step; what it writes is kept in the run'
      }
    ]);
    expect((await run()).steps.map(({ cached }) => cached)).toEqual([true, true]);

    writeFileSync(at('data/table.csv'), 'c\n');
    const changed = await run();
    expect(await said(changed.id)).toContain("['c', 'b']");
    const again = await chard.run(['runs', 'again', first.id, '--json']);
    const repeated = readDocument(again, RunDocument);
    expect(await said(repeated.id)).toContain("['a', 'b']");

    const words = ['runs', 'restore', first.id, '-o', at('back'), '--with-results'];
    expect((await chard.run(words)).code).toBe(0);
    expect(read('back/data/table.csv')).toBe('a\nb\n');
    expect(read('data/table.csv')).toBe('c\n');
  });

  it('names the snapshot and the files that the store has lost, and what to do', async () => {
    await chard.run(['snapshot', 'create', notebook, `data=${at('data')}`]);
    lose('a\n');
    const failed = await chard.run(['run', notebook]);
    expect(failed.code).toBe(1);
    expect(failed.out + failed.err).toMatch(
      /Of the snapshot [0-9a-f]{16} 1 file is damaged or lost in the store \(data\/table\.csv\), and no step can work without them\. `chard snapshot check --repair` looks for sound copies/
    );
    await chard.run(['snapshot', 'check', '--repair']);
    expect((await chard.run(['run', notebook])).code).toBe(0);
  });
});
