import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../files';
import type { Layout } from '../disk/layout';
import { DigestSet } from '../work/digestSet';

/** Of a SHA-256 in hex. */
const DIGEST_LENGTH = 64;
/** Questions about one folder of contents that are answered one by one; the next one lists it. */
const SINGLE_QUESTIONS = 16;

/**
 * Which contents a store had. To ask the disk for each costs more than all else that a snapshot of an unchanged folder takes; to list all
 * that a large store has for a small folder would, too. What others add meanwhile may be missed.
 */
export class PresentContents {
  private readonly names = new DigestSet();
  private readonly questions = new Map<string, number>();

  constructor(private readonly layout: Layout) {}

  has(digest: string): boolean {
    const prefix = digest.slice(0, 2);
    const asked = this.questions.get(prefix) ?? 0;
    if (asked < SINGLE_QUESTIONS) {
      this.questions.set(prefix, asked + 1);
      return existsSync(this.layout.content(digest));
    }
    if (asked === SINGLE_QUESTIONS) {
      this.questions.set(prefix, asked + 1);
      this.list(prefix);
    }
    return this.names.has(digest);
  }

  private list(prefix: string): void {
    try {
      for (const name of readdirSync(join(this.layout.contents, prefix))) {
        if (name.length === DIGEST_LENGTH) this.names.add(name);
      }
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
}
