/**
 * The system's code (`ENOENT`, ...) of an exception, if it has one. Not by `instanceof`: Node's own errors come from another
 * realm where the code runs in a `vm` context.
 */
export function errorCode(error: unknown): string | undefined {
  const code = isObject(error) && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** An exception's message, for a sentence that says what was being done. */
export function reasonOf(error: unknown): string {
  return isObject(error) && 'message' in error ? String(error.message) : String(error);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
