import { METRICS_STEP } from '@chard/core/pipeline';
import type { TranslationBundle } from '@jupyterlab/translation';
import { metricsIcon, stepIcon } from '../icons';
import type { GraphShape } from '../notebooks/messages';
import type { IChardNotebooks, StepStatus } from '../tokens';
import { Drawing } from './drawing';
import type { GraphNode, PipelineGraph } from './pipelineGraph';
import { useLayout, useWidth } from './useLayout';

interface GraphViewProps {
  readonly graph: PipelineGraph | null;
  readonly notebooks: IChardNotebooks;
  /** Which way the graph is laid out in so much room. */
  readonly direction: (width: number) => GraphShape['direction'];
  readonly selected: string | null;
  readonly statusOf: (node: GraphNode) => StepStatus | null;
  readonly onSelect: (node: GraphNode) => void;
  readonly trans: TranslationBundle;
}

/** A pipeline's graph, laid out for the room there is; what is drawn stays until the next layout is there. */
export function GraphView(props: GraphViewProps) {
  const { graph, trans } = props;
  const [frame, width] = useWidth();
  const { drawn, failure } = useLayout(graph, props.notebooks, props.direction(width));
  return (
    <div className="jp-chard-Graph-frame" ref={frame}>
      {failure !== null && (
        <p role="alert">{trans.__('The graph could not be drawn: %1', failure)}</p>
      )}
      {graph && drawn && (
        <Drawing
          {...drawn}
          selected={props.selected}
          width={width}
          iconOf={iconOf}
          statusOf={props.statusOf}
          onSelect={props.onSelect}
          trans={trans}
        />
      )}
    </div>
  );
}

function iconOf({ id }: GraphNode) {
  return id === METRICS_STEP ? metricsIcon : stepIcon;
}
