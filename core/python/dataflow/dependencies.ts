import type { Slot } from './flow';
import type { HeapObject } from './heap';

/** What a stretch of code has looked at: as long as it stays the same, the code would do the same again. */
export class Dependencies {
  /** The module's names, and what they were when they were read first. */
  readonly names = new Map<string, Slot>();
  /** The objects whose parts were taken. */
  readonly objects = new Set<HeapObject>();
  /** The module's names that it may bind, delete or change. */
  readonly writes = new Set<string>();
  private readonly included = new Set<Dependencies>();
  /** It asked which classes the step can reach. */
  looksForClasses = false;

  addName(name: string, slot: Slot): void {
    if (!this.names.has(name)) this.names.set(name, slot);
  }

  addAll(others: Dependencies): void {
    if (this.included.has(others)) return;
    this.included.add(others);
    for (const [name, slot] of others.names) this.addName(name, slot);
    for (const object of others.objects) this.objects.add(object);
    for (const name of others.writes) this.writes.add(name);
    this.looksForClasses ||= others.looksForClasses;
  }
}
