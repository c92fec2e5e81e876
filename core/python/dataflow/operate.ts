import type { CallSite } from './callArguments';
import { isEnum, memberOf, membersOf, metaclasses } from './classes';
import { Follower } from './follow';
import { NOTHING, split, union, type ClassObject, type HeapObject, type Value } from './heap';
import { goesInside, mayRun, type Operation } from './operations';

/** What Python itself does with values (showing, comparing, going through them), which runs special methods of notebook classes. */
export abstract class Operator extends Follower {
  /**
   * Python's own operations on these values: those of notebook classes run `__add__`, `__repr__` and the like. Gives
   * what these give.
   */
  protected operate(value: Value, operation: Operation, site: CallSite): Value {
    if (value.size === 0 || this.machine.heap.classes.length === 0) return NOTHING;
    if (this.machine.isCrowd(value) || this.spending > 1) this.touch(value, site);
    if (this.spending > 1) return value;
    const results: Value[] = [];
    const wanted = (name: string): boolean => mayRun(operation, name);
    for (const object of goesInside(operation) ? this.machine.contents(value) : value) {
      if (object.kind === 'instance') {
        results.push(this.callMembers(object, object.type, wanted, site));
      } else if (object.kind === 'class') {
        results.push(this.operateOnClass(object, operation, site));
      }
    }
    return operation === 'any' ? NOTHING : union(...results);
  }

  private operateOnClass(type: ClassObject, operation: Operation, site: CallSite): Value {
    const wanted = (name: string): boolean => mayRun(operation, name);
    const own = (name: string): boolean => name === '__class_getitem__' && wanted(name);
    const results = metaclasses(type).map(each => this.callMembers(type, each, wanted, site));
    return union(this.callMembers(type, type, own, site), ...results);
  }

  /** What going through a value gives. What cannot be gone through was itself an element of something. */
  protected iterate(value: Value, site: CallSite): Value {
    const { machine } = this;
    const iterators = this.operate(value, 'iterate', site);
    const { unknown: others } = split(iterators, object => value.has(object));
    const made = union(iterators, this.operate(others, 'iterate', site));
    const apart = [...value].filter(object => this.isApart(object));
    const members = [...value].flatMap(object => this.enumMembers(object));
    return union(
      machine.parts(value),
      made,
      machine.parts(others),
      new Set([...apart, ...members])
    );
  }

  /** The same, without the views of itself that an array or a table may give. */
  protected copied(value: Value, site: CallSite): Value {
    const isView = (object: HeapObject): boolean => object.kind === 'plain' && value.has(object);
    return split(this.iterate(value, site), isView).unknown;
  }

  /** It has no elements. */
  private isApart(object: HeapObject): boolean {
    if (object.kind === 'instance') {
      return !['__iter__', '__next__', '__getitem__', '__aiter__'].some(name =>
        memberOf(object.type, name)
      );
    }
    return object.kind === 'function' || object.kind === 'method';
  }

  /** A new instance of an enum, standing for its members. */
  protected enumMembers(object: HeapObject): HeapObject[] {
    if (object.kind !== 'class' || !isEnum(object)) return [];
    return [this.machine.heap.instance(object)];
  }

  protected callMembers(
    self: HeapObject,
    type: ClassObject,
    wanted: (name: string) => boolean,
    site: CallSite
  ): Value {
    const results: Value[] = [];
    for (const [name, member] of membersOf(type)) {
      if (!wanted(name) || member.value.size === 0) continue;
      results.push(this.callPerhaps(member.value, [new Set([self])], NOTHING, site));
    }
    return union(...results);
  }

  /** The functions in these values may be called, with anything; gives what may come back. */
  protected mayCall(value: Value, site: CallSite, given: Value = value): Value {
    const results: Value[] = [];
    if (this.machine.isCrowd(value)) this.touch(value, site);
    for (const object of this.machine.contents(value)) {
      if (object.kind === 'function' || object.kind === 'method') {
        results.push(this.callPerhaps(new Set([object]), [], given, site));
      } else if (object.kind === 'instance') {
        const method = memberOf(object.type, '__call__');
        if (method) results.push(this.callPerhaps(method.value, [new Set([object])], given, site));
      } else if (object.kind === 'class') {
        this.touch(new Set([object]), site);
      }
    }
    return union(...results);
  }
}
