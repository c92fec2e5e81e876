import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import { memo, useId, useMemo, useRef, type KeyboardEvent } from 'react';
import type { GraphLayout, Point } from '../notebooks/messages';
import type { StepStatus } from '../tokens';
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
  const labels = useMemo(() => describeNodes(graph, trans), [graph]);
  const stop = graph.nodes.some(({ id }) => id === selected) ? selected : graph.nodes[0]?.id;
  const scale = Math.max(LEAST_SCALE, Math.min(1, props.width / Math.max(1, layout.width)));
  const walk = (event: KeyboardEvent, at: number): void => {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (by !== undefined) {
      const nodes = svg.current?.querySelectorAll<SVGGElement>('[data-node]');
      nodes?.[Math.max(0, Math.min(graph.nodes.length - 1, at + by))]?.focus();
    } else if (event.key === 'Enter' || event.key === ' ') {
      props.onSelect(graph.nodes[at]!);
    } else return;
    event.preventDefault();
  };
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
      {graph.edges.map((edge, at) => {
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
      {graph.nodes.map((node, at) => {
        const place = layout.nodes[node.id];
        if (!place) return null;
        return (
          <NodeView
            key={node.id}
            node={node}
            place={place}
            isSelected={node.id === selected}
            isStop={node.id === stop}
            icon={props.iconOf(node)}
            status={props.statusOf(node)}
            label={labels.get(node.id)!}
            onClick={() => props.onSelect(node)}
            onKeyDown={event => walk(event, at)}
          />
        );
      })}
    </svg>
  );
});

/** What each node, by its id, says to those who do not see the drawing. */
export function describeNodes(
  { edges, nodes }: PipelineGraph,
  trans: TranslationBundle
): Map<string, string> {
  const titles = new Map(nodes.map(({ id, title }) => [id, title]));
  const sources = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const { from, to, names, derived } of edges) {
    const title = titles.get(from) ?? from;
    const named = names.length > 0 ? trans.__('%1 (%2)', title, names.join(', ')) : title;
    sources.get(to)?.push(derived ? trans.__('%1, found', named) : named);
  }
  return new Map(
    nodes.map(({ id, title }) => {
      const after = sources.get(id)!;
      return [id, after.length === 0 ? title : trans.__('%1, after %2', title, after.join('; '))];
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

function EdgeView(props: {
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
}

function NodeView(props: {
  readonly node: GraphNode;
  readonly place: Point;
  readonly isSelected: boolean;
  readonly isStop: boolean;
  readonly icon: LabIcon;
  readonly status: StepStatus | null;
  readonly label: string;
  readonly onClick: () => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}) {
  const { node, place, status } = props;
  const width = nodeWidth(node.title);
  const { nodeHeight: height } = GRAPH_SIZES;
  const Icon = status?.icon ?? props.icon;
  return (
    <g
      className={`jp-chard-Graph-node${props.isSelected ? ' jp-chard-mod-selected' : ''}`}
      data-node={node.id}
      data-tone={status?.tone}
      role="button"
      tabIndex={props.isStop ? 0 : -1}
      aria-label={[props.label, status?.text].filter(Boolean).join(', ')}
      aria-pressed={props.isSelected}
      transform={`translate(${place.x - width / 2} ${place.y - height / 2})`}
      onClick={props.onClick}
      onKeyDown={props.onKeyDown}
    >
      <title>{props.label}</title>
      <rect width={width} height={height} rx={3} />
      <foreignObject width={width} height={height} aria-hidden>
        <div className="jp-chard-Graph-content" data-step={node.id}>
          <Icon.react tag="span" className="jp-chard-icon" />
          <span className="jp-chard-Graph-text">
            <span>{node.title}</span>
            {status && <span className="jp-chard-Graph-status">{status.short ?? status.text}</span>}
          </span>
        </div>
      </foreignObject>
    </g>
  );
}

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
