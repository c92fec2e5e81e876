import type { RunState } from '@chard/core/run';
import { useCallback, useMemo } from 'react';
import { pipelineGraph, type GraphNode } from '../../graph/pipelineGraph';
import { GraphView } from '../../graph/view';
import { stepStatus } from '../words';
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
      <GraphView
        graph={graph}
        notebooks={notebooks}
        direction={direction}
        selected={selected}
        statusOf={statusOf}
        onSelect={select}
        trans={trans}
      />
    </div>
  );
}

function direction(width: number) {
  return width < NARROW ? ('down' as const) : ('right' as const);
}
