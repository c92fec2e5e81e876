import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import {
  confine,
  digestFile,
  Digests,
  fileFailure,
  FileStore,
  isConfined,
  MemoryDigestIndex,
  SqliteDigestIndex,
  stampOf,
  type Stamp
} from './index';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chard-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (content: Uint8Array | string): string =>
  createHash('sha256').update(content).digest('hex');
const stampAt = (path: string): Stamp => stampOf(statSync(path, { bigint: true }));

describe('digestFile', () => {
  it.each([0, 1, 256 * 1024, 256 * 1024 + 1, 3 * 1024 * 1024 + 7])('reads %i bytes', async size => {
    const content = Buffer.alloc(size, 'abc');
    const path = join(folder, 'x');
    writeFileSync(path, content);
    expect((await digestFile(path)).digest).toBe(sha256(content));
  });

  it('gives the digest of the beginning as well', async () => {
    const path = join(folder, 'x');
    writeFileSync(path, 'onetwo');
    expect(await digestFile(path, 3)).toMatchObject({
      digest: sha256('onetwo'),
      prefix: sha256('one')
    });
    expect((await digestFile(path, 7)).prefix).toBeUndefined();
  });

  it('comes to an end where the file grows as fast as it is read', async () => {
    const path = join(folder, 'log');
    const size = 300_000;
    writeFileSync(path, Buffer.alloc(size));
    const handle = await open(path);
    const prototype = Object.getPrototypeOf(handle) as FileHandle;
    await handle.close();
    const read = prototype.read as (this: FileHandle, ...rest: unknown[]) => Promise<unknown>;
    const reads = jest.spyOn(prototype, 'read').mockImplementation(function (
      this: FileHandle,
      ...rest: unknown[]
    ) {
      if (reads.mock.calls.length < 100) appendFileSync(path, Buffer.alloc(size));
      return read.apply(this, rest) as never;
    });
    try {
      await digestFile(path);
      expect(reads.mock.calls.length).toBeLessThan(20);
    } finally {
      reads.mockRestore();
    }
  });

  it('does not follow a link', async () => {
    writeFileSync(join(folder, 'x'), 'x');
    symlinkSync('x', join(folder, 'link'));
    await expect(digestFile(join(folder, 'link'))).rejects.toMatchObject({ code: 'ELOOP' });
  });
});

describe.each([
  ['in memory', () => new MemoryDigestIndex()],
  ['in SQLite', () => new SqliteDigestIndex(new DatabaseSync(':memory:'))]
])('digests remembered %s', (_, makeIndex) => {
  it('need no reading while the stamp is the same', async () => {
    const path = join(folder, 'x');
    writeFileSync(path, 'old');
    const index = makeIndex();
    const later = (): bigint => BigInt(Date.now() + 60_000) * 1_000_000n;
    const digests = new Digests(index, later);
    await digests.of(path, stampAt(path));
    digests.save();
    expect(index.get(path, stampAt(path))).toBe(sha256('old'));
    expect(index.get(path, { ...stampAt(path), inode: 2n ** 64n - 1n })).toBeUndefined();
    appendFileSync(path, 'er');
    expect((await digests.of(path, stampAt(path))).digest).toBe(sha256('older'));
  });

  it('are not kept of a file younger than the grain of its clock', async () => {
    const path = join(folder, 'x');
    writeFileSync(path, 'old');
    const index = makeIndex();
    const digests = new Digests(index);
    await digests.of(path, stampAt(path));
    digests.save();
    expect(index.get(path, stampAt(path))).toBeUndefined();
  });

  it('are not kept of a file with a time in whole seconds until two have passed', async () => {
    const path = join(folder, 'x');
    writeFileSync(path, 'x');
    const second = Math.ceil(Date.now() / 1000) + 5;
    utimesSync(path, second, second);
    const at = async (seconds: number): Promise<string | undefined> => {
      const index = makeIndex();
      const digests = new Digests(index, () => BigInt(seconds) * 1_000_000_000n);
      await digests.read(path);
      digests.save();
      return index.get(path, stampAt(path));
    };
    expect(await at(second + 1)).toBeUndefined();
    expect(await at(second + 3)).toBe(sha256('x'));
  });
});

