import type { Json, JsonObject } from './model';

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The object with `value` at `path`; null removes what is there. Objects on the way are made where they are
 * missing, and anything else in their place is replaced. Nothing given is changed.
 */
export function setPath(object: JsonObject, path: readonly string[], value: Json): JsonObject {
  const [key, ...rest] = path as readonly [string, ...string[]];
  const current = Object.hasOwn(object, key) ? object[key] : undefined;
  if (value === null) {
    if (current === undefined) return object;
    if (rest.length > 0) {
      return isObject(current) ? { ...object, [key]: setPath(current, rest, null) } : object;
    }
    return Object.fromEntries(Object.entries(object).filter(([each]) => each !== key));
  }
  const inner = rest.length === 0 ? value : setPath(isObject(current) ? current : {}, rest, value);
  return { ...object, [key]: inner };
}
