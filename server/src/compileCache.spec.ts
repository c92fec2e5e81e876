import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileCacheFolder } from './compileCache';

const user = process.getuid?.();
let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'chard-cache-'));
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

const folderIn = (cache: string, asUser = user) =>
  compileCacheFolder({ XDG_CACHE_HOME: cache }, asUser);

it('is made where it is missing, and nobody else can look into it', () => {
  const cache = join(base, 'not', 'there');
  expect(folderIn(cache)).toBe(join(cache, 'chard/node'));
  for (const path of [join(cache, 'chard'), join(cache, 'chard/node')]) {
    expect(lstatSync(path).mode & 0o777).toBe(0o700);
  }
  expect(folderIn(cache)).toBe(join(cache, 'chard/node'));
});

it.each(['chard', 'chard/node'])('is not used where others can write to %s', name => {
  folderIn(base);
  chmodSync(join(base, name), 0o777);
  expect(folderIn(base)).toBeNull();
});

it('is not used where it is somebody else’s', () => {
  folderIn(base);
  expect(folderIn(base, (user ?? 0) + 1)).toBeNull();
});

it.each(['chard', 'chard/node'])('is not used where %s leads elsewhere', name => {
  const elsewhere = join(base, 'elsewhere');
  mkdirSync(elsewhere, { mode: 0o700 });
  if (name !== 'chard') mkdirSync(join(base, 'chard'), { mode: 0o700 });
  symlinkSync(elsewhere, join(base, name));
  expect(folderIn(base)).toBeNull();
  expect(existsSync(join(elsewhere, 'node'))).toBe(false);
});

it('is none where it cannot be made', () => {
  const file = join(base, 'file');
  writeFileSync(file, '');
  expect(folderIn(file)).toBeNull();
});
