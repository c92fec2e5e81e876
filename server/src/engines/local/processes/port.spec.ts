import { existsSync, lstatSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Port, removePort } from './port';

const INSTANCE = `spec${process.pid.toString(16).padStart(8, '0')}-rest`;
/** What somebody else put beside it. */
const LINK = join(tmpdir(), `chard-${INSTANCE.slice(0, 12)}-link`);

afterEach(() => {
  rmSync(LINK, { force: true });
});

it('lies in a folder that only its owner can open, under a name that cannot be foreseen', async () => {
  const [one, other] = [await Port.open(INSTANCE), await Port.open(INSTANCE)];
  try {
    expect(statSync(dirname(one.path)).mode & 0o777).toBe(0o700);
    expect(dirname(one.path)).not.toBe(dirname(other.path));
  } finally {
    one.close();
    other.close();
  }
  expect(existsSync(dirname(one.path))).toBe(false);
});

it('is removed after its engine has gone, and nothing of others with it', async () => {
  const port = await Port.open(INSTANCE);
  symlinkSync(dirname(port.path), LINK);
  try {
    removePort(INSTANCE, (process.getuid?.() ?? 0) + 1);
    expect(existsSync(port.path)).toBe(true);
    removePort(INSTANCE);
    expect(existsSync(dirname(port.path))).toBe(false);
    expect(lstatSync(LINK).isSymbolicLink()).toBe(true);
  } finally {
    port.close();
  }
});
