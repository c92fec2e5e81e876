import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { recall, remember } from './remembered';

const Schema = z.object({ answer: z.number() });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chard-remembered-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('gives back what was remembered, to its owner alone', () => {
  const file = join(folder, 'made/answer.json');
  expect(recall(file, Schema)).toBeNull();
  remember(file, { answer: 1 });
  remember(file, { answer: 42 });
  expect(recall(file, Schema)).toEqual({ answer: 42 });
  expect(readdirSync(join(folder, 'made'))).toEqual(['answer.json']);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it.each(['{"answer": 4', '{"answer": "of another version"}', ''])('knows nothing of %j', text => {
  const file = join(folder, 'answer.json');
  writeFileSync(file, text);
  expect(recall(file, Schema)).toBeNull();
});

it('does without where nothing can be written', () => {
  const file = join(folder, 'file');
  writeFileSync(file, 'in the way');
  remember(join(file, 'answer.json'), { answer: 42 });
  expect(recall(join(file, 'answer.json'), Schema)).toBeNull();
  expect(readFileSync(file, 'utf8')).toBe('in the way');
});

it('does without where there is no place for a file', () => {
  remember(null, { answer: 42 });
  expect(recall(null, Schema)).toBeNull();
});
