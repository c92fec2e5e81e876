import { useEffect, useMemo, useState } from 'react';
import type { GraphLayout, GraphShape } from '../notebooks/messages';
import type { IChardNotebooks } from '../tokens';
import { shapeOf, type PipelineGraph } from './pipelineGraph';

/** The layout of the graph, or the one before until the new one is there. */
export function useLayout(
  graph: PipelineGraph | null,
  notebooks: IChardNotebooks,
  direction: GraphShape['direction']
): { layout: GraphLayout | null; failure: string | null } {
  const [layout, setLayout] = useState<GraphLayout | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const shape = useMemo(() => (graph ? shapeOf(graph, direction) : null), [graph, direction]);
  // Typing rarely changes the shape: then nothing is laid out.
  const key = useMemo(() => JSON.stringify(shape), [shape]);
  useEffect(() => {
    if (!shape) return;
    let isWanted = true;
    notebooks.layOut(shape).then(
      found => {
        if (!isWanted) return;
        setLayout(found);
        setFailure(null);
      },
      (error: Error) => isWanted && setFailure(error.message)
    );
    return () => {
      isWanted = false;
    };
  }, [key]);
  return { layout, failure };
}

/** The width of an element as it changes. */
export function useWidth(element: React.RefObject<HTMLElement>): number {
  const [width, setWidth] = useState(320);
  useEffect(() => {
    const node = element.current;
    if (!node) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry!.contentRect.width));
    observer.observe(node);
    return () => observer.disconnect();
  }, [element.current]);
  return width;
}
