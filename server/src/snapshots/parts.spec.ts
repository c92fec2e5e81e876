import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { comparePaths } from '@chard/core/snapshot';
import { FormerEntries } from './taking/former';
import { DigestSet } from './work/digestSet';
import { Layout } from './disk/layout';
import { decodeEntries, EntryEncoder, MalformedEntry } from './manifest/codec';
import type { StoredEntry } from './manifest/model';
import { readManifest, readPackedBlocks } from './manifest/reader';
import { ManifestWriter } from './manifest/writer';
import { Meter } from './work/meter';
import { decodeBytes, encodeName, nativePath } from './paths/names';
import { OrderedQueue } from './work/queue';
import { thaw } from './restoring/thaw';

// What is taken goes to the disk.
jest.setTimeout(60_000);

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'chard-snapshots-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const entry = (path: string, rest: Partial<StoredEntry> = {}): StoredEntry => ({
  path,
  kind: 'folder',
  mode: 0o755,
  size: 0,
  modified: 1n,
  changed: 2n,
  inode: 3n,
  isRacy: false,
  isSparse: false,
  hasMoreNames: false,
  digest: null,
  target: null,
  sameFileAs: null,
  attributes: null,
  ...rest
});

describe('names', () => {
  it('of any bytes come through a text and JSON unchanged', () => {
    fc.assert(
      fc.property(fc.uint8Array(), bytes => {
        const name = decodeBytes(Buffer.from(bytes));
        expect([...encodeName(JSON.parse(JSON.stringify(name)) as string)]).toEqual([...bytes]);
      })
    );
  });

  it('of any text come through bytes unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(decodeBytes(Buffer.from(text))).toBe(text);
        expect(nativePath(text)).toBe(text);
      })
    );
  });
});

describe('a list of entries made of the one before', () => {
  const write = (path: string, entries: readonly StoredEntry[]): void => {
    const writer = new ManifestWriter(path);
    for (const each of entries) writer.add(each);
    writer.finish();
  };
  const read = (path: string): StoredEntry[] => [...readManifest(path)].flat();

  /** What is the same stays, as a folder that is frozen again goes about it. @returns how many blocks were carried over */
  const follow = (before: string, path: string, entries: readonly StoredEntry[]): number => {
    let carried = 0;
    const writer = new ManifestWriter(path);
    const former = new FormerEntries(before, {
      add: each => writer.add(each),
      carry: block => {
        carried += 1;
        writer.carry(block);
      }
    });
    for (const each of entries) {
      const found = former.find(each.path);
      if (found?.mode === each.mode && former.keep()) continue;
      former.release();
      writer.add(each);
    }
    former.release();
    writer.finish();
    former.close();
    return carried;
  };

  it('has what is there now, whatever has come, gone and changed', () => {
    const all = Array.from({ length: 2500 }, (_, at) => entry(`d${at % 7}/f${at}`)).sort((a, b) =>
      comparePaths(a.path, b.path)
    );
    const [before, after, again] = ['before', 'after', 'again'].map(name => join(base, name)) as [
      string,
      string,
      string
    ];
    // Runs of entries: what becomes of them, and how long they are.
    const runs = fc.array(
      fc.tuple(fc.constantFrom('same', 'same', 'new', 'gone', 'other'), fc.nat(1500))
    );
    const apply = (steps: readonly [string, number][], what: string): StoredEntry[] => {
      let at = 0;
      return steps.concat([['same', all.length]]).flatMap(([how, length]) => {
        const some = all.slice(at, (at += length));
        if (how === what) return [];
        return how === 'other' && what === 'new' ? some.map(each => ({ ...each, mode: 1 })) : some;
      });
    };
    fc.assert(
      fc.property(runs, steps => {
        for (const path of [before, after, again]) rmSync(path, { force: true });
        const [old, now] = [apply(steps, 'gone'), apply(steps, 'new')];
        write(before, now);
        follow(before, after, old);
        expect(read(after)).toEqual(old);
        follow(after, again, now);
        expect(read(again)).toEqual(now);
        const least = [...readPackedBlocks(again)].filter(({ count }) => count < 256).length;
        expect(least).toBeLessThanOrEqual([...readPackedBlocks(again)].length / 2 + 1);
      }),
      { numRuns: 15 }
    );
  });

  it('is the same file where nothing has changed, and nothing was encoded for it', () => {
    const entries = Array.from({ length: 3000 }, (_, at) => entry(`f${10_000 + at}`));
    const [before, after] = [join(base, 'before'), join(base, 'after')];
    write(before, entries);
    expect(follow(before, after, entries)).toBe(3);
    expect(readFileSync(after)).toEqual(readFileSync(before));
  });
});

