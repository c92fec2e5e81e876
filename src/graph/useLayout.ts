import { useEffect, useLayoutEffect, useMemo, useState } from 'react';
import type { GraphLayout, GraphShape } from '../notebooks/messages';
import type { IChardNotebooks } from '../tokens';
import { shapeOf, type PipelineGraph } from './pipelineGraph';

/** A graph with where its parts are. */
export interface LaidOutGraph {
  readonly graph: PipelineGraph;
  readonly layout: GraphLayout;
}

/** The graph with its layout, or the one before until the new layout is there. */
export function useLayout(
  graph: PipelineGraph | null,
  notebooks: IChardNotebooks,
  direction: GraphShape['direction']
): { drawn: LaidOutGraph | null; failure: string | null } {
  const [last, setLast] = useState<(LaidOutGraph & { readonly key: string }) | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const shape = useMemo(() => (graph ? shapeOf(graph, direction) : null), [graph, direction]);
  // Typing rarely changes the shape: then nothing is laid out.
  const key = useMemo(() => JSON.stringify(shape), [shape]);
  // Before the frame: the worker is at work while it is drawn.
  useLayoutEffect(() => {
    if (!graph || !shape) return;
    let isWanted = true;
    notebooks.layOut(shape).then(
      layout => {
        if (!isWanted) return;
        setLast({ graph, layout, key });
        setFailure(null);
      },
      (error: Error) => isWanted && setFailure(error.message)
    );
    return () => {
      isWanted = false;
    };
  }, [key]);
  const known = last?.key === key ? graph : null;
  const drawn = useMemo(
    () => last && { graph: known ?? last.graph, layout: last.layout },
    [last, known]
  );
  return { drawn, failure };
}

/** A reference for an element, and the element's width as it changes: while it is hidden or not there, the last one. */
export function useWidth(): [(element: HTMLElement | null) => void, number] {
  // Elements come and go without those being drawn anew that ask for their width.
  const [node, setNode] = useState<HTMLElement | null>(null);
  const [width, setWidth] = useState(320);
  useEffect(() => {
    if (!node) return;
    const observer = new ResizeObserver(([entry]) => {
      const seen = entry!.contentRect.width;
      if (seen > 0) setWidth(seen);
    });
    observer.observe(node);
    return () => observer.disconnect();
  }, [node]);
  return [setNode, width];
}
