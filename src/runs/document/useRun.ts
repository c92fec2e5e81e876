import { useEffect, useReducer, useState } from 'react';
import type { LiveRun } from '../liveRun';

/** Draws again when the run has changed: once a frame, however many events there were. */
export function useRun(run: LiveRun): void {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let frame: number | null = null;
    const later = (): void => {
      frame ??= requestAnimationFrame(() => {
        frame = null;
        draw();
      });
    };
    run.changed.connect(later);
    draw();
    return () => {
      run.changed.disconnect(later);
      if (frame !== null) cancelAnimationFrame(frame);
    };
  }, [run]);
}

/** Ticks while `running`, so that times go on. Milliseconds since 1970. */
export function useNow(running: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}
