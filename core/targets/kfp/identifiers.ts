import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';

/** Kubernetes' limit for a label, which task names become. */
const MAX_LENGTH = 63;
const HASH_LENGTH = 10;
/** Begins the names of tasks and artifacts that no step or value made; theirs never begin so. */
export const OWN_PREFIX = 'chard-';

const TASK = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const KEY = /^[a-z](?:[_a-z0-9]*[a-z0-9])?$/;
/** How names end that say less than what they stand for; a name that ends so by itself gets a hash too. */
const HASHED = new RegExp(`[-_][0-9a-f]{${HASH_LENGTH}}$`);

/**
 * A step's or pipeline's name as an identifier of Kubernetes: at most 63 small letters, digits and `-` (RFC 1123). What
 * it cannot say as it is gets a hash of the whole name behind it, so that each name has one of its own (case, script,
 * Unicode form and length count), whatever other names there are.
 */
export function taskName(name: string): string {
  const plain = TASK.test(name) && name.length <= MAX_LENGTH && !HASHED.test(name);
  return plain && !name.startsWith(OWN_PREFIX) ? name : hashed(name, '-', 'step');
}

/** A Python name as the key of an artifact: small letters, digits and `_`, on the same terms as `taskName`. */
export function artifactKey(name: string, taken: ReadonlySet<string>): string {
  const plain = KEY.test(name) && name.length <= MAX_LENGTH && !HASHED.test(name);
  return plain && !taken.has(name) ? name : hashed(name, '_', 'value');
}

/** The name of a task that Chard adds for a step or a volume: `chard-claim-data`. */
export function ownTask(kind: string, name: string): string {
  const prefix = `${OWN_PREFIX}${kind}-`;
  const id = taskName(name);
  return prefix.length + id.length <= MAX_LENGTH
    ? prefix + id
    : prefix + hashed(name, '-', 'step', MAX_LENGTH - prefix.length);
}

/** Whether a name ends as those do that got a hash. */
export function looksHashed(name: string): boolean {
  return HASHED.test(name);
}

/** Small letters, digits and `separator`, of at most `length`, beginning with a letter, and a hash of the whole name. */
export function hashed(
  name: string,
  separator: '-' | '_',
  fallback: string,
  length = MAX_LENGTH
): string {
  const hash = bytesToHex(sha256(utf8ToBytes(name))).slice(0, HASH_LENGTH);
  const ends = new RegExp(`^${separator}+|${separator}+$`, 'g');
  const room = length - HASH_LENGTH - 1;
  const cut = (text: string) => text.replace(ends, '').slice(0, room).replace(ends, '');
  const words = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, separator);
  // Keys begin with a letter, and what begins as our own tasks do is ours.
  const needsFallback = !/^[a-z]/.test(cut(words)) || cut(words).startsWith('chard');
  const slug = cut(needsFallback ? `${fallback}${separator}${cut(words)}` : words);
  return `${slug}${separator}${hash}`;
}
