import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import { memo, useCallback, useId, useMemo, useRef, type KeyboardEvent } from 'react';
import type { GraphLayout, Point } from '../notebooks/messages';
import type { StepStatus } from '../tokens';
import { useGradual } from './useGradual';
import {
  GRAPH_SIZES,
  nodeWidth,
  type GraphEdge,
  type GraphNode,
  type PipelineGraph
} from './pipelineGraph';

export interface DrawingProps {
  readonly graph: PipelineGraph;
  readonly layout: GraphLayout;
  readonly selected: string | null;
  readonly width: number;
  readonly iconOf: (node: GraphNode) => LabIcon;
  readonly statusOf: (node: GraphNode) => StepStatus | null;
  readonly onSelect: (node: GraphNode) => void;
  readonly trans: TranslationBundle;
}

const LEAST_SCALE = 0.6;

/** A pipeline's graph in SVG. One node is a stop of the Tab key; arrow keys walk to the others. */
export const Drawing = memo(function Drawing(props: DrawingProps) {
  const { graph, layout, selected, trans } = props;
  const svg = useRef<SVGSVGElement>(null);
  const arrow = useId();
  const arrowDerived = useId();
  const stop = graph.nodes.some(({ id }) => id === selected) ? selected : graph.nodes[0]?.id;
  const scale = Math.max(LEAST_SCALE, Math.min(1, props.width / Math.max(1, layout.width)));
  const labels = useMemo(() => describeNodes(graph, trans), [graph, trans]);
  const nodes = useGradual(graph.nodes.length);
  const edges = Math.ceil((graph.edges.length * nodes) / Math.max(1, graph.nodes.length));
  const { onSelect } = props;
  const press = useCallback((at: number) => onSelect(graph.nodes[at]!), [graph, onSelect]);
  const walk = useCallback(
    (event: KeyboardEvent, at: number): void => {
      const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      if (by !== undefined) {
        const nodes = svg.current?.querySelectorAll<SVGGElement>('[data-node]');
        nodes?.[Math.max(0, Math.min(graph.nodes.length - 1, at + by))]?.focus();
      } else if (event.key === 'Enter' || event.key === ' ') {
        press(at);
      } else return;
      event.preventDefault();
    },
    [graph, press]
  );
  return (
    <svg
      ref={svg}
      className="jp-chard-Graph"
      role="group"
      aria-label={trans.__('Graph of the pipeline')}
      width={layout.width * scale}
      height={layout.height * scale}
      viewBox={`0 0 ${layout.width} ${layout.height}`}
    >
      <defs>
        <Arrow id={arrow} className="jp-chard-Graph-head" />
        <Arrow id={arrowDerived} className="jp-chard-Graph-head jp-chard-mod-derived" />
      </defs>
      {graph.edges.slice(0, edges).map((edge, at) => {
        const place = layout.edges[at];
        if (!place || place.from !== edge.from || place.to !== edge.to) return null;
        return (
          <EdgeView
            key={`${edge.from}>${edge.to}`}
            edge={edge}
            points={place.points}
            label={place.label}
            head={edge.derived ? arrowDerived : arrow}
            trans={trans}
          />
        );
      })}
      {graph.nodes.slice(0, nodes).map((node, at) => {
        const place = layout.nodes[node.id];
        if (!place) return null;
        const status = props.statusOf(node);
        return (
          <NodeView
            key={node.id}
            node={node}
            at={at}
            place={place}
            isSelected={node.id === selected}
            isStop={node.id === stop}
            icon={status?.icon ?? props.iconOf(node)}
            tone={status?.tone}
            text={status?.text}
            short={status?.short}
            label={labels.get(node.id)!}
            onPress={press}
            onKey={walk}
          />
        );
      })}
    </svg>
  );
});

/** What each node says to those who do not see the drawing, by its id. */
export function describeNodes(
  { edges, nodes }: PipelineGraph,
  trans: TranslationBundle
): ReadonlyMap<string, string> {
  const titles = new Map(nodes.map(({ id, title }) => [id, title]));
  const sources = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const { from, to, names, derived } of edges) {
    const title = titles.get(from) ?? from;
    const named = names.length > 0 ? trans.__('%1 (%2)', title, names.join(', ')) : title;
    sources.get(to)?.push(derived ? trans.__('%1, found', named) : named);
  }
  return new Map(
    nodes.map(({ id, title }) => {
      const before = sources.get(id)!;
      const text = before.length === 0 ? title : trans.__('%1, after %2', title, before.join('; '));
      return [id, text];
    })
  );
}

