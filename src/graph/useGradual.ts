import { useEffect, useState } from 'react';

/** So many more are drawn in each frame. */
const SLICE = 120;

/** How many of a long list are drawn by now: all of a short one, some more in every frame of a long one, so that none takes long. */
export function useGradual(total: number): number {
  const [count, setCount] = useState(SLICE);
  useEffect(() => {
    if (count >= total) return;
    const frame = requestAnimationFrame(() => setCount(count + SLICE));
    return () => cancelAnimationFrame(frame);
  }, [count, total]);
  return Math.min(count, total);
}
