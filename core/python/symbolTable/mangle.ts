/**
 * The name that a private one has inside a class: `__x` in `class _C` is `_C__x`.
 *
 * @param className Of the innermost class around, null outside of classes.
 */
export function mangle(className: string | null, name: string): string {
  if (className === null || !name.startsWith('__') || name.endsWith('__') || name.includes('.')) {
    return name;
  }
  const stripped = className.replace(/^_+/, '');
  return stripped === '' ? name : `_${stripped}${name}`;
}
