import type { StoredValue } from '@chard/core/run';
import type { RunnerValue } from '@chard/core/protocol';
import type { StepGraph } from './graph';

/** Names that begin so are hidden state: random states, environment, working directory. */
const HIDDEN = '@';

export interface Received {
  /** What a step gets, by name: its inputs, what must come along, hidden state. */
  readonly values: ReadonlyMap<string, StoredValue>;
  /** A name that several branches changed; the step cannot run. */
  readonly conflict: Conflict | null;
  /** Steps to say something about: each a warning of the run. */
  readonly warnings: readonly ReceiveWarning[];
}

export interface Conflict {
  readonly name: string;
  readonly origins: readonly string[];
}

export interface ReceiveWarning {
  readonly code: 'hidden-state-conflict' | 'global-conflict' | 'input-not-bound';
  readonly message: string;
  /** Equal for what need be said only once a run. */
  readonly topic: string;
}

interface Held {
  readonly value: StoredValue;
  /** The step in whose hands this version was found. */
  readonly holder: string;
}

/**
 * Which version of each name a step gets. A version is the step that last changed the content, with the content's
 * digest; versions whose origin lies above another's give way to it, equal digests are one.
 */
export class Versions {
  private readonly left = new Map<string, ReadonlyMap<string, StoredValue>>();
  private readonly received = new Map<string, ReadonlyMap<string, StoredValue>>();
  /** Steps that left a name, by name. */
  private readonly holders = new Map<string, string[]>();
  /** Names that were ever stored in a group, by group. */
  private readonly members = new Map<string, Set<string>>();
  /** The step that stored a group, by group. */
  private readonly writers = new Map<string, string>();

  constructor(private readonly graph: StepGraph) {}

  /** Takes down what a finished step got and left. */
  finish(step: string, received: Received, values: readonly StoredValue[]): void {
    this.received.set(step, received.values);
    this.left.set(step, new Map(values.map(value => [value.name, value])));
    for (const { name, group } of values) {
      this.listOf(this.holders, name).push(step);
      if (group === null) continue;
      if (!this.writers.has(group)) this.writers.set(group, step);
      const members = this.members.get(group) ?? new Set();
      this.members.set(group, members.add(name));
    }
  }

  hasFinished(step: string): boolean {
    return this.left.has(step);
  }

  /** What a step gets from the steps above it, all of which have finished. */
  receive(step: string): Received {
    const values = new Map<string, StoredValue>();
    const warnings: ReceiveWarning[] = [];
    for (const input of this.graph.step(step).inputs) {
      const held = this.join(this.candidates(step, input.name, input.candidates));
      if (held.length > 1) {
        const origins = held.map(({ value }) => value.origin);
        return { values, conflict: { name: input.name, origins }, warnings };
      }
      const [only] = held;
      if (only !== undefined && isThere(only.value)) {
        values.set(input.name, only.value);
      } else {
        warnings.push({
          code: 'input-not-bound',
          message:
            `The step "${step}" takes "${input.name}" from "${input.from}", which did not leave it this time. ` +
            `If the step needs it, let "${input.from}" always bind it.`,
          topic: `${step}/${input.name}`
        });
      }
    }
    this.addCompanions(step, values, warnings);
    this.addHidden(step, values, warnings);
    return { values, conflict: null, warnings };
  }

  /** All that a finished step had at its end: what it got, with what it left over it. */
  leftBy(step: string): ReadonlyMap<string, StoredValue> {
    const left = this.left.get(step) ?? new Map<string, StoredValue>();
    const all = new Map([...this.receivedBy(step), ...left]);
    return new Map([...all].filter(([, value]) => isThere(value)));
  }

  /** What a finished step got. */
  receivedBy(step: string): ReadonlyMap<string, StoredValue> {
    return this.received.get(step) ?? new Map();
  }

