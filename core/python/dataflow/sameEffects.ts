import type { Node } from '../ast';
import { framePrefix, prefixOf } from './frames';
import type {
  ClassMember,
  Closing,
  Edge,
  Frame,
  FunctionObject,
  HeapEffects,
  HeapObject,
  PlainObject,
  Value
} from './heap';
import type { CellCode } from './unit';

/** Two runs of one step, from the same heap on, have done the same to it: for what comes after, one is as good as the other. */
export interface SameEffects {
  /** What the second run has done, with the first one's objects in the place of those which stand for them. */
  readonly effects: HeapEffects;
  /** A value of the second run, likewise. */
  translate(value: Value): Value;
  /** Nothing in the value has to do with objects that are in both runs, or were there before. */
  isApart(value: Value): boolean;
}

/**
 * Compares two runs of one step. Null if they have not done the same, or if that is not plain to see. Either may besides
 * have made lists, arrays and the like that have nothing to do with other objects.
 */
export function sameEffects(before: HeapEffects, after: HeapEffects): SameEffects | null {
  const pairing = Pairing.of(objectsOf(before), objectsOf(after));
  if (!pairing?.confirms(before, after)) return null;
  return {
    effects: pairing.inTermsOf(before, after),
    translate: value => pairing.translate(value),
    isApart: value => pairing.isApart(value)
  };
}

function objectsOf({ made }: HeapEffects): HeapObject[] {
  return made.map(making => making.made);
}

/** Objects of two runs in pairs: what comes in both first, and in both last. The others, in between, are extra. */
class Pairing {
  private readonly counterpart = new Map<HeapObject, HeapObject>();
  private readonly framesBefore: ReadonlyMap<string, HeapObject>;
  private readonly framesAfter: ReadonlyMap<string, HeapObject>;

  static of(before: readonly HeapObject[], after: readonly HeapObject[]): Pairing | null {
    const shorter = Math.min(before.length, after.length);
    let first = 0;
    while (first < shorter && isAlike(before[first]!, after[first]!)) first += 1;
    let last = 0;
    while (last < shorter - first && isAlike(before.at(-1 - last)!, after.at(-1 - last)!))
      last += 1;
    const extra = [
      ...before.slice(first, before.length - last),
      ...after.slice(first, after.length - last)
    ];
    if (extra.some(({ kind }) => kind !== 'plain')) return null;
    return new Pairing(before, after, new Set(extra));
  }

  private constructor(
    before: readonly HeapObject[],
    after: readonly HeapObject[],
    private readonly extra: ReadonlySet<HeapObject>
  ) {
    const inBoth = after.filter(object => !extra.has(object));
    const theirs = before.filter(object => !extra.has(object));
    inBoth.forEach((object, index) => this.counterpart.set(object, theirs[index]!));
    this.framesBefore = byPrefix(before);
    this.framesAfter = byPrefix(after);
  }

  translate(value: Value): Value {
    return new Set([...value].map(object => this.before(object)));
  }

  isApart(value: Value): boolean {
    return [...value].every(object => object.kind === 'external' || this.extra.has(object));
  }

  inTermsOf(before: HeapEffects, after: HeapEffects): HeapEffects {
    const makings = new Map(before.made.map(making => [making.made, making]));
    return {
      ...before,
      made: after.made.map(making => makings.get(this.before(making.made)) ?? making),
      edges: after.edges.map(([container, object]) => [this.before(container), this.before(object)])
    };
  }

  private before(object: HeapObject): HeapObject {
    return this.counterpart.get(object) ?? object;
  }

  confirms(before: HeapEffects, after: HeapEffects): boolean {
    return (
      [...this.counterpart].every(([object, other]) => this.isSameObject(other, object)) &&
      this.areSameEdges(before, after) &&
      isPairwise(before.closings, after.closings, (one, other) => this.isSameClosing(one, other)) &&
      isPairwise(
        before.givings,
        after.givings,
        (one, other) =>
          this.isSame(one.type, other.type) && this.areSameMembers(one.after, other.after)
      ) &&
      isPairwise(before.classes, after.classes, (one, other) => this.isSame(one, other)) &&
      isPairwise(before.attributesSet, after.attributesSet, (one, other) => one === other)
    );
  }

  /** The second object stands for the first. */
  private isSame(before: HeapObject, after: HeapObject): boolean {
    return before === this.before(after);
  }

  private isSameValue(before: Value, after: Value): boolean {
    return isPairwise([...before], [...after], (one, other) => this.isSame(one, other));
  }

