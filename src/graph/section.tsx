import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { useCallback, useEffect, useMemo, useRef, useState, type ComponentType } from 'react';
import { CommandIds } from '../commands';
import { Button } from '../controls/button';
import { useFoundPipeline, usePipeline } from '../notebooks/usePipeline';
import { useChanges } from '../runs/useChanges';
import type { IChardNotebooks, IChardStepStatus, OpenNotebook } from '../tokens';
import { describeNodes } from './drawing';
import { pipelineGraph, type GraphNode } from './pipelineGraph';
import { GraphView } from './view';

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
    const found = useFoundPipeline(pipeline);
    const active = useActiveCell(open);
    const graph = useSame(
      useMemo(() => found && pipelineGraph(found, trans.__('Metrics')), [found])
    );
    const descriptions = useMemo(() => graph && describeNodes(graph, trans), [graph]);
    useChanges(status.changed);
    // A step's state may follow from what is typed; the graph is drawn again only where it does.
    const statuses = graph?.nodes.map(({ id }) => status.statusOf(open, id)) ?? [];
    const shown = statuses.map(each => each && [each.icon.name, each.text, each.tone]);
    const statusOf = useCallback(
      ({ id }: GraphNode) => status.statusOf(open, id),
      [open.panel, JSON.stringify(shown)]
    );
    const goTo = useCallback(({ cell }: GraphNode) => {
      void commands.execute(CommandIds.goToCell, { cell });
    }, []);
    if (!graph) return <NoGraph {...open} trans={trans} />;
    const selected = graph.nodes.find(({ cells }) => cells.includes(active))?.id ?? null;
    return (
      <div className="jp-chard-GraphSection">
        <GraphView
          graph={graph}
          notebooks={options.notebooks}
          direction={down}
          selected={selected}
          statusOf={statusOf}
          onSelect={goTo}
          trans={trans}
        />
        <details className="jp-chard-Graph-list">
          <summary>{trans.__('As a list')}</summary>
          <ol>
            {graph.nodes.map(node => (
              <li key={node.id} aria-current={node.id === selected}>
                <Button look="link" onClick={() => goTo(node)}>
                  {descriptions?.get(node.id)}
                </Button>
              </li>
            ))}
          </ol>
        </details>
      </div>
    );
  };
}

/** What stands in the place of a graph. */
function NoGraph({ pipeline, trans }: OpenNotebook & Pick<GraphSectionOptions, 'trans'>) {
  usePipeline(pipeline);
  return (
    <p className="jp-chard-hint jp-chard-Section-text">
      {pipeline.findings ? trans.__('No step yet.') : trans.__('Reading the notebook…')}
    </p>
  );
}

const down = () => 'down' as const;

/** The value before where the new one says the same: most of what is typed changes no graph. */
function useSame<Value>(value: Value): Value {
  const last = useRef(value);
  if (JSON.stringify(last.current) !== JSON.stringify(value)) last.current = value;
  return last.current;
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
