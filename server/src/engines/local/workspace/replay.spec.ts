import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { Digests, FileStore, MemoryDigestIndex } from '../../../files';
import type { FileState, WrittenFile } from './model';
import { checkReplay, replay, type ReplayPlaces } from './replay';

/** Each run makes a folder of its own; on a busy machine that takes longer than Jest waits by default. */
const MANY_RUNS_MILLISECONDS = 60_000;

let root: string;
let places: ReplayPlaces;

function begin(): void {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'chard-replay-')));
  const folder = join(root, 'project');
  mkdirSync(folder);
  mkdirSync(join(root, 'outside'));
  writeFileSync(join(root, 'outside', 'a'), 'precious');
  places = {
    folder,
    store: new FileStore(join(root, 'files')),
    digests: new Digests(new MemoryDigestIndex())
  };
}
const end = (): void => rmSync(root, { recursive: true, force: true });
beforeEach(begin);
afterEach(end);

const file = (path: string, content: string, mode = 0o644): WrittenFile => {
  const digest = createHash('sha256').update(content).digest('hex');
  places.store.keepText(content);
  return wrote(path, { kind: 'file', digest, size: content.length, mode });
};
const wrote = (path: string, state: FileState | null): WrittenFile => ({
  path,
  state,
  seen: true,
  update: false,
  kept: true
});
const text = (path: string): string => readFileSync(join(places.folder, path), 'utf8');

/** Every path below a folder with what it is. */
function tree(folder: string, at = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(folder, at))) {
    const path = join(at, name);
    const stats = lstatSync(join(folder, path));
    if (stats.isDirectory()) Object.assign(found, { [path]: 'folder' }, tree(folder, path));
    else found[path] = stats.isFile() ? readFileSync(join(folder, path), 'utf8') : 'link';
  }
  return found;
}

it('does not touch what is the same already', async () => {
  const written = [file('a', 'content')];
  await replay(written, places);
  const before = statSync(join(places.folder, 'a'), { bigint: true });
  expect(await replay(written, places)).toEqual([]);
  expect(statSync(join(places.folder, 'a'), { bigint: true }).ctimeNs).toBe(before.ctimeNs);
});

it('replaces a link and never writes through it', async () => {
  symlinkSync(join(root, 'outside', 'a'), join(places.folder, 'a'));
  await replay([file('a', 'content')], places);
  expect(lstatSync(join(places.folder, 'a')).isFile()).toBe(true);
  expect(readFileSync(join(root, 'outside', 'a'), 'utf8')).toBe('precious');
});

it('does not follow a link that it has itself put there', async () => {
  const written = [wrote('link', { kind: 'link', target: '../outside' }), file('link/a', 'evil')];
  await expect(replay(written, places)).rejects.toMatchObject({ code: 'path-outside' });
  expect(readFileSync(join(root, 'outside', 'a'), 'utf8')).toBe('precious');
});

it('makes a folder of a file that the step removed, and the other way round', async () => {
  writeFileSync(join(places.folder, 'a'), 'file');
  await replay([wrote('a', null), file('a/b', 'b')], places);
  expect(text('a/b')).toBe('b');
  const back = [wrote('a/b', null), file('a', 'file')];
  expect(await checkReplay(back, places)).toMatchObject({ ok: false });
});

it('takes the last of two records of one path', async () => {
  await replay([file('a', 'first'), file('a', 'second')], places);
  expect(tree(places.folder)).toEqual({ a: 'second' });
});

it('changes nothing where one of the files cannot be had', async () => {
  const written = [file('a', 'a'), file('b', 'b')];
  writeFileSync(join(places.folder, 'a'), 'old');
  const digest = written[1]?.state?.kind === 'file' ? written[1].state.digest : '';
  writeFileSync(join(root, 'files', digest), 'damaged');
  await expect(replay(written, places)).rejects.toMatchObject({ code: 'kept-file-damaged' });
  expect(tree(places.folder)).toEqual({ a: 'old' });
  expect(await checkReplay(written, places)).toEqual({
    ok: false,
    why: 'b is not as the step left it, and no copy was kept'
  });
});

it('holds for a file too large to be kept as long as the file is there', async () => {
  const large = { ...file('a', 'large'), kept: false };
  writeFileSync(join(places.folder, 'a'), 'large');
  expect(await checkReplay([large], places)).toEqual({ ok: true });
  writeFileSync(join(places.folder, 'a'), 'other');
  expect(await checkReplay([large], places)).toMatchObject({ ok: false });
});

const name = fc.constantFrom('a', 'b', 'c', 'link', 'file', '..', '.', '', '/', 'ä', 'a b');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map(parts => parts.join('/'));
const target = fc.constantFrom('..', '../outside', 'a', '/', '../outside/a', 'link');
const write = fc.record({ path, content: fc.option(fc.string()), target: fc.option(target) });

it(
  'never changes anything outside of the folder, whatever the record says',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 6 }), async writes => {
        end();
        begin();
        symlinkSync('../outside', join(places.folder, 'link'));
        writeFileSync(join(places.folder, 'file'), 'file');
        const written = writes.map(each => {
          if (each.target !== null) return wrote(each.path, { kind: 'link', target: each.target });
          return each.content === null ? wrote(each.path, null) : file(each.path, each.content);
        });
        await replay(written, places).catch((error: unknown) => {
          expect(error).toMatchObject({ name: 'ChardError' });
        });
        expect(tree(join(root, 'outside'))).toEqual({ a: 'precious' });
        expect(
          readdirSync(root)
            .sort()
            .filter(each => each !== 'files')
        ).toEqual(['outside', 'project']);
        const temporary = Object.keys(tree(places.folder)).filter(each => each.includes('.chard-'));
        expect(temporary).toEqual([]);
      }),
      { numRuns: 200 }
    );
  },
  MANY_RUNS_MILLISECONDS
);

const leaf = fc.constantFrom('x', 'y', 'z', 'ä b');
const safePath = fc
  .tuple(fc.array(fc.constantFrom('d', 'e'), { maxLength: 2 }), leaf)
  .map(([folders, last]) => [...folders, last].join('/'));
const state = fc.dictionary(safePath, fc.string(), { maxKeys: 5 });

it(
  'leads from any state to what the step left, once and for all',
  async () => {
    await fc.assert(
      fc.asyncProperty(state, state, fc.boolean(), async (before, left, isExecutable) => {
        end();
        begin();
        const mode = isExecutable ? 0o755 : 0o644;
        await replay(
          Object.entries(before).map(([at, content]) => file(at, content)),
          places
        );
        const written = Object.entries(left).map(([at, content]) => file(at, content, mode));
        const gone = Object.keys(before).filter(at => !(at in left));
        written.push(...gone.map(at => wrote(at, null)));
        expect(await checkReplay(written, places)).toEqual({ ok: true });
        await replay(written, places);
        const files = Object.entries(tree(places.folder)).filter(([, what]) => what !== 'folder');
        expect(Object.fromEntries(files)).toEqual({ ...left });
        for (const at of Object.keys(left)) {
          const isExecutableNow = (statSync(join(places.folder, at)).mode & 0o100) !== 0;
          expect(isExecutableNow).toBe(isExecutable);
        }
        expect(await replay(written, places)).toEqual([]);
      }),
      { numRuns: 100 }
    );
  },
  MANY_RUNS_MILLISECONDS
);
