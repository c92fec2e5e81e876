import * as fc from 'fast-check';
import ignore from 'ignore';
import {
  comparePaths,
  DEFAULT_IGNORES,
  diffEntries,
  ignoreRules,
  isSnapshotPath,
  isWithin,
  printableName,
  SourceName,
  type PathChange,
  type SnapshotEntry
} from './index';

const file = (path: string, content = 'a', modified = '1000000'): SnapshotEntry => ({
  path,
  kind: 'file',
  mode: 0o644,
  size: 1,
  modified,
  digest: content.repeat(64).slice(0, 64),
  target: null,
  sameFileAs: null,
  attributes: null
});

async function* batches(entries: readonly SnapshotEntry[], size: number) {
  for (let at = 0; at < entries.length; at += size) {
    yield await Promise.resolve(entries.slice(at, at + size));
  }
}

async function diff(
  before: readonly SnapshotEntry[],
  after: readonly SnapshotEntry[],
  size = 2
): Promise<PathChange[]> {
  const all: PathChange[] = [];
  for await (const changes of diffEntries(batches(before, size), batches(after, size + 1))) {
    all.push(...changes);
  }
  return all;
}

describe('comparePaths', () => {
  it('has a folder before what is in it, and all of that before the next name', () => {
    const paths = ['a.b', 'a/x', 'a', 'a/x/y', 'b', 'a\u0001'];
    expect(paths.sort(comparePaths)).toEqual(['a', 'a/x', 'a/x/y', 'a\u0001', 'a.b', 'b']);
  });

  it('orders paths as their parts are ordered', () => {
    const part = fc.string({ minLength: 1, maxLength: 3 }).filter(text => !text.includes('/'));
    const path = fc.array(part, { minLength: 1, maxLength: 4 });
    const byParts = (a: string[], b: string[]): number => {
      for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
        const [x = '', y = ''] = [a[at], b[at]];
        if (x !== y) return x < y ? -1 : 1;
      }
      return a.length - b.length;
    };
    fc.assert(
      fc.property(path, path, (a, b) => {
        const found = comparePaths(a.join('/'), b.join('/'));
        expect(Math.sign(found)).toBe(Math.sign(byParts(a, b)));
      })
    );
  });
});

describe('diffEntries', () => {
  it('finds what was added, removed and changed, whatever the size of the batches', async () => {
    const before = [file('a'), file('b'), file('c'), file('d/e'), file('z')];
    const after = [file('b', 'x'), file('c'), file('c1'), file('d/e'), file('d/f'), file('z')];
    for (const size of [1, 2, 100]) {
      const found = await diff(before, after, size);
      expect(found.map(({ path, how }) => [path, how])).toEqual([
        ['a', 'removed'],
        ['b', 'changed'],
        ['c1', 'added'],
        ['d/f', 'added']
      ]);
    }
    expect(await diff(before, before)).toEqual([]);
    expect(await diff([], before)).toHaveLength(5);
  });

  it('says in what, and takes times apart by less than a microsecond for the same', async () => {
    const [change] = await diff([file('a', 'x', '1000000')], [file('a', 'y', '2000000')]);
    expect(change?.aspects).toEqual(['content', 'modified']);
    expect(await diff([file('a', 'x', '1000999')], [file('a', 'x', '1000000')])).toEqual([]);
    const folder: SnapshotEntry = { ...file('a'), kind: 'folder', digest: null };
    expect((await diff([file('a')], [folder]))[0]?.aspects).toEqual(['kind']);
  });

  it('lets go of both sides when nobody wants more', async () => {
    const closed: string[] = [];
    async function* endless(name: string) {
      try {
        for (let at = 0; ; at += 1) yield await Promise.resolve([file(`${name}${at}`)]);
      } finally {
        closed.push(name);
      }
    }
    for await (const changes of diffEntries(endless('a'), endless('b'))) {
      if (changes.length > 0) break;
    }
    expect(closed.sort()).toEqual(['a', 'b']);
  });
});

describe('ignoreRules', () => {
  it('leaves out caches, and takes back what a person wants', () => {
    const ignores = ignoreRules(DEFAULT_IGNORES, '!.cache/\n*.log');
    expect(ignores('.venv', true)).toBe(true);
    expect(ignores('a/node_modules', true)).toBe(true);
    expect(ignores('.cache', true)).toBe(false);
    expect(ignores('x.log', false)).toBe(true);
    expect(ignores('data.csv', false)).toBe(false);
  });

  it('says the same of the hundred thousandth path', () => {
    const ignores = ignoreRules('*.log');
    for (let index = 0; index < 100_000; index += 1) ignores(`file${index}`, false);
    expect(ignores('x.log', false)).toBe(true);
  });

  it('says what the rules say, one by one, of any path', () => {
    const part = fc.string({
      unit: fc.constantFrom(...'ab.~*?[]!-^\\# '),
      minLength: 1,
      maxLength: 5
    });
    const rule = fc
      .tuple(
        fc.constantFrom('', '!', '/'),
        fc.array(part, { minLength: 1, maxLength: 3 }),
        fc.boolean()
      )
      .map(([first, parts, isFolder]) => `${first}${parts.join('/')}${isFolder ? '/' : ''}`);
    const name = fc.string({ unit: fc.constantFrom(...'ab.~*[]- '), minLength: 1, maxLength: 5 });
    const path = fc
      .array(
        name.filter(each => !/^\.+$/.test(each)),
        { minLength: 1, maxLength: 3 }
      )
      .map(parts => parts.join('/'));
    fc.assert(
      fc.property(fc.array(rule), fc.array(path), fc.boolean(), (rules, paths, isFolder) => {
        const ignores = ignoreRules(rules, rules.join('\n'));
        const matcher = ignore({ ignoreCase: false })
          .add([...rules])
          .add(rules.join('\n'));
        for (const each of paths) {
          const expected = matcher.ignores(isFolder ? `${each}/` : each);
          expect([each, ignores(each, isFolder)]).toEqual([each, expected]);
        }
      }),
      { numRuns: 2000 }
    );
  });
});

it('takes no path that could lead out, and no name of a folder that is none', () => {
  for (const path of ['', '/', '/etc', '..', 'a/../b', 'a//b', './a', 'a/', 'a\0b']) {
    expect([path, isSnapshotPath(path)]).toEqual([path, false]);
  }
  expect(isSnapshotPath('a/...')).toBe(true);
  for (const name of ['', '.', '..', 'a/b']) expect(SourceName.safeParse(name).success).toBe(false);
  expect(isWithin('a/b', 'a') && isWithin('a', 'a') && !isWithin('ab', 'a')).toBe(true);
});

it('shows names without what a terminal would obey', () => {
  expect(printableName('a\u001b[31m\n')).toBe('a\\x1b[31m\\x0a');
  expect(printableName('caf\udce9 😀')).toBe('caf\\xe9 😀');
});
