import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { join } from 'node:path';
import { openWorkspaceMemory } from './memory';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chard-memory-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (): string => join(folder, 'home', 'workspace.db');
const write = { path: 'a', state: null, update: false };

it('remembers from one opening to the next, and what a step no longer writes as not current', () => {
  const first = openWorkspaceMemory(path());
  first.ownWrites.record('n', 'step', [write]);
  first.ownWrites.doubt('execution', ['a', 'b']);
  first.close();
  const second = openWorkspaceMemory(path());
  expect(second.ownWrites.of('n')).toEqual([{ ...write, step: 'step', isCurrent: true }]);
  second.ownWrites.record('n', 'step', []);
  expect(second.ownWrites.of('n')).toMatchObject([{ isCurrent: false }]);
  second.ownWrites.liftDoubt('execution', 'a');
  expect(second.ownWrites.doubts('execution')).toEqual(['b']);
  second.close();
});

it('can be read by its owner alone', () => {
  const memory = openWorkspaceMemory(path());
  memory.ownWrites.record('n', 'step', [write]);
  const modes = readdirSync(join(folder, 'home')).map(
    name => statSync(join(folder, 'home', name)).mode & 0o777
  );
  memory.close();
  expect(new Set(modes)).toEqual(new Set([0o600]));
});

it('is made anew where it is damaged', () => {
  openWorkspaceMemory(path()).close();
  writeFileSync(path(), 'this is no database, however long one looks at it');
  const memory = openWorkspaceMemory(path());
  expect(memory.ownWrites.of('n')).toEqual([]);
  memory.close();
});

it('says which folder is in the way', () => {
  writeFileSync(join(folder, 'home'), 'a file');
  expect(() => openWorkspaceMemory(path())).toThrow(
    expect.objectContaining({ code: 'store-unavailable' })
  );
  expect(statSync(join(folder, 'home')).isFile()).toBe(true);
});

it('lasts as long as the process where it cannot be written', () => {
  mkdirSync(path(), { recursive: true });
  const memory = openWorkspaceMemory(path());
  memory.ownWrites.record('n', 'step', [write]);
  expect(memory.ownWrites.of('n')).toHaveLength(1);
  memory.close();
});

it('finds out once what several ask for at a time, and asks again after a failure', async () => {
  const memory = openWorkspaceMemory(path());
  const answers = ['it does not work', null];
  const asked: string[] = [];
  const ask = (who: string) =>
    memory.rememberSuccess('overlays', async () => {
      asked.push(who);
      await setImmediate();
      return answers.shift() ?? null;
    });
  expect(await Promise.all([ask('first'), ask('second')])).toEqual(
    Array(2).fill('it does not work')
  );
  expect(await Promise.all([ask('third'), ask('fourth')])).toEqual([null, null]);
  expect(await ask('fifth')).toBeNull();
  expect(asked).toEqual(['first', 'third']);
  memory.close();
});
