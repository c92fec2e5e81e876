import { execFileSync, spawn } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWhole } from './atomicWrite';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chard-write-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('replaces a file, also through a link, and leaves nothing else', () => {
  const file = join(folder, 'file');
  const link = join(folder, 'link');
  writeFileSync(file, 'old');
  symlinkSync('file', link);
  writeWhole(link, 'new');
  expect(readFileSync(file, 'utf8')).toBe('new');
  writeWhole(file, new Uint8Array([97]));
  expect(readFileSync(link, 'utf8')).toBe('a');
  expect(readdirSync(folder).sort()).toEqual(['file', 'link']);
});

it('writes into a pipe and does not take its place', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = spawn('cat', [pipe]);
  let read = '';
  reader.stdout.setEncoding('utf8').on('data', (text: string) => (read += text));
  const ended = new Promise(resolve => reader.on('close', resolve));
  writeWhole(pipe, 'text');
  await ended;
  expect(read).toBe('text');
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});

it.each([
  ['its folder is not there', 'missing/file'],
  ['it is a folder', 'folder'],
  ['its folder is a file', 'file/below']
])('says that %s', (why, name) => {
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'file'), 'old');
  const path = join(folder, name);
  expect(() => writeWhole(path, 'text')).toThrow(`${path} was not written: ${why}`);
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('old');
});
