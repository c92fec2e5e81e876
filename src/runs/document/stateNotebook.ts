import type { CodeCell } from '@chard/core/pipeline';
import type { INotebookContent } from '@jupyterlab/nbformat';

export interface StateNotebook {
  /** Kernelspec name; null for JupyterLab's own choice. */
  readonly kernel: string | null;
  readonly setup: string;
  readonly cells: readonly CodeCell[];
  readonly heading: string;
  readonly text: string;
  /** First line of the setup's cell. */
  readonly comment: string;
}

/** A notebook whose first code cell makes the kernel what a step's process was; the step's own cells follow. */
export function stateNotebook(state: StateNotebook): INotebookContent {
  const { kernel, setup, cells, heading, text, comment } = state;
  const code = (id: string, source: string, metadata = {}): INotebookContent['cells'][number] => ({
    id,
    cell_type: 'code',
    source,
    metadata,
    outputs: [],
    execution_count: null
  });
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: kernel === null ? {} : { kernelspec: { name: kernel, display_name: kernel } },
    cells: [
      { id: 'about', cell_type: 'markdown', source: `${heading}\n\n${text}`, metadata: {} },
      // It is for the kernel to read, and long.
      code('state', `# ${comment}\n${setup}`, { jupyter: { source_hidden: true } }),
      ...cells.map(({ cell, source }) => code(`cell-${cell}`, source))
    ]
  };
}

/** `digits-random forest.state.ipynb`; with a number where that is taken. The server takes `*.state.ipynb` for no data of a run. */
export function stateNotebookName(
  notebook: string,
  step: string,
  taken: ReadonlySet<string>
): string {
  const base = `${notebook.replace(/\.ipynb$/, '')}-${step.replace(/[^\p{L}\p{N}_ -]/gu, '_')}`;
  for (let number = 1; ; number++) {
    const name = `${base}${number === 1 ? '' : `-${number}`}.state.ipynb`;
    if (!taken.has(name)) return name;
  }
}
