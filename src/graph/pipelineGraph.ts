import { METRICS_STEP, type Pipeline } from '@chard/core/pipeline';
import type { GraphShape } from '../notebooks/messages';

export interface GraphNode {
  readonly id: string;
  readonly title: string;
  /** The first cell: where a click leads. */
  readonly cell: number;
  readonly cells: readonly number[];
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly derived: boolean;
  readonly names: readonly string[];
  /** The names in the rows in which they are drawn. */
  readonly rows: readonly string[];
}

export interface PipelineGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

const ROW_LENGTH = 22;
const MOST_ROWS = 3;
const CHARACTER = 6.7;
const ROW_HEIGHT = 14;
const NODE_HEIGHT = 40;
/** The least has room for the longest state. */
const NODE_WIDTHS = { least: 116, most: 180 };
const TITLE_CHARACTER = 7.8;
const ICON_ROOM = 48;

/** The steps, the metrics as a last one, and what flows between them. */
export function pipelineGraph(pipeline: Pipeline, metricsTitle: string): PipelineGraph {
  const steps = [...pipeline.steps, ...(pipeline.metricsStep ? [pipeline.metricsStep] : [])];
  return {
    nodes: steps.map(({ name, cells }) => ({
      id: name,
      title: name === METRICS_STEP ? metricsTitle : name,
      cell: cells[0]!,
      cells
    })),
    edges: steps.flatMap(({ name, after }) =>
      after.map(({ step, declared, names }) => ({
        from: step,
        to: name,
        derived: !declared && name !== METRICS_STEP,
        names,
        rows: rowsOf(names)
      }))
    )
  };
}

/** Breaks names into a few short rows; the last one counts those that do not fit. */
export function rowsOf(names: readonly string[]): string[] {
  const rows: string[] = [];
  let at = 0;
  while (at < names.length && rows.length < MOST_ROWS) {
    let row = names[at++]!;
    while (at < names.length && row.length + names[at]!.length + 2 <= ROW_LENGTH) {
      row += `, ${names[at++]!}`;
    }
    rows.push(row.length > ROW_LENGTH ? `${row.slice(0, ROW_LENGTH - 1)}…` : row);
  }
  if (at < names.length) rows[rows.length - 1] += ` +${names.length - at}`;
  return rows;
}

/** What the layout needs to know: how large everything is. */
export function shapeOf(
  { nodes, edges }: PipelineGraph,
  direction: GraphShape['direction']
): GraphShape {
  return {
    direction,
    nodes: nodes.map(({ id, title }) => ({ id, width: nodeWidth(title), height: NODE_HEIGHT })),
    edges: edges.map(({ from, to, rows }) => ({
      from,
      to,
      label: {
        width: Math.max(8, ...rows.map(row => row.length * CHARACTER + 8)),
        height: Math.max(8, rows.length * ROW_HEIGHT + 4)
      }
    }))
  };
}

export function nodeWidth(title: string): number {
  const wanted = title.length * TITLE_CHARACTER + ICON_ROOM;
  return Math.round(Math.min(NODE_WIDTHS.most, Math.max(NODE_WIDTHS.least, wanted)));
}

export const GRAPH_SIZES = { rowHeight: ROW_HEIGHT, nodeHeight: NODE_HEIGHT };