  private isSameObject(before: HeapObject, after: HeapObject): boolean {
    if (before.kind === 'plain' && after.kind === 'plain') return this.areSameItems(before, after);
    if (before.kind === 'function' && after.kind === 'function')
      return this.isSameFunction(before, after);
    if (before.kind === 'class' && after.kind === 'class') {
      return (
        isSameTree(before.node, after.node) &&
        this.isSameValue(before.bases, after.bases) &&
        this.isSameValue(before.keywords, after.keywords) &&
        this.areSameMembers(before.members, after.members)
      );
    }
    if (before.kind === 'instance' && after.kind === 'instance')
      return this.isSame(before.type, after.type);
    if (before.kind === 'method' && after.kind === 'method') {
      return (
        this.isSameValue(before.function, after.function) &&
        this.isSameValue(before.self, after.self)
      );
    }
    return before === after;
  }

  private areSameItems(before: PlainObject, after: PlainObject): boolean {
    if (before.items === null || after.items === null) return before.items === after.items;
    return isPairwise(before.items, after.items, (one, other) => this.isSameValue(one, other));
  }

  private isSameFunction(before: FunctionObject, after: FunctionObject): boolean {
    return (
      isSamePlace(before.code, after.code) &&
      isSameTree(before.node, after.node) &&
      this.isSameFrame(before.frame, after.frame) &&
      isPairwise(
        [...before.defaults],
        [...after.defaults],
        ([name, one], [other, value]) => name === other && this.isSameValue(one, value)
      )
    );
  }

  private isSameFrame(before: Frame | null, after: Frame | null): boolean {
    if (before === null || after === null) return before === after;
    return (
      this.isSame(before.object, after.object) &&
      before.kind === after.kind &&
      before.className === after.className &&
      before.firstParameter === after.firstParameter &&
      isPairwise([...before.names.own], [...after.names.own], (one, other) => one === other) &&
      isPairwise(
        [...before.names.global],
        [...after.names.global],
        (one, other) => one === other
      ) &&
      this.isSameFrame(before.parent, after.parent)
    );
  }

  private areSameMembers(
    before: ReadonlyMap<string, ClassMember>,
    after: ReadonlyMap<string, ClassMember>
  ): boolean {
    return isPairwise(
      [...before],
      [...after],
      ([name, one], [otherName, other]) =>
        name === otherName &&
        one.access === other.access &&
        this.isSameValue(one.value, other.value)
    );
  }

  private areSameEdges(before: HeapEffects, after: HeapEffects): boolean {
    const some = this.edgesInBoth(before.edges);
    const others = this.edgesInBoth(after.edges);
    return (
      some !== null &&
      others !== null &&
      isPairwise(
        some,
        others,
        ([container, object], [otherContainer, other]) =>
          this.isSame(container, otherContainer) && this.isSame(object, other)
      )
    );
  }

  /** Null where something extra holds, or is held by, what is not. */
  private edgesInBoth(edges: readonly Edge[]): Edge[] | null {
    const kept: Edge[] = [];
    for (const edge of edges) {
      const [container, object] = edge;
      if (!this.extra.has(container)) kept.push(edge);
      else if (object.kind !== 'external' && !this.extra.has(object)) return null;
    }
    return kept.some(([, object]) => this.extra.has(object)) ? null : kept;
  }

  private isSameClosing(before: Closing, after: Closing): boolean {
    const prefix = prefixOf(before.key);
    const otherPrefix = prefixOf(after.key);
    const frame = this.framesBefore.get(prefix);
    const other = this.framesAfter.get(otherPrefix);
    const isSameFrame =
      frame && other ? this.isSame(frame, other) : !frame && !other && prefix === otherPrefix;
    return (
      isSameFrame &&
      before.key.slice(prefix.length) === after.key.slice(otherPrefix.length) &&
      this.isSameValue(before.after, after.after)
    );
  }
}

/** Frames by the prefix that the names of their variables have. */
function byPrefix(objects: readonly HeapObject[]): ReadonlyMap<string, HeapObject> {
  return new Map(
    objects.flatMap(object => (object.kind === 'plain' ? [[framePrefix(object), object]] : []))
  );
}

/** They may be counterparts, as far as can be seen without looking at others. */
function isAlike(one: HeapObject, other: HeapObject): boolean {
  if (one.kind !== other.kind || one.many !== other.many) return false;
  if (one.kind !== 'plain' || other.kind !== 'plain') return true;
  return (
    one.refusal === other.refusal &&
    one.container === other.container &&
    one.argument === other.argument
  );
}

function isPairwise<Item>(
  some: readonly Item[],
  others: readonly Item[],
  isSame: (one: Item, other: Item) => boolean
): boolean {
  return some.length === others.length && some.every((one, index) => isSame(one, others[index]!));
}

/** Code that stands in the same cell and whose places are found in the same way. */
function isSamePlace(one: CellCode, other: CellCode): boolean {
  if (one.cell !== other.cell) return false;
  const isPlain = (code: CellCode): boolean => code.unit.constructs.length === 0;
  return one.unit === other.unit || (isPlain(one) && isPlain(other));
}

/** The same code at the same place: trees are plain data, the ranges of their nodes included. */
function isSameTree(one: Node, other: Node): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
