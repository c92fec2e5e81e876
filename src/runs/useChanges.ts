import type { ISignal } from '@lumino/signaling';
import { useEffect, useReducer } from 'react';

/** Draws again when a signal was emitted: once a frame, however often that was. Null for none yet. */
export function useChanges(signal: ISignal<unknown, unknown> | null): void {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (!signal) return;
    let frame: number | null = null;
    const later = (): void => {
      frame ??= requestAnimationFrame(() => {
        frame = null;
        draw();
      });
    };
    signal.connect(later);
    // What was emitted before this is not heard.
    later();
    return () => {
      signal.disconnect(later);
      if (frame !== null) cancelAnimationFrame(frame);
    };
  }, [signal]);
}