describe('entries as bytes', () => {
  const anyEntry = fc.record({
    path: fc.array(fc.constantFrom('a', 'data.csv', 'é', '😀', 'caf\udce9', 'x y', '\udcff'), {
      minLength: 1,
      maxLength: 4
    }),
    kind: fc.constantFrom('file' as const, 'folder' as const, 'link' as const),
    mode: fc.nat(0o7777),
    size: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    modified: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    inode: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    flags: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean())
  });

  it('are the same again', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 20 }), sketches => {
        const entries = sketches.map(({ path, kind, mode, size, modified, inode, flags }) =>
          entry(path.join('/'), {
            kind,
            mode,
            modified,
            inode,
            changed: -modified - 1n,
            isRacy: flags[0],
            isSparse: flags[1],
            hasMoreNames: flags[2],
            ...(kind === 'file' && { size, digest: 'ab'.repeat(32) }),
            ...(kind === 'link' && { target: '../x' }),
            ...(flags[0] && { sameFileAs: 'first/ä' })
          })
        );
        const encoder = new EntryEncoder();
        entries.forEach(each => encoder.add(each));
        expect(decodeEntries(Buffer.from(encoder.take()), entries.length)).toEqual(entries);
      })
    );
  });

  it.each(['../out', '/etc/passwd', 'a/../../b', 'a//b'])('never are of the path %j', path => {
    const encoder = new EntryEncoder();
    encoder.add(entry(path));
    expect(() => decodeEntries(Buffer.from(encoder.take()), 1)).toThrow(MalformedEntry);
  });

  it('of whatever bytes are refused, or are entries', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(3), (bytes, count) => {
        try {
          expect(decodeEntries(Buffer.from(bytes), count)).toHaveLength(count);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedEntry);
        }
      })
    );
  });
});

it('a hostile list of entries leads nowhere', async () => {
  const target = join(base, 'target');
  const outside = join(base, 'outside');
  mkdirSync(target);
  mkdirSync(outside);
  const thawed = await thaw(
    [
      [
        entry('link', { kind: 'link', target: outside }),
        entry('link/made'),
        entry('link/deep/er'),
        entry('name', { kind: 'link', target: join(outside, 'file') }),
        // Twice: through the link that was made just now.
        entry('name', { kind: 'link', target: 'other' })
      ]
    ],
    {
      layout: new Layout(join(base, 'store')),
      source: 'data',
      target,
      way: 'copy',
      compare: false,
      attributes: null,
      isExact: false,
      meter: new Meter({})
    }
  );
  expect(readdirSync(outside)).toEqual([]);
  expect(thawed.problems.map(({ path, code }) => [path, code])).toEqual([
    ['link/made', 'refused'],
    ['link/deep/er', 'refused']
  ]);
  expect(thawed.problems[0]?.message).toMatch(/is a link or a file, which may lead outside/);
});

it('a set of digests holds what was added', () => {
  const digest = (index: number): string =>
    Buffer.from(index.toString().padStart(32, '0')).toString('hex');
  const set = new DigestSet();
  for (let index = 0; index < 5000; index += 1) expect(set.add(digest(index))).toBe(true);
  expect([set.add(digest(7)), set.size, set.has(digest(4999)), set.has(digest(5000))]).toEqual([
    false,
    5000,
    true,
    false
  ]);
  expect([...set].sort()).toEqual(Array.from({ length: 5000 }, (_, index) => digest(index)).sort());
});

describe('the queue', () => {
  it('hands on in order what is done in any', async () => {
    const order: number[] = [];
    const queue = new OrderedQueue<{ n: number }>(3, ({ n }) => order.push(n));
    const open: (() => void)[] = [];
    for (let n = 0; n < 3; n += 1) {
      await queue.room();
      void queue.add(() => new Promise(resolve => open.push(() => resolve({ n }))));
    }
    queue.addDone({ n: 3 });
    for (const end of open.reverse()) end();
    await queue.empty();
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('throws what any of the work threw, and hands on nothing after it', async () => {
    const taken: object[] = [];
    const queue = new OrderedQueue<object>(2, each => taken.push(each));
    const failure = new Error('no');
    void queue.add(() => Promise.reject(failure)).catch(() => undefined);
    void queue.add(() => Promise.resolve({}));
    await queue.settle();
    await expect(queue.room()).rejects.toBe(failure);
    expect(taken).toEqual([]);
  });
});

it('keeps the holes of a file that has them', async () => {
  const { openSnapshotStore } = await import('./localStore');
  const data = join(base, 'data');
  mkdirSync(data);
  const { open } = await import('node:fs/promises');
  const file = await open(join(data, 'sparse'), 'w');
  await file.write('begin', 0);
  await file.write('end', 50_000_000);
  await file.truncate(60_000_000);
  await file.close();
  writeFileSync(join(data, 'plain'), 'x');
  const store = openSnapshotStore(join(base, 'home'));
  const { id } = await store.create([{ name: 'data', path: data }]);
  await store.restore(id, { folder: join(base, 'back') });
  const stats = statSync(join(base, 'back/sparse'));
  expect(stats.size).toBe(60_000_000);
  expect(stats.blocks * 512).toBeLessThan(1_000_000);
  expect((await store.check()).damages).toEqual([]);
});
