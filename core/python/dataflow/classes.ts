import {
  ANY_NAME,
  NOTHING,
  lineage,
  union,
  type ClassMember,
  type ClassObject,
  type FunctionObject
} from './heap';

/** A member of a class or of the notebook classes that it inherits from. */
export function memberOf(type: ClassObject, name: string): ClassMember | null {
  const own = ownMember(type, name);
  if (own) return own;
  if (type.bases.size === 0) return null;
  for (const each of lineage(type)) {
    const member = ownMember(each, name);
    if (member) return member;
  }
  return null;
}

/** All members of a class, those that it inherits from the notebook's classes included. */
export function membersOf(type: ClassObject): ReadonlyMap<string, ClassMember> {
  if (type.bases.size === 0) return type.members;
  const members = new Map<string, ClassMember>();
  for (const each of lineage(type)) {
    for (const [name, member] of each.members) if (!members.has(name)) members.set(name, member);
  }
  return members;
}

export function metaclasses(type: ClassObject): ClassObject[] {
  return lineage(type).flatMap(each =>
    [...each.keywords].filter(object => object.kind === 'class')
  );
}

export function isEnum(type: ClassObject): boolean {
  return lineage(type).some(each =>
    [...each.bases].some(base => base.kind === 'external' && /(Enum|Flag)$/.test(base.path))
  );
}

/** What the class itself has under a name, or may have been given under it. */
export function ownMember({ members }: ClassObject, name: string): ClassMember | null {
  const own = members.get(name) ?? null;
  const given = members.get(ANY_NAME);
  if (!given) return own;
  // Special methods are looked for everywhere: of those only what is a function of that name.
  const isSpecial = /^__\w+__$/.test(name);
  const value = [...given.value].filter(
    object => !isSpecial || (object.kind === 'function' && nameOf(object) === name)
  );
  if (isSpecial && value.length === 0) return own;
  return { value: union(own?.value ?? NOTHING, new Set(value)), access: 'any' };
}

function nameOf({ node }: FunctionObject): string | null {
  return node.kind === 'FunctionDef' ? node.name : null;
}
