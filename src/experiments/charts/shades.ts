import type { ObjectiveType } from '@chard/core/experiment';

/** How many shades tell better from worse; each is one path of a chart, however many trials there are. */
export const SHADES = 8;
/** The worst tenth shares a shade, so that one trial gone wild does not make all others look alike. */
const TOLD_APART = 0.9;

/** Gives each value its shade: `SHADES - 1` for the best, 0 for the worst. */
export function shadesOf(
  values: readonly number[],
  type: ObjectiveType
): (value: number) => number {
  const badness = (value: number): number => (type === 'minimize' ? value : -value);
  const sorted = values.map(badness).sort((one, other) => one - other);
  const best = sorted[0] ?? 0;
  const worst = sorted[Math.floor((sorted.length - 1) * TOLD_APART)] ?? best;
  const width = worst - best;
  return value => {
    if (!(width > 0)) return SHADES - 1;
    const share = Math.min(1, Math.max(0, (badness(value) - best) / width));
    return Math.min(SHADES - 1, Math.floor((1 - share) * SHADES));
  };
}