describe('FileStore', () => {
  const store = (): FileStore => new FileStore(join(folder, 'files'));

  it('keeps content once, for its owner only, and gives it back with its mode', async () => {
    const source = join(folder, 'x');
    writeFileSync(source, 'content');
    chmodSync(source, 0o444);
    const { digest, size } = await store().keep(source);
    await store().keep(source);
    expect([digest, size]).toEqual([sha256('content'), 7]);
    expect(readdirSync(join(folder, 'files'))).toEqual([digest]);
    expect(statSync(join(folder, 'files', digest)).mode & 0o777).toBe(0o600);
    await store().restore(digest, join(folder, 'y'), 0o640, 'y');
    expect(readFileSync(join(folder, 'y'), 'utf8')).toBe('content');
    expect(statSync(join(folder, 'y')).mode & 0o777).toBe(0o640);
  });

  it('finds damage, forgets the damaged copy and keeps the next one', async () => {
    const source = join(folder, 'x');
    writeFileSync(source, 'content');
    const { digest } = await store().keep(source);
    writeFileSync(join(folder, 'files', digest), 'damaged');
    await expect(store().restore(digest, join(folder, 'y'), 0o600, 'x')).rejects.toMatchObject({
      code: 'kept-file-damaged'
    });
    expect(store().has(digest)).toBe(false);
    await expect(store().restore(digest, join(folder, 'z'), 0o600, 'x')).rejects.toMatchObject({
      code: 'kept-file-missing'
    });
    await store().keep(source);
    expect(store().has(digest)).toBe(true);
  });

  it('leaves nothing behind where the source is not there', async () => {
    await expect(store().keep(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readdirSync(join(folder, 'files'))).toEqual([]);
  });

  it('says that it cannot be written', async () => {
    writeFileSync(join(folder, 'x'), 'x');
    writeFileSync(join(folder, 'files'), 'a file, not a folder');
    await expect(store().keep(join(folder, 'x'))).rejects.toMatchObject({
      code: 'store-unavailable'
    });
  });

  it('removes what is not needed', async () => {
    const [a, b] = ['a', 'b'].map(text => store().keepText(text));
    expect(store().removeUnneeded(digest => digest === a)).toEqual({ files: 1, bytes: 1 });
    expect([store().has(a ?? ''), store().has(b ?? '')]).toEqual([true, false]);
  });

  it('refuses a name that is no digest', () => {
    expect(() => store().has('../x')).toThrow('is not a SHA-256');
  });
});

const part = fc.oneof(
  fc.constantFrom('..', '.', '', 'a', 'b', 'link', 'file', '...', 'a b', '\0', '~', 'ä'),
  fc.string({ maxLength: 3 })
);
const anyPath = fc.array(part, { minLength: 1, maxLength: 6 }).map(parts => parts.join('/'));

describe('confine', () => {
  it('gives paths strictly below the folder, and refuses all others', () => {
    fc.assert(
      fc.property(anyPath, path => {
        if (!isConfined(path)) {
          expect(() => confine(folder, path)).toThrow('is not a path below');
          return;
        }
        const inside = relative(folder, confine(folder, path));
        expect(inside).not.toBe('');
        expect(inside.split(sep)).not.toContain('..');
        expect(inside).toBe(path);
      })
    );
  });

  it.each(['', '/', '/etc/passwd', '..', '../x', 'a/../../x', 'a//b', './a', 'a/', 'a\0b'])(
    'refuses %j',
    path => {
      expect(() => confine(folder, path)).toThrow(
        expect.objectContaining({ code: 'path-outside' })
      );
    }
  );

  it('refuses to go through a link, and through a file', () => {
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    writeFileSync(join(folder, 'file'), '');
    expect(() => confine(folder, 'link/x')).toThrow(
      expect.objectContaining({ code: 'path-outside' })
    );
    expect(() => confine(folder, 'file/x')).toThrow(
      expect.objectContaining({ code: 'replay-blocked' })
    );
    expect(confine(folder, 'link')).toBe(join(folder, 'link'));
    expect(existsSync(join(folder, 'real', 'x'))).toBe(false);
  });
});

describe('fileFailure', () => {
  const failed = (code: string): Error => Object.assign(new Error(code), { code });

  it.each([
    ['ENOSPC', 'store', 'store-full'],
    ['EDQUOT', 'folder', 'folder-full'],
    ['EACCES', 'folder', 'folder-read-only'],
    ['EROFS', 'store', 'store-read-only'],
    ['EIO', 'folder', 'folder-unavailable']
  ] as const)('says of %s in the %s: %s', (system, place, code) => {
    expect(fileFailure(failed(system), '/x', place)).toMatchObject({
      code,
      message: expect.stringContaining('/x')
    });
  });

  it('leaves alone what is not the system’s', () => {
    const error = new Error('other');
    expect(fileFailure(error, '/x', 'store')).toBe(error);
  });
});
