import type { ISignal } from '@lumino/signaling';
import { useEffect, useReducer, useRef } from 'react';

/**
 * Draws again when a signal was emitted: once a frame, however often that was. Null for none yet.
 * @param pause milliseconds that lie at least between two times
 */
export function useChanges(signal: ISignal<unknown, unknown> | null, pause = 0): void {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const latestPause = useRef(pause);
  latestPause.current = pause;
  useEffect(() => {
    if (!signal) return;
    let frame: number | null = null;
    let timer: ReturnType<typeof setTimeout> | null = null;
    let last = -Infinity;
    const soon = (): void => {
      timer = null;
      frame ??= requestAnimationFrame(() => {
        frame = null;
        last = performance.now();
        draw();
      });
    };
    const later = (): void => {
      if (frame !== null || timer !== null) return;
      const wait = last + latestPause.current - performance.now();
      if (wait > 0) timer = setTimeout(soon, wait);
      else soon();
    };
    signal.connect(later);
    // What was emitted before this is not heard.
    later();
    return () => {
      signal.disconnect(later);
      if (frame !== null) cancelAnimationFrame(frame);
      if (timer !== null) clearTimeout(timer);
    };
  }, [signal]);
}
