import { useEffect, useReducer } from 'react';
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
