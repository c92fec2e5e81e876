import { createHash } from 'node:crypto';
import { Turns } from '../work/meter';
import { walk } from '../taking/walk';

/**
 * Stands for a tree as it is: with any file that is written, touched, replaced, added or removed it is another one, by the times, sizes and
 * inodes. No content is read. @throws the system's error
 */
export async function stampOfTree(folder: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const turns = new Turns();
  for (const step of walk(folder, { ignores: () => false, without: new Set() })) {
    if (turns.isDue) {
      await turns.give();
      signal?.throwIfAborted();
    }
    if ('found' in step) {
      const { path, stats } = step.found;
      const { mode, size, mtimeNs, ctimeNs, ino } = stats;
      hash.update(`${path}\0${mode} ${size} ${mtimeNs} ${ctimeNs} ${ino}\0`);
    } else if ('problem' in step) {
      hash.update(`${step.problem.path}\0${step.problem.message}\0`);
    }
  }
  return hash.digest('hex');
}
