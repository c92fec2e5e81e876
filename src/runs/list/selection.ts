import { Signal, type ISignal } from '@lumino/signaling';

/** The runs that a person has selected in the list, for what is done with several. */
export class RunSelection {
  private chosen: readonly string[] = [];
  private anchor: string | null = null;
  private readonly _changed = new Signal<this, void>(this);

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get ids(): readonly string[] {
    return this.chosen;
  }

  has(id: string): boolean {
    return this.chosen.includes(id);
  }

  toggle(id: string): void {
    this.anchor = id;
    this.set(this.has(id) ? this.chosen.filter(each => each !== id) : [...this.chosen, id]);
  }

  /** Selects all from the one toggled last up to `id`, in the order of the list. */
  extend(id: string, order: readonly string[]): void {
    const ends = [order.indexOf(this.anchor ?? id), order.indexOf(id)].sort((a, b) => a - b);
    const span = order.slice(Math.max(0, ends[0]!), ends[1]! + 1);
    this.set([...new Set([...this.chosen, ...span])]);
  }

  /** Forgets runs that are not there any more. */
  keep(there: ReadonlySet<string>): void {
    if (this.chosen.every(id => there.has(id))) return;
    this.set(this.chosen.filter(id => there.has(id)));
  }

  clear(): void {
    this.anchor = null;
    if (this.chosen.length > 0) this.set([]);
  }

  /** The runs that a menu on the row of `id` is about: all selected ones where it is among them. */
  meant(id: string): readonly string[] {
    return this.has(id) ? this.chosen : [id];
  }

  private set(ids: readonly string[]): void {
    this.chosen = ids;
    this._changed.emit();
  }
}
