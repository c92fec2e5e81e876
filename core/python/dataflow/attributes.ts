import { NO_ARGUMENTS, withSelf, type CallArguments, type CallSite } from './callArguments';
import { memberOf, membersOf, ownMember } from './classes';
import {
  ANY_NAME,
  NOTHING,
  lineage,
  split,
  union,
  type ClassMember,
  type ClassObject,
  type HeapObject,
  type InstanceObject,
  type Value
} from './heap';
import { isLabelAttribute, isScalarAttribute, methodEffect } from './knowledge';
import { Operator } from './operate';

/** What taking, setting and deleting attributes does: properties, descriptors and hooks of notebook classes run. */
export abstract class Attributes extends Operator {
  /** Calls whatever the value may be. */
  abstract call(callee: Value, args: CallArguments, site: CallSite): Value;

  /** Taking an attribute: of a module, a class or an instance of the notebook, or anything else. */
  attribute(value: Value, name: string, site: CallSite): Value {
    const { machine } = this;
    const { known, unknown } = split(value, hasOwnAttributes);
    const results: Value[] = [this.unknownAttribute(unknown, name, site)];
    for (const object of known) {
      if (object.kind === 'external') {
        results.push(new Set([machine.heap.external(`${object.path}.${name}`)]));
      } else if (object.kind === 'instance') {
        results.push(this.instanceAttribute(object, name, site));
      } else if (object.kind === 'class') {
        results.push(this.classAttribute(object, name, site));
      }
    }
    return union(...results);
  }

  private unknownAttribute(value: Value, name: string, site: CallSite): Value {
    const lost = this.lostAttribute(value, name, site);
    if (value.size === 0 || isScalarAttribute(name)) return lost;
    if (isLabelAttribute(name)) return union(lost, this.machine.fresh());
    return union(lost, this.machine.parts(value));
  }

  /** As `callLost`, for an attribute that is taken and not called at once. */
  private lostAttribute(value: Value, name: string, site: CallSite): Value {
    if (!mayBeLost(value, name)) return NOTHING;
    const results: Value[] = [];
    for (const type of this.machine.heap.classes) {
      if (!ownMember(type, name) || !this.machine.canReach(type)) continue;
      this.machine.perhaps(() => {
        results.push(this.instanceAttribute(this.machine.heap.instance(type), name, site));
      });
    }
    return union(...results);
  }

  private instanceAttribute(instance: InstanceObject, name: string, site: CallSite): Value {
    const self: Value = new Set([instance]);
    if (name === '__class__') return new Set([instance.type]);
    const asked = this.callHook(instance.type, '__getattribute__', self, site);
    const member = memberOf(instance.type, name);
    if (!member) {
      const found = this.callHook(instance.type, '__getattr__', self, site);
      return union(asked, found, this.machine.parts(self));
    }
    return union(asked, this.accessed(instance, member, name, site));
  }

  /** `__getattr__` and the like, where the class has it, with a name. */
  private callHook(type: ClassObject, hook: string, self: Value, site: CallSite): Value {
    const method = memberOf(type, hook);
    if (!method) return NOTHING;
    return this.call(
      method.value,
      withSelf(self, { ...NO_ARGUMENTS, positional: [NOTHING] }),
      site
    );
  }

  private accessed(
    instance: InstanceObject,
    { value, access }: ClassMember,
    name: string,
    site: CallSite
  ): Value {
    const self: Value = new Set([instance]);
    switch (access) {
      case 'static':
        return value;
      case 'property':
        return this.call(value, withSelf(self, NO_ARGUMENTS), site);
      case 'class-method':
        return this.bound(value, new Set([instance.type]));
      case 'any':
        return union(
          value,
          this.bound(value, self),
          this.bound(value, new Set([instance.type])),
          this.callPerhaps(value, [self], NOTHING, site),
          this.machine.parts(self)
        );
      case 'method': {
        const data = this.dataOf(value);
        const given = union(
          this.bound(value, self),
          data,
          this.getFrom(data, '__get__', self, site)
        );
        const isOwn = data.size === 0 && value.size > 0;
        // What is set on the instance itself hides what the class has.
        const { attributesSet } = this.machine.heap;
        const mayHide = !isOwn || attributesSet.has(name) || attributesSet.has(ANY_NAME);
        return mayHide ? union(given, this.machine.parts(self)) : given;
      }
    }
  }

