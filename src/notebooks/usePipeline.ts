import type { Pipeline } from '@chard/core/pipeline';
import { useCallback, useEffect, useReducer, useSyncExternalStore } from 'react';
import type { NotebookPipeline } from './notebookPipeline';

/** Draws the component again after every change of the notebook's pipeline. */
export function usePipeline(pipeline: NotebookPipeline): void {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    pipeline.changed.connect(draw);
    draw();
    return () => {
      pipeline.changed.disconnect(draw);
    };
  }, [pipeline]);
}

/**
 * What the last analysis found, null before the first. What follows from it is drawn before all else that the analysis
 * changes, so that the worker can lay out the graph meanwhile.
 */
export function useFoundPipeline(pipeline: NotebookPipeline): Pipeline | null {
  const subscribe = useCallback(
    (look: () => void) => {
      pipeline.changed.connect(look);
      return () => void pipeline.changed.disconnect(look);
    },
    [pipeline]
  );
  return useSyncExternalStore(subscribe, () => pipeline.findings?.pipeline ?? null);
}
