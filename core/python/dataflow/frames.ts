import { mangle } from '../scopes';
import type { Frame, PlainObject } from './heap';

/** A frame's variable, or a name of the module (`frame` null). */
export interface Variable {
  readonly key: string;
  readonly frame: Frame | null;
}

/** What the names of a frame's variables begin with in a flow; the frame is known by the object that stands for it. */
export function framePrefix({ origin, id }: PlainObject): string {
  return `#${origin}.${id}.`;
}

/** The frame's prefix in the key of one of its variables. */
export function prefixOf(key: string): string {
  return key.slice(0, key.lastIndexOf('.') + 1);
}

/** Where a name read or bound in `frame` lives. A class body's variables are seen by itself alone. */
export function resolveName(name: string, frame: Frame | null): Variable {
  const mangled = frame ? mangle(frame.className, name) : name;
  for (let scope = frame; scope; scope = scope.parent) {
    if (scope.kind === 'class' && scope !== frame) continue;
    if (scope.names.global.has(mangled)) break;
    if (scope.names.own.has(mangled)) return { key: scope.prefix + mangled, frame: scope };
  }
  return { key: mangled, frame: null };
}

/** Where a name assigned by `:=` lives: comprehensions pass it on. */
export function resolveWalrus(name: string, frame: Frame | null): Variable {
  let scope = frame;
  while (scope?.kind === 'comprehension') scope = scope.parent;
  return resolveName(name, scope);
}
