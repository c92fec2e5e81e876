import { METRICS_STEP } from '@chard/core/pipeline';
import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { useEffect, useMemo, useRef, useState, type ComponentType } from 'react';
import { CommandIds } from '../commands';
import { metricsIcon, stepIcon } from '../icons';
import { usePipeline } from '../notebooks/usePipeline';
import type { IChardNotebooks, IChardStepStatus, OpenNotebook } from '../tokens';
import { describeNode, Drawing } from './drawing';
import { pipelineGraph, type GraphNode } from './pipelineGraph';
import { useLayout, useWidth } from './useLayout';

export interface GraphSectionOptions {
  readonly notebooks: IChardNotebooks;
  readonly status: IChardStepStatus;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** The pipeline of the notebook as it is typed, top down; a click leads to the cell. */
export function graphSection(options: GraphSectionOptions): ComponentType<OpenNotebook> {
  const { status, commands, trans } = options;
  return function Graph(open: OpenNotebook) {
    const { pipeline } = open;
    usePipeline(pipeline);
    const active = useActiveCell(open);
    const found = pipeline.findings?.pipeline ?? null;
    const graph = useMemo(
      () => (found ? pipelineGraph(found, trans.__('Metrics')) : null),
      [found]
    );
    const { layout, failure } = useLayout(graph, options.notebooks, 'down');
    const frame = useRef<HTMLDivElement>(null);
    const width = useWidth(frame);
    if (!graph) {
      return (
        <p className="jp-chard-hint jp-chard-Section-text">
          {pipeline.findings ? trans.__('No step yet.') : trans.__('Reading the notebook…')}
        </p>
      );
    }
    const goTo = (node: GraphNode): void => {
      void commands.execute(CommandIds.goToCell, { cell: node.cell });
    };
    const selected = graph.nodes.find(({ cells }) => cells.includes(active))?.id ?? null;
    return (
      <div className="jp-chard-GraphSection" ref={frame}>
        {failure !== null && (
          <p role="alert">{trans.__('The graph could not be drawn: %1', failure)}</p>
        )}
        {layout && (
          <div className="jp-chard-Graph-scroll">
            <UseSignal signal={status.changed}>
              {() => (
                <Drawing
                  graph={graph}
                  layout={layout}
                  selected={selected}
                  width={width}
                  iconOf={({ id }) => (id === METRICS_STEP ? metricsIcon : stepIcon)}
                  statusOf={({ id }) => status.statusOf(open, id)}
                  onSelect={goTo}
                  trans={trans}
                />
              )}
            </UseSignal>
          </div>
        )}
        <details className="jp-chard-Graph-list">
          <summary>{trans.__('As a list')}</summary>
          <ol>
            {graph.nodes.map(node => (
              <li key={node.id} aria-current={node.id === selected}>
                <button
                  type="button"
                  className="jp-chard-FlatButton jp-chard-mod-link"
                  onClick={() => goTo(node)}
                >
                  {describeNode(node, graph, trans)}
                </button>
              </li>
            ))}
          </ol>
        </details>
      </div>
    );
  };
}

function useActiveCell({ panel }: OpenNotebook): number {
  const { content } = panel;
  const [index, setIndex] = useState(content.activeCellIndex);
  useEffect(() => {
    const update = (): void => setIndex(content.activeCellIndex);
    content.activeCellChanged.connect(update);
    update();
    return () => {
      content.activeCellChanged.disconnect(update);
    };
  }, [content]);
  return index;
}