function Arrow({ id, className }: { id: string; className: string }) {
  return (
    <marker
      id={id}
      viewBox="0 0 8 8"
      refX="7"
      refY="4"
      markerWidth="7"
      markerHeight="7"
      orient="auto-start-reverse"
    >
      <path className={className} d="M0 0.5 L8 4 L0 7.5 z" />
    </marker>
  );
}

/** Of a thousand edges and nodes, those that did not change are not drawn again: all they get are values that stay. */
const EdgeView = memo(function EdgeView(props: {
  readonly edge: GraphEdge;
  readonly points: readonly Point[];
  readonly label: Point;
  readonly head: string;
  readonly trans: TranslationBundle;
}) {
  const { edge, points, label, trans } = props;
  const height = edge.rows.length * GRAPH_SIZES.rowHeight;
  const width = Math.max(0, ...edge.rows.map(row => row.length)) * 6.7 + 6;
  const names = edge.names.length > 0 ? edge.names.join(', ') : trans.__('order only');
  return (
    <g className={`jp-chard-Graph-edge${edge.derived ? ' jp-chard-mod-derived' : ''}`}>
      <title>{`${edge.from} → ${edge.to}: ${names}`}</title>
      <path d={curve(points)} markerEnd={`url(#${props.head})`} />
      {edge.rows.length > 0 && (
        <>
          <rect x={label.x - width / 2} y={label.y - height / 2} width={width} height={height} />
          {edge.rows.map((row, at) => (
            <text
              key={at}
              x={label.x}
              y={label.y - height / 2 + (at + 0.5) * GRAPH_SIZES.rowHeight}
            >
              {row}
            </text>
          ))}
        </>
      )}
    </g>
  );
});

const NodeView = memo(function NodeView(props: {
  readonly node: GraphNode;
  readonly at: number;
  readonly place: Point;
  readonly isSelected: boolean;
  readonly isStop: boolean;
  readonly icon: LabIcon;
  readonly tone: StepStatus['tone'] | undefined;
  readonly text: string | undefined;
  readonly short: string | undefined;
  readonly label: string;
  readonly onPress: (at: number) => void;
  readonly onKey: (event: KeyboardEvent, at: number) => void;
}) {
  const { node, at, place, icon: Icon, text } = props;
  const width = nodeWidth(node.title);
  const { nodeHeight: height } = GRAPH_SIZES;
  return (
    <g
      className={`jp-chard-Graph-node${props.isSelected ? ' jp-chard-mod-selected' : ''}`}
      data-node={node.id}
      data-tone={props.tone}
      role="button"
      tabIndex={props.isStop ? 0 : -1}
      aria-label={[props.label, text].filter(Boolean).join(', ')}
      aria-pressed={props.isSelected}
      transform={`translate(${place.x - width / 2} ${place.y - height / 2})`}
      onClick={() => props.onPress(at)}
      onKeyDown={event => props.onKey(event, at)}
    >
      <title>{props.label}</title>
      <rect width={width} height={height} rx={3} />
      <foreignObject width={width} height={height} aria-hidden>
        <div className="jp-chard-Graph-content" data-step={node.id}>
          <Icon.react tag="span" className="jp-chard-icon" />
          <span className="jp-chard-Graph-text">
            <span>{node.title}</span>
            {text !== undefined && (
              <span className="jp-chard-Graph-status">{props.short ?? text}</span>
            )}
          </span>
        </div>
      </foreignObject>
    </g>
  );
});

/** A smooth line through the points of a layout. */
export function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M${first.x} ${first.y}`;
  for (let at = 0; at < rest.length - 1; at++) {
    const middle = {
      x: (rest[at]!.x + rest[at + 1]!.x) / 2,
      y: (rest[at]!.y + rest[at + 1]!.y) / 2
    };
    const end = at === rest.length - 2 ? rest[at + 1]! : middle;
    path += ` Q${rest[at]!.x} ${rest[at]!.y} ${end.x} ${end.y}`;
  }
  if (rest.length === 1) path += ` L${rest[0]!.x} ${rest[0]!.y}`;
  return path;
}