  /** What descriptors among a class's members (objects with `__get__` and the like) make of an access. */
  private getFrom(members: Value, hook: string, self: Value, site: CallSite): Value {
    const results = [...members].map(object => {
      const method = object.kind === 'instance' ? memberOf(object.type, hook) : null;
      return method
        ? this.callPerhaps(method.value, [new Set([object]), self], self, site)
        : NOTHING;
    });
    return union(...results);
  }

  private classAttribute(type: ClassObject, name: string, site: CallSite): Value {
    const member = memberOf(type, name);
    if (!member) return this.machine.parts(new Set([type]));
    if (member.access === 'class-method') return this.bound(member.value, new Set([type]));
    const own = this.getFrom(this.dataOf(member.value), '__get__', new Set([type]), site);
    return union(member.value, own, new Set(this.enumMembers(type)));
  }

  /** Any attribute of these objects, where the name is not known: `getattr(x, name)`. */
  protected anyAttribute(value: Value, site: CallSite): Value {
    const results = [this.machine.parts(value)];
    for (const object of value) {
      const type =
        object.kind === 'instance' ? object.type : object.kind === 'class' ? object : null;
      if (!type) {
        results.push(new Set([object]));
        continue;
      }
      for (const each of lineage(type)) {
        for (const name of each.members.keys()) {
          this.machine.perhaps(() => {
            results.push(this.attribute(new Set([object]), name, site));
          });
        }
      }
      results.push(this.callHook(type, '__getattr__', new Set([object]), site));
    }
    return union(...results);
  }

  /**
   * Setting or deleting an attribute: a class has it from then on; for an instance properties, descriptors and
   * `__setattr__` of notebook classes run. `name` is `ANY_NAME` where the code does not say.
   */
  protected setAttribute(objects: Value, name: string, value: Value, site: CallSite): void {
    for (const object of objects) {
      if (object.kind === 'class') this.machine.heap.giveMember(object, name, value);
      if (object.kind !== 'instance') continue;
      const self: Value = new Set([object]);
      for (const hook of ['__setattr__', '__delattr__']) {
        const method = memberOf(object.type, hook);
        if (method) this.callPerhaps(method.value, [self, NOTHING, value], value, site);
      }
      const names = name === ANY_NAME ? membersOf(object.type).keys() : [name];
      for (const each of names) this.setThroughMember(object, each, value, site);
    }
  }

  private setThroughMember(
    instance: InstanceObject,
    name: string,
    value: Value,
    site: CallSite
  ): void {
    const member = memberOf(instance.type, name);
    if (!member) return;
    const self: Value = new Set([instance]);
    if (member.access === 'property') this.callPerhaps(member.value, [self, value], value, site);
    this.getFrom(this.dataOf(member.value), '__set__', union(self, value), site);
    this.getFrom(this.dataOf(member.value), '__delete__', self, site);
  }

  private bound(member: Value, self: Value): Value {
    const functions = [...member].filter(object => object.kind === 'function');
    if (functions.length === 0) return NOTHING;
    return new Set([this.machine.heap.method(new Set(functions), self)]);
  }

  private dataOf(member: Value): Value {
    const data = [...member].filter(object => object.kind !== 'function');
    return data.length === 0 ? NOTHING : new Set(data);
  }
}

export /** Nothing in it says what taking this attribute would do: no object at all, or a library's. */
function mayBeLost(value: Value, name: string): boolean {
  if (value.size === 0) return methodEffect(name) !== 'scalar';
  return [...value].some(object => object.kind === 'plain' && !object.container);
}

function hasOwnAttributes({ kind }: HeapObject): boolean {
  return kind === 'external' || kind === 'instance' || kind === 'class';
}
