import { METRICS_STEP } from '@chard/core/pipeline';
import type { RunState } from '@chard/core/run';
import { useCallback, useMemo, useRef } from 'react';
import { Drawing } from '../../graph/drawing';
import { pipelineGraph, type GraphNode } from '../../graph/pipelineGraph';
import { useLayout, useWidth } from '../../graph/useLayout';
import { metricsIcon, stepIcon } from '../../icons';
import { stepStatus } from '../words';
import { Problem } from './notice';
import type { RunServices } from './services';

/** Below this width a graph is drawn top down. */
const NARROW = 700;

export interface Choosing {
  readonly selected: string | null;
  readonly onSelect: (name: string) => void;
  /** On from the step that is selected: to what is known of it. */
  readonly onEnter: () => void;
}

/** The run's graph with the state of each step. Arrow keys choose a step, Enter leads to its details. */
export function RunGraph(props: RunServices & Choosing & { readonly state: RunState }) {
  const { run, state, trans, selected, notebooks } = props;
  const { pipeline } = run;
  const graph = useMemo(
    () => (pipeline ? pipelineGraph(pipeline, trans.__('Metrics')) : null),
    [pipeline]
  );
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const { layout, failure } = useLayout(graph, notebooks, width < NARROW ? 'down' : 'right');
  const statusOf = useCallback(
    ({ id }: GraphNode) => {
      const position = state.positions.get(id);
      const step = position === undefined ? undefined : state.steps[position];
      return step ? stepStatus(step, trans) : null;
    },
    [state]
  );
  const { onSelect } = props;
  const select = useCallback(({ id }: GraphNode) => onSelect(id), [onSelect]);
  return (
    <div
      className="jp-chard-Run-graph"
      ref={frame}
      onFocus={event => {
        const name = event.target.getAttribute('data-node');
        if (name !== null && name !== selected) onSelect(name);
      }}
      onKeyDown={event => {
        if (event.key === 'Enter' && (event.target as Element).hasAttribute('data-node')) {
          props.onEnter();
        }
      }}
    >
      {failure !== null && <Problem message={failure} trans={trans} />}
      {graph && layout && (
        <Drawing
          graph={graph}
          layout={layout}
          selected={selected}
          width={width}
          iconOf={iconOf}
          statusOf={statusOf}
          onSelect={select}
          trans={trans}
        />
      )}
    </div>
  );
}

function iconOf({ id }: GraphNode) {
  return id === METRICS_STEP ? metricsIcon : stepIcon;
}
