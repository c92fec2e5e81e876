const NAME = /^[\p{L}\p{M}\p{Nd}_-]+(?: +[\p{L}\p{M}\p{Nd}_-]+)*$/u;
const NOT_IN_A_NAME = /[^\p{L}\p{M}\p{Nd} _-]+/gu;

/** Whether a step can be called so: letters of any script, digits, `-`, `_`, and spaces inside. */
export function isStepName(name: string): boolean {
  return NAME.test(name);
}

/** The nearest valid name: what cannot be in a name becomes a space. Empty where nothing is left. */
export function nearestStepName(name: string): string {
  return name.replace(NOT_IN_A_NAME, ' ').replace(/ +/g, ' ').trim();
}

/**
 * Names that give the same key look the same to a person: case, Unicode form, and what separates words (spaces, `-`,
 * `_`) aside. Between digits a separator counts: `fold 1 1` is not `fold 11`.
 */
export function nameKey(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?<=\p{Nd})[\s_-]+(?=\p{Nd})/gu, ' ')
    .replace(/(?<!\p{Nd})[\s_-]+|[\s_-]+(?!\p{Nd})/gu, '');
}

/**
 * How many insertions, deletions, replacements and swaps of neighbours make `left` into `right`
 * (optimal string alignment), counted in UTF-16 units.
 */
export function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let best = Math.min(
        last[column]! + 1,
        current[column - 1]! + 1,
        last[column - 1]! + (same ? 0 : 1)
      );
      const swapped =
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1];
      if (swapped) best = Math.min(best, beforeLast[column - 2]! + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length]!;
}

/**
 * The one of `names` that a person most likely meant by `wanted`; null where none is near. Case, spaces,
 * `-` and `_` do not count; beyond them at most a third of the letters may differ, and never all of them.
 */
export function nearestOf(wanted: string, names: readonly string[]): string | null {
  const target = nameKey(wanted);
  let nearest: string | null = null;
  let least = Math.min(Math.floor(Math.max(target.length, 3) / 3) + 1, Math.max(target.length, 1));
  for (const name of names) {
    const distance = editDistance(target, nameKey(name));
    if (distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}
