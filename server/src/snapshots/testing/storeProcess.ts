/**
 * A store in a process of its own, for specs that kill it. Arguments: a JSON document with what to do. Where `killAt` is given it
 * kills itself, by SIGKILL, just before its n-th call that changes something on the disk.
 */
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { promisify } from 'node:util';

export interface Order {
  readonly home: string;
  readonly action: 'create' | 'prune' | 'repair' | 'restore';
  /** The folder to take, or to restore to. */
  readonly folder: string;
  readonly killAt: number | null;
  /** Runs as this user. */
  readonly user: number | null;
}

const CHANGES = [
  'openSync',
  'writeSync',
  'writeFileSync',
  'renameSync',
  'rmSync',
  'mkdirSync',
  'copyFileSync',
  'symlinkSync',
  'linkSync',
  'chmodSync',
  'fchmodSync',
  'futimesSync',
  'utimesSync',
  'lutimesSync',
  'fsyncSync',
  'write',
  'fsync',
  'ftruncate'
] as const;

function killBefore(killAt: number): void {
  let changes = 0;
  const count = (): void => {
    changes += 1;
    if (changes === killAt) process.kill(process.pid, 'SIGKILL');
  };
  const watch = (owner: object, name: string): void => {
    const original = Reflect.get(owner, name) as (...values: unknown[]) => unknown;
    const watched = (...values: unknown[]): unknown => {
      const isReading = name === 'openSync' && (values[1] === 'r' || values[1] === undefined);
      if (!isReading) count();
      return original(...values);
    };
    const promised = promisify(original) as (...values: unknown[]) => unknown;
    Object.defineProperty(watched, promisify.custom, {
      value: (...values: unknown[]) => {
        count();
        return promised(...values);
      }
    });
    Reflect.set(owner, name, watched);
  };
  for (const name of CHANGES) watch(fs, name);
  watch(promises, 'copyFile');
}

async function main({ home, action, folder, killAt, user }: Order): Promise<void> {
  if (user !== null) process.setuid?.(user);
  if (killAt !== null) killBefore(killAt);
  const { openSnapshotStore } = await import('../localStore');
  const store = openSnapshotStore(home);
  const act = {
    create: () => store.create([{ name: 'data', path: folder }]),
    prune: () => store.prune({ keepLast: 1 }),
    repair: () => store.check({ repair: true }),
    restore: () => store.restore('latest', { folder, replace: true })
  };
  process.stdout.write(JSON.stringify(await act[action]()));
  await store.dispose();
}

void main(JSON.parse(process.argv[2] ?? '') as Order);