  /** Names sharing an object with a taken one, and names that taken functions read, each as the ancestors left it. */
  private addCompanions(
    step: string,
    values: Map<string, StoredValue>,
    warnings: ReceiveWarning[]
  ): void {
    const taken = new Set(this.graph.step(step).inputs.map(({ name }) => name));
    const waiting = [...values.values()];
    for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
      const { group } = value;
      const mates = group === null ? [] : [...(this.members.get(group) ?? [])];
      for (const name of [...mates, ...value.globals]) {
        if (taken.has(name) || values.has(name) || name.startsWith(HIDDEN)) continue;
        const companion = this.companion(step, name, warnings);
        const isWanted = companion?.group === group || value.globals.includes(name);
        if (companion === undefined || !isWanted) continue;
        values.set(name, companion);
        waiting.push(companion);
      }
    }
  }

  private companion(
    step: string,
    name: string,
    warnings: ReceiveWarning[]
  ): StoredValue | undefined {
    const held = this.join(this.candidates(step, name, []));
    const last = held.at(-1);
    if (held.length > 1 && last !== undefined) {
      warnings.push({
        code: 'global-conflict',
        message:
          `"${name}", which comes along with what the step "${step}" takes, was changed in ${listed(held)}; ` +
          `the one of "${last.value.origin}" is taken. Let one of these steps depend on the other.`,
        topic: `${name}/${held.map(({ value }) => value.origin).join('/')}`
      });
    }
    return last !== undefined && isThere(last.value) ? last.value : undefined;
  }

  private addHidden(
    step: string,
    values: Map<string, StoredValue>,
    warnings: ReceiveWarning[]
  ): void {
    const candidates = new Map<string, Held[]>();
    for (const parent of this.graph.parents(step)) {
      for (const [name, value] of this.leftBy(parent)) {
        if (name.startsWith(HIDDEN)) {
          this.listOf(candidates, name).push({ value, holder: parent });
        }
      }
    }
    for (const [name, found] of candidates) {
      const held = this.join(found);
      const last = held.at(-1);
      if (last === undefined) continue;
      values.set(name, last.value);
      if (held.length > 1) {
        warnings.push({
          code: 'hidden-state-conflict',
          message:
            `${hiddenTitle(name)} was changed in ${listed(held)}, which do not depend on one another; "${step}" goes on with ` +
            `that of "${last.value.origin}". If it matters, set it in "${step}", or let one of them depend on the other.`,
          topic: `${name}/${held.map(({ value }) => value.origin).join('/')}`
        });
      }
    }
  }

  /**
   * The named candidates' versions, and those of steps that turned out to have the name as well (it shares an
   * object with one that they changed). Where none has it, any step above that does.
   */
  private candidates(step: string, name: string, named: readonly string[]): Held[] {
    const holders = (this.holders.get(name) ?? []).filter(holder =>
      this.graph.isAncestor(holder, step)
    );
    const unforeseen = holders.filter(holder => !this.foresees(holder, name));
    const found = this.versionsAt([...new Set([...named, ...unforeseen])], name);
    return found.length > 0 ? found : this.versionsAt(holders, name);
  }

  private versionsAt(steps: readonly string[], name: string): Held[] {
    return steps.flatMap(holder => {
      const value = this.left.get(holder)?.get(name) ?? this.received.get(holder)?.get(name);
      return value === undefined ? [] : [{ value, holder }];
    });
  }

  private foresees(step: string, name: string): boolean {
    const { outputs, leaves } = this.graph.step(step);
    return leaves.includes(name) || outputs.includes(name);
  }

  /** What is left of several versions, in notebook order. */
  private join(candidates: readonly Held[]): Held[] {
    const latestFirst = [...candidates].sort((a, b) => this.order(b) - this.order(a));
    const kept: Held[] = [];
    for (const candidate of latestFirst) {
      const { origin, digest } = candidate.value;
      const isOutdated = kept.some(
        ({ value }) => value.digest === digest || this.graph.isAncestor(origin, value.origin)
      );
      if (!isOutdated) kept.push(candidate);
    }
    return kept.reverse();
  }

  /**
   * By origin; of one version in several groups the one that was stored last counts, as it holds the latest sharing,
   * whoever passed an older one on since.
   */
  private order({ value, holder }: Held): number {
    const writer = value.group === null ? holder : (this.writers.get(value.group) ?? holder);
    return (
      this.graph.position(value.origin) * this.graph.steps.length + this.graph.position(writer)
    );
  }

  private listOf<Item>(lists: Map<string, Item[]>, key: string): Item[] {
    const list = lists.get(key) ?? [];
    lists.set(key, list);
    return list;
  }
}

/** A name that a step has deleted is a version like any other, of nothing: it has neither content nor type. */
function isThere({ digest, type }: Pick<StoredValue, 'digest' | 'type'>): boolean {
  return digest !== '' || type !== '';
}

/**
 * What a step left as the log has it: content that equals what came in keeps its origin, even where the group was
 * written anew because another member of it changed.
 */
export function storedValues(
  step: string,
  received: Received,
  reported: readonly RunnerValue[]
): StoredValue[] {
  return reported.flatMap(({ unchanged, ...value }): StoredValue[] => {
    const former = received.values.get(value.name);
    // Looked for and not found: nothing, unless it came in and so was deleted.
    if (former === undefined) return isThere(value) ? [{ ...value, origin: step }] : [];
    const { origin, digest, group } = former;
    if (unchanged) return [{ ...value, origin, digest, group }];
    return [{ ...value, origin: isThere(value) && value.digest === digest ? origin : step }];
  });
}

function listed(held: readonly Held[]): string {
  return held.map(({ value }) => `"${value.origin}"`).join(' and ');
}

function hiddenTitle(name: string): string {
  return `The hidden state "${name.slice(HIDDEN.length)}"`;
}
