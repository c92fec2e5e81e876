import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { errorCode } from '../files';
import type { Lease, Owner, ProcessIdentity } from './model';

/** An owner gives a sign of life this often. */
export const BEAT_MILLISECONDS = 15_000;
/** Only where its process cannot be looked at (another container): silent for so long, an owner counts as dead. */
const SILENCE_MILLISECONDS = 60_000;

/** This process as the owner of runs; every call makes another instance. */
export function thisOwner(): Owner {
  return { ...identify(process.pid), instance: randomBytes(16).toString('hex') };
}

/** Whether the owner of a lease still lives, as far as can be seen at `now` (milliseconds since 1970). */
export function ownerLives({ owner, beat }: Lease, now: number): boolean {
  const here = identify(process.pid);
  if (owner.boot !== here.boot) return false;
  if (owner.namespace !== here.namespace) return now - beat < SILENCE_MILLISECONDS;
  return startTime(owner.pid) === owner.startTime;
}

function identify(pid: number): ProcessIdentity {
  const started = startTime(pid);
  if (started === null) throw new Error(`process ${pid} cannot be looked up`);
  return { pid, startTime: started, boot: boot(), namespace: namespace() };
}

/** When a living process started; null for one that is gone (a zombie is gone). */
function startTime(pid: number): string | null {
  if (process.platform !== 'linux') return startTimeByPs(pid);
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH') return null;
    throw error;
  }
  // proc(5): "pid (name) state ppid ..."; the name may hold anything, so fields count from its last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const started = fields[19];
  return state === 'Z' || state === 'X' || started === undefined ? null : started;
}

function startTimeByPs(pid: number): string | null {
  try {
    const line = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return line.trim() || null;
  } catch (error) {
    // ps ends with 1 where there is no such process.
    if (typeof error === 'object' && error !== null && 'status' in error && error.status === 1) {
      return null;
    }
    throw error;
  }
}

let knownBoot: string | undefined;

function boot(): string {
  knownBoot ??=
    process.platform === 'linux'
      ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
      : execFileSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8' }).trim();
  return knownBoot;
}

function namespace(): string {
  return process.platform === 'linux' ? readlinkSync('/proc/self/ns/pid') : '';
}
