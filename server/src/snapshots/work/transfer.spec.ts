import * as realFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';

let base: string;
beforeEach(() => {
  base = realFs.mkdtempSync(join(tmpdir(), 'chard-transfer-'));
});
afterEach(() => {
  jest.dontMock('node:fs');
  realFs.rmSync(base, { recursive: true });
});

it('throws once where a write fails while the next part is being read', async () => {
  const failure = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  let refuse = (): void => undefined;
  const refused = new Promise<void>(resolve => (refuse = resolve));
  let reads = 0;
  const read = Object.assign(() => undefined, {
    [promisify.custom]: async (_file: number, _buffer: Buffer, _at: number, length: number) => {
      reads += 1;
      if (reads === 1) return { bytesRead: length };
      await refused;
      // So that whoever looks for promises nobody cares for has had a turn.
      for (let turn = 0; turn < 3; turn += 1) await setImmediate();
      return { bytesRead: length };
    }
  });
  const write = Object.assign(() => undefined, {
    [promisify.custom]: async () => {
      await setImmediate();
      refuse();
      throw failure;
    }
  });
  jest.doMock('node:fs', () => ({ ...realFs, read, write }));
  await jest.isolateModulesAsync(async () => {
    const { transfer } = await import('./transfer');
    const work = transfer({ from: 0, to: 1, limit: 1e9, holes: false, onBytes: () => undefined });
    await expect(work).rejects.toBe(failure);
  });
  expect(reads).toBe(2);
});
