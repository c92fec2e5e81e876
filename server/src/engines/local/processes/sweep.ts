import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../../../files';

/** The environment variable that marks every process started by an engine, with the engine's instance. */
export const MARKER = 'CHARD_ENGINE';

const ROUNDS = 100;
const ROUND_MILLISECONDS = 20;

/**
 * Kills every process of this user that an engine's instance has left behind, until there is none. Only Linux lets
 * a process look at others' environments; elsewhere supervisors, which end with their engine, are all there is.
 * @returns pids of those that could not be ended.
 */
export async function sweep(instance: string): Promise<number[]> {
  let found = marked(instance);
  for (let round = 0; round < ROUNDS && found.length > 0; round += 1) {
    found.forEach(kill);
    await sleep(ROUND_MILLISECONDS);
    found = marked(instance);
  }
  return found;
}

/** Kills a process of an engine's instance and all below it. Does nothing where the pid is another process by now. */
export function killTree(pid: number, instance: string): void {
  const mine = marked(instance);
  if (!mine.includes(pid)) return;
  const parents = new Map(mine.map(process => [process, parentOf(process)]));
  const tree = new Set([pid]);
  for (let size = 0; size < tree.size;) {
    size = tree.size;
    for (const [process, parent] of parents) {
      if (parent !== null && tree.has(parent)) tree.add(process);
    }
  }
  tree.forEach(kill);
}

/** Living processes whose environment has the marker with this instance. */
export function marked(instance: string): number[] {
  if (process.platform !== 'linux') return [];
  const marker = `${MARKER}=${instance}`;
  return readdirSync('/proc')
    .map(Number)
    .filter(pid => Number.isInteger(pid) && pid !== process.pid)
    .filter(pid => readProcess(pid, 'environ')?.split('\0').includes(marker));
}

function parentOf(pid: number): number | null {
  const stat = readProcess(pid, 'stat');
  if (stat === null) return null;
  // proc(5): "pid (name) state ppid ..."; the name may hold anything, brackets too.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/** Null for a process that is gone or is another user's. */
function readProcess(pid: number, file: 'environ' | 'stat'): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return null;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // Gone since it was found, or not ours to end.
    if (errorCode(error) !== 'ESRCH' && errorCode(error) !== 'EPERM') throw error;
  }
}
