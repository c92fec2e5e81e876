import dagre from '@dagrejs/dagre';
import type { GraphLayout, GraphShape } from '../notebooks/messages';
import { orderRanks, type RankEdge } from './order';

const MARGIN = 8;
const NODE_GAP = 24;
const RANK_GAP = 16;

/**
 * Lays a pipeline out in ranks, so that no node, edge or label covers another. Pure, and slow for large graphs: it runs
 * in the worker.
 */
export function layOut({ nodes, edges, direction }: GraphShape): GraphLayout {
  const graph = new dagre.graphlib.Graph({ multigraph: false })
    .setGraph({
      rankdir: direction === 'down' ? 'TB' : 'LR',
      nodesep: NODE_GAP,
      edgesep: NODE_GAP / 2,
      ranksep: RANK_GAP,
      marginx: MARGIN,
      marginy: MARGIN
    })
    .setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
  for (const { from, to, label } of edges) {
    graph.setEdge(from, to, { width: label.width, height: label.height, labelpos: 'c' });
  }
  dagre.layout(graph, { customOrder: orderNodes });
  const { width = 0, height = 0 } = graph.graph();
  return {
    width: nodes.length === 0 ? 0 : width,
    height: nodes.length === 0 ? 0 : height,
    nodes: Object.fromEntries(
      nodes.map(({ id }) => [id, { x: graph.node(id).x, y: graph.node(id).y }])
    ),
    edges: edges.map(({ from, to }) => {
      const { points, x, y } = graph.edge(from, to);
      const middle = points[Math.floor(points.length / 2)]!;
      return {
        from,
        to,
        points: points.map(point => ({ x: point.x, y: point.y })),
        label: { x: x ?? middle.x, y: y ?? middle.y }
      };
    })
  };
}

/** In the place of dagre's own, which takes most of its time: what is typed waits for it. */
function orderNodes(graph: dagre.graphlib.Graph): void {
  const nodes = graph.nodes();
  const numbers = new Map(nodes.map((name, number) => [name, number]));
  const ranks = nodes.map(name => graph.node(name)['rank'] as number);
  const edges = graph.edges().map(({ v, w }): RankEdge => [numbers.get(v)!, numbers.get(w)!]);
  for (const row of orderRanks(ranks, edges)) {
    row.forEach((number, at) => Object.assign(graph.node(nodes[number]!), { order: at }));
  }
}
