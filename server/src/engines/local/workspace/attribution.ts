import type { FileState } from './model';

/** A change of a path that was found between two looks at the folder. */
export interface ObservedChange {
  readonly path: string;
  /** What was there before the first look that found it different. */
  readonly before: FileState | null;
}

/** Whose the changes are that could be a step's, when it has ended. */
export interface Attribution {
  /** The step was seen to write them. */
  readonly seen: readonly ObservedChange[];
  /** Nobody was seen to write them, and no other step was running. */
  readonly alone: readonly ObservedChange[];
  /** Not seen to be the step's; another that still runs may yet turn out to have written them. */
  readonly open: readonly ObservedChange[];
  /** Several steps were running, all have ended, and none was seen to write them. */
  readonly unattributed: readonly (ObservedChange & { readonly steps: readonly string[] })[];
}

interface Pending extends ObservedChange {
  readonly candidates: Set<string>;
  readonly stillRunning: Set<string>;
}

/**
 * Puts changes of the folder down to steps. A change found by one look and not by the look before was made by a step that was
 * running in between (or by somebody else); the audit hook says which, but a step's audit is known only once it has ended.
 */
export class WriteAttribution {
  private readonly pending = new Map<string, Pending>();

  /** Takes the changes that a look at the folder found, while `running` steps (at least one) were running. */
  observe(changes: readonly ObservedChange[], running: Iterable<string>): void {
    const steps = [...running];
    for (const { path, before } of changes) {
      const known = this.pending.get(path);
      if (known === undefined) {
        this.pending.set(path, {
          path,
          before,
          candidates: new Set(steps),
          stillRunning: new Set(steps)
        });
        continue;
      }
      for (const step of steps) {
        known.candidates.add(step);
        known.stillRunning.add(step);
      }
    }
  }

  /** Decides what can be decided now that `step` has ended. @param isSeen whether it was seen to write a path */
  ended(step: string, isSeen: (path: string) => boolean): Attribution {
    const seen: ObservedChange[] = [];
    const alone: ObservedChange[] = [];
    const open: ObservedChange[] = [];
    const unattributed: (ObservedChange & { steps: readonly string[] })[] = [];
    for (const change of [...this.pending.values()]) {
      if (!change.candidates.has(step)) continue;
      change.stillRunning.delete(step);
      const { path, before, candidates } = change;
      if (isSeen(path)) seen.push({ path, before });
      else if (candidates.size === 1) alone.push({ path, before });
      else if (change.stillRunning.size > 0) {
        open.push({ path, before });
        continue;
      } else unattributed.push({ path, before, steps: [...candidates].sort() });
      this.pending.delete(path);
    }
    return { seen, alone, open, unattributed };
  }
}
