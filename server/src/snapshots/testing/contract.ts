import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { totalCounts, type EntryChange, type SnapshotEntry } from '@chard/core/snapshot';
import type { SnapshotStore } from '../snapshotStore';
import { attributesOf, setAttribute, takesAttributes } from './attributes';

/** All entries of a source. */
export async function entriesOf(
  store: SnapshotStore,
  id: string,
  source = 'data'
): Promise<SnapshotEntry[]> {
  const all: SnapshotEntry[] = [];
  for await (const batch of store.entries(id, source)) all.push(...batch);
  return all;
}

export async function changesOf(
  store: SnapshotStore,
  before: string,
  after: string
): Promise<EntryChange[]> {
  const all: EntryChange[] = [];
  for await (const batch of store.diff(before, after)) all.push(...batch);
  return all;
}

/**
 * What every store of snapshots has to do.
 * @param open makes a store in a folder that is not there yet @param disk gives the folder in which all of it happens
 */
export function describeSnapshotStores(
  name: string,
  open: (home: string, options?: { now?: () => number }) => SnapshotStore,
  disk: () => string = tmpdir
): void {
  describe(name, () => {
    let base: string;
    let data: string;
    let store: SnapshotStore;

    beforeEach(() => {
      base = mkdtempSync(join(disk(), 'chard-snapshots-'));
      data = join(base, 'data');
      mkdirSync(data);
      store = open(join(base, 'home'));
    });
    afterEach(async () => {
      await store.dispose();
      rmSync(base, { recursive: true, force: true });
    });

    const write = (path: string, content: string): void => {
      mkdirSync(join(data, path, '..'), { recursive: true });
      writeFileSync(join(data, path), content);
    };
    const sources = (): { name: string; path: string }[] => [{ name: 'data', path: data }];
    const take = async (): Promise<string> => (await store.create(sources())).id;

    it('brings back files, folders, links, permissions and times', async () => {
      write('a.txt', 'one');
      write('folder/run.sh', '#!/bin/sh');
      chmodSync(join(data, 'folder/run.sh'), 0o750);
      mkdirSync(join(data, 'empty'));
      symlinkSync('../outside', join(data, 'link'));
      utimesSync(join(data, 'a.txt'), 1_600_000_000.123456, 1_600_000_000.123456);
      chmodSync(join(data, 'empty'), 0o500);
      const snapshot = await store.create(sources());
      expect(totalCounts(snapshot)).toEqual({ files: 2, folders: 2, links: 1, bytes: 12 });
      const report = await store.restore(snapshot.id, { folder: join(base, 'back') });
      expect(report).toMatchObject({ files: 2, folders: 2, links: 1, problems: [] });
      expect(readFileSync(join(base, 'back/a.txt'), 'utf8')).toBe('one');
      expect(statSync(join(base, 'back/a.txt')).mtimeMs).toBeCloseTo(1_600_000_000_123.456, 2);
      expect(statSync(join(base, 'back/folder/run.sh')).mode & 0o777).toBe(0o750);
      expect(statSync(join(base, 'back/empty')).mode & 0o777).toBe(0o500);
      expect(readlinkSync(join(base, 'back/link'))).toBe('../outside');
      const again = await store.create([{ name: 'data', path: join(base, 'back') }]);
      expect(await changesOf(store, snapshot.id, again.id)).toEqual([]);
    });

    it('keeps names in any encoding and hard links', async () => {
      const odd = Buffer.concat([Buffer.from(`${data}/`), Buffer.from([0x61, 0xff, 0xc3, 0x28])]);
      writeFileSync(odd, 'odd');
      write('ähm 😀', 'umlaut');
      write('one', 'shared');
      linkSync(join(data, 'one'), join(data, 'two'));
      const id = await take();
      const found = await entriesOf(store, id);
      expect(found.map(({ path, sameFileAs }) => [path, sameFileAs])).toEqual([
        ['a\udcff\udcc3(', null],
        ['one', null],
        ['two', 'one'],
        ['ähm 😀', null]
      ]);
      expect(totalCounts(await store.get(id)).bytes).toBe(15);
      await store.restore(id, { folder: join(base, 'back') });
      const names = readdirSync(join(base, 'back'), { encoding: 'buffer' }).map(String);
      expect(names).toEqual(readdirSync(data, { encoding: 'buffer' }).map(String));
      expect(statSync(join(base, 'back/one')).ino).toBe(statSync(join(base, 'back/two')).ino);
      expect(
        readFileSync(
          Buffer.concat([Buffer.from(`${base}/back/`), Buffer.from([0x61, 0xff, 0xc3, 0x28])]),
          'utf8'
        )
      ).toBe('odd');
    });

    it('keeps extended attributes, where there are any', async () => {
      if (!takesAttributes(base)) return;
      const odd = Buffer.concat([Buffer.from(`${data}/`), Buffer.from([0x61, 0xff])]);
      writeFileSync(odd, 'odd');
      for (const path of ['plain', 'locked', 'one', 'deep/file']) write(path, path);
      mkdirSync(join(data, 'empty'));
      symlinkSync('plain', join(data, 'to-plain'));
      linkSync(join(data, 'one'), join(data, 'two'));
      const has = { locked: 'l', 'a\udcff': 'ä', empty: 'e', one: '1', 'deep/file': 'd' };
      for (const [path, value] of Object.entries(has)) {
        setAttribute(join(data, path), 'user.chard.note', value);
      }
      chmodSync(join(data, 'locked'), 0o400);
      const before = await take();
      expect(await store.entry(before, 'data', 'two')).toMatchObject({
        sameFileAs: 'one',
        attributes: { 'user.chard.note': 'MQ==' }
      });
      const folder = join(base, 'back');
      expect(await store.restore(before, { folder })).toMatchObject({ problems: [] });
      for (const [path, value] of Object.entries({ ...has, two: '1' })) {
        expect([path, attributesOf(join(folder, path))]).toEqual([
          path,
          `user.chard.note=${value}`
        ]);
      }
      for (const path of ['plain', 'to-plain', 'deep']) {
        expect([path, attributesOf(join(folder, path))]).toEqual([path, '']);
      }
      expect(statSync(join(folder, 'locked')).mode & 0o777).toBe(0o400);
      setAttribute(join(data, 'plain'), 'user.chard.note', 'new');
      setAttribute(join(data, 'deep'), 'user.chard.note', 'new');
      const after = await take();
      expect(
        (await changesOf(store, before, after)).map(({ path, aspects }) => [path, aspects])
      ).toEqual([
        ['deep', ['attributes']],
        ['plain', ['attributes']]
      ]);
      await store.restore(after, { folder, replace: true });
      expect(attributesOf(join(folder, 'plain'))).toBe('user.chard.note=new');
      expect(attributesOf(join(folder, 'deep'))).toBe('user.chard.note=new');
      expect(attributesOf(join(folder, 'locked'))).toBe('user.chard.note=l');
      const work = join(base, 'work');
      await store.workspace(after, 'data', work, { copyLimit: 1000 });
      expect(attributesOf(join(work, 'locked'))).toBe('user.chard.note=l');
      expect((await store.check()).damages).toEqual([]);
    });

    it('leaves out what the rules say', async () => {
      write('keep.csv', '1');
      write('skip.log', '2');
      write('node_modules/x/y', '3');
      write('.chardignore', '*.log\n');
      const { id } = await store.create([{ name: 'data', path: data, ignore: 'big/' }]);
      write('big/file', '4');
      expect((await entriesOf(store, id)).map(({ path }) => path)).toEqual([
        '.chardignore',
        'keep.csv'
      ]);
      const measured = await store.measure([{ name: 'data', path: data, ignore: 'big/' }]);
      expect(measured).toEqual({ data: { files: 2, folders: 0, links: 0, bytes: 7 } });
    });

    it('gives the last one back where it would hold the same, if that will do', async () => {
      write('a.txt', 'one');
      utimesSync(join(data, 'a.txt'), 1_600_000_000, 1_600_000_000);
      const labels = { for: 'run' };
      const freeze = async (text: string, pins: string[] = []): Promise<string> => {
        const documents = { 'environment.json': Buffer.from(text) };
        return (await store.create(sources(), { labels, documents, pins, orLast: true })).id;
      };
      // The stamps of what was just written cannot be trusted yet, so that the second may differ from the first.
      await freeze('3.11');
      const id = await freeze('3.11');
      expect(await freeze('3.11', ['run:1'])).toBe(id);
      expect((await store.get(id)).pins).toEqual(['run:1']);
      expect(await freeze('3.12')).not.toBe(id);
      expect(await take()).not.toBe(id);
      write('a.txt', 'two');
      const changed = await freeze('3.11');
      expect(changed).not.toBe(id);
      expect(await changesOf(store, id, changed)).toMatchObject([{ path: 'a.txt' }]);
    });

    it('says what changed from one snapshot to another', async () => {
      write('same', 'same');
      write('changed', 'old');
      write('gone', 'x');
      write('mode', 'x');
      const before = await take();
      write('changed', 'new!');
      write('new', 'x');
      rmSync(join(data, 'gone'));
      chmodSync(join(data, 'mode'), 0o600);
      const changes = await changesOf(store, before, await take());
      expect(changes.map(({ source, path, how, aspects }) => [source, path, how, aspects])).toEqual(
        [
          ['data', 'changed', 'changed', ['content', 'modified']],
          ['data', 'gone', 'removed', []],
          ['data', 'mode', 'changed', ['mode']],
          ['data', 'new', 'added', []]
        ]
      );
    });

    it('keeps documents, labels and pins', async () => {
      write('a', 'a');
      const snapshot = await store.create(sources(), {
        labels: { notebook: '/x.ipynb' },
        pins: ['run:1'],
        documents: { environment: Buffer.from('{}') }
      });
      expect(snapshot).toMatchObject({ labels: { notebook: '/x.ipynb' }, pins: ['run:1'] });
      const { digest } = snapshot.documents['environment'] ?? { digest: '' };
      expect(Buffer.from(await store.content(digest)).toString()).toBe('{}');
      await store.pin(snapshot.id, 'run:2');
      await store.unpin(snapshot.id, 'run:1');
      expect((await store.get(snapshot.id)).pins).toEqual(['run:2']);
      await expect(store.remove(snapshot.id)).rejects.toMatchObject({ code: 'snapshot-needed' });
      await store.unpin(snapshot.id, 'run:2');
      expect((await store.remove(snapshot.id)).removed).toEqual([snapshot.id]);
      expect(await store.list()).toEqual([]);
      expect(await store.usage()).toEqual({ snapshots: 0, contents: 0, bytes: 0 });
    });

    it('restores single files, and over what is there only when told to', async () => {
      write('folder/a', 'a');
      write('folder/b', 'b');
      write('c', 'c');
      const id = await take();
      await store.restore(id, { folder: join(base, 'some') }, { paths: ['folder/b', 'c'] });
      expect(readdirSync(join(base, 'some'), { recursive: true }).sort()).toEqual([
        'c',
        'folder',
        'folder/b'
      ]);
      await expect(store.restore(id, { folder: join(base, 'some') })).rejects.toMatchObject({
        code: 'target-not-empty'
      });
      await expect(
        store.restore(id, { folder: join(base, 'new') }, { paths: ['none'] })
      ).rejects.toMatchObject({ code: 'snapshot-path-unknown' });
      write('c', 'changed');
      write('extra', 'mine');
      const report = await store.restore(id, { inPlace: true });
      expect(report).toMatchObject({ files: 3, unchanged: 2, places: { data } });
      expect(readFileSync(join(data, 'c'), 'utf8')).toBe('c');
      expect(readFileSync(join(data, 'extra'), 'utf8')).toBe('mine');
    });

    it('puts several folders into a folder each', async () => {
      write('a', 'a');
      const other = join(base, 'other');
      mkdirSync(other);
      writeFileSync(join(other, 'b'), 'b');
      const { id } = await store.create([...sources(), { name: 'other', path: other }]);
      await store.restore(id, { folder: join(base, 'back') });
      expect(readdirSync(join(base, 'back'), { recursive: true }).sort()).toEqual([
        'data',
        'data/a',
        'other',
        'other/b'
      ]);
      await store.restore(id, { folder: join(base, 'one') }, { source: 'other' });
      expect(readdirSync(join(base, 'one'))).toEqual(['b']);
    });

    it('makes workspaces that cannot alter it', async () => {
      write('a', 'original');
      const id = await take();
      const folder = join(base, 'work');
      expect(await store.workspace(id, 'data', folder, { copyLimit: 100 })).toMatchObject({
        problems: []
      });
      writeFileSync(join(folder, 'a'), 'scribble');
      const { damages } = await store.check();
      expect(damages).toEqual([]);
      await store.restore(id, { folder: join(base, 'back') });
      expect(readFileSync(join(base, 'back/a'), 'utf8')).toBe('original');
      const none = await store.workspace(id, 'data', join(base, 'large'), { copyLimit: 1 });
      if (none.way === 'none') expect(none.bytes).toBe(8);
      expect(existsSync(join(base, 'large'))).toBe(none.way !== 'none');
    });

    it('keeps by count and by age, and removes what nothing needs', async () => {
      let now = Date.now();
      const dated = open(join(base, 'dated'), { now: () => now });
      const ids: string[] = [];
      for (let day = 0; day < 5; day += 1) {
        write('a', `day ${day}`);
        now += 24 * 3_600_000;
        ids.push((await dated.create(sources(), { pins: day === 0 ? ['run:r'] : [] })).id);
      }
      expect((await dated.prune({})).removed).toEqual([]);
      const rules = { keepLast: 1, keepWithin: 1.5 * 24 * 3_600_000 };
      const plan = await dated.prune({
        ...rules,
        dryRun: true,
        neededBy: ({ id }) => (id === ids[1] ? 'a person' : null)
      });
      expect(plan).toMatchObject({ removed: [ids[2]], dryRun: true, contents: 1 });
      expect(plan.kept.map(({ why }) => why)).toEqual([
        'one of the newest 1',
        'young enough',
        'needed by a person',
        'needed by run:r'
      ]);
      expect(await dated.list()).toHaveLength(5);
      const done = await dated.prune(rules);
      expect(done.removed).toEqual([ids[2], ids[1]]);
      expect((await dated.usage()).contents).toBe(3);
      expect((await dated.check()).damages).toEqual([]);
      await dated.restore(ids[0] ?? '', { folder: join(base, 'first') });
      expect(readFileSync(join(base, 'first/a'), 'utf8')).toBe('day 0');
      await dated.dispose();
    });

    it('finds snapshots by a part of their id, and says what it does not find', async () => {
      write('a', 'a');
      const id = await take();
      expect((await store.get(id.slice(0, 6))).id).toBe(id);
      expect((await store.get('latest')).id).toBe(id);
      await expect(store.get('ffffffffffffffff')).rejects.toMatchObject({
        code: 'snapshot-unknown'
      });
      await expect(store.create([{ name: 'x', path: join(base, 'none') }])).rejects.toMatchObject({
        code: 'source-unavailable'
      });
      await expect(store.restore(id, { folder: base }, { source: 'x' })).rejects.toMatchObject({
        code: 'source-unknown'
      });
    });

    it('lists one folder of many, a page at a time, and finds single entries', async () => {
      for (let index = 0; index < 1500; index += 1) write(`a/deep/f${index}`, '');
      for (const name of ['a/x', 'a.b', 'a/deep.txt', 'b/c/d', 'z']) write(name, name);
      const id = await take();
      const list = async (folder: string, behind?: string, limit = 100): Promise<string[]> => {
        const options = { limit, ...(behind !== undefined && { behind }) };
        return (await store.children(id, 'data', folder, options)).map(({ path }) => path);
      };
      expect(await list('')).toEqual(['a', 'a.b', 'b', 'z']);
      expect(await list('a')).toEqual(['a/deep', 'a/deep.txt', 'a/x']);
      expect(await list('a', undefined, 1)).toEqual(['a/deep']);
      expect(await list('a', 'a/deep')).toEqual(['a/deep.txt', 'a/x']);
      expect(await list('', 'b')).toEqual(['z']);
      expect(await list('', 'z')).toEqual([]);
      const paged: string[] = [];
      for (
        let page = await list('a/deep');
        page.length > 0;
        page = await list('a/deep', page.at(-1))
      )
        paged.push(...page);
      expect(new Set(paged).size).toBe(1500);
      expect(await store.entry(id, 'data', 'b/c/d')).toMatchObject({ kind: 'file', size: 5 });
      for (const path of ['b/x', 'a.b/x', 'zz']) {
        const unknown = { code: 'snapshot-path-unknown' };
        await expect(store.entry(id, 'data', path)).rejects.toMatchObject(unknown);
        await expect(list(path)).rejects.toMatchObject(unknown);
      }
      await expect(list('z')).rejects.toMatchObject({ code: 'snapshot-path-unknown' });
    });

    it('tells how far it is, and ends when told to, leaving nothing', async () => {
      for (let index = 0; index < 50; index += 1) write(`f${index}`, 'x'.repeat(1000));
      const told: number[] = [];
      const { id } = await store.create(sources(), { progress: ({ files }) => told.push(files) });
      expect(told.at(-1)).toBe(50);
      const stop = new AbortController();
      const ended = new Error('ended');
      const progress = (): void => stop.abort(ended);
      const target = join(base, 'back');
      await expect(
        store.restore(id, { folder: target }, { progress, signal: stop.signal })
      ).rejects.toBe(ended);
      expect(readdirSync(base).sort()).toEqual(['data', 'home']);
      const second = new AbortController();
      write('g', 'y');
      await expect(
        store.create(sources(), { progress: () => second.abort(ended), signal: second.signal })
      ).rejects.toBe(ended);
      expect((await store.list()).map(each => each.id)).toEqual([id]);
      expect(lstatSync(data).isDirectory()).toBe(true);
    });
  });
}
