import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { RunEvent } from '@chard/core/run';
import { makeFolders } from '../files';
import { saveDisplays } from './displays';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'chard-displays-')), 'made', 'when-needed');
});
afterEach(() => rmSync(join(folder, '../..'), { recursive: true }));

const base64 = (text: string) => Buffer.from(text).toString('base64');

let seq = 0;
const display = (
  data: Extract<RunEvent, { type: 'display' }>['data'],
  more: { step?: string; cell?: number | null; displayId?: string; update?: boolean } = {}
): RunEvent => ({
  type: 'display',
  seq: (seq += 1),
  time: 0,
  step: more.step ?? 'draw',
  attempt: 1,
  cell: more.cell === undefined ? 3 : more.cell,
  kind: 'display',
  data,
  metadata: {},
  displayId: more.displayId ?? null,
  update: more.update ?? false
});
const started: RunEvent = {
  type: 'step-started',
  seq: 99,
  time: 0,
  step: 'draw',
  attempt: 2,
  pid: 1
};

const names = (paths: string[]) => paths.map(path => basename(path));

it('writes the best format of each, named by step, cell and count', () => {
  const paths = saveDisplays(
    [
      display({ 'text/html': '<table>', 'image/png': base64('PNG') }),
      display({ 'text/html': ['<b>', 'é</b>'] }),
      display({ 'text/plain': 'only text' }),
      display({ 'image/svg+xml': '<svg/>' }, { step: 'Train / модель', cell: null })
    ],
    folder
  );
  expect(names(paths)).toEqual(['draw-3-1.png', 'draw-3-2.html', 'Train-модель-end-1.svg']);
  expect(paths.map(path => readFileSync(path, 'utf8'))).toEqual(['PNG', '<b>é</b>', '<svg/>']);
});

it('has an updated display once, where it first stood', () => {
  const paths = saveDisplays(
    [
      display({ 'text/html': 'old' }, { displayId: 'a' }),
      display({ 'text/html': 'other' }),
      display({ 'text/html': 'new' }, { displayId: 'a', update: true, cell: 5 })
    ],
    folder
  );
  expect(names(paths)).toEqual(['draw-3-1.html', 'draw-3-2.html']);
  expect(readFileSync(paths[0] ?? '', 'utf8')).toBe('new');
});

it('has nothing of an attempt that was followed by another', () => {
  const first = [
    display({ 'text/html': 'first' }),
    display({ 'text/html': 'other' }, { step: 'b' })
  ];
  const paths = saveDisplays([...first, started, display({ 'text/html': 'second' })], folder);
  expect(paths.map(path => readFileSync(path, 'utf8'))).toEqual(['other', 'second']);
});

it('makes no folder for nothing', () => {
  expect(saveDisplays([display({ 'text/plain': 'text' })], folder)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
});

it('says where they still are when they cannot be written', () => {
  makeFolders(dirname(folder));
  writeFileSync(folder, 'in the way');
  const save = (): string[] => saveDisplays([display({ 'text/html': '<b>' })], folder);
  expect(save).toThrow(/draw-3-1\.html was not written.*chard runs show/);
  expect(readFileSync(folder, 'utf8')).toBe('in the way');
});
