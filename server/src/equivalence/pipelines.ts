import { join } from 'node:path';
import { annotate, parseNotebook } from '@chard/core/notebook';
import { buildPipeline, type Pipeline } from '@chard/core/pipeline';
import { createAnalyser, type Analyser } from '@chard/core/python/dataflow';
import type { RunOptions } from '../engines/engine';
import type { RunState } from '@chard/core/run';
import { Bench, interpreter, runRequest } from '../engines/local/testing/bench';
import { outputOf } from '../engines/local/testing/observe';

const RUNNER = join(__dirname, '../../../runner');

/** Builds notebooks and runs them with the real engine and the real runner. */
export class Pipelines {
  private readonly bench = new Bench();
  private readonly engine = this.bench.engine({ runnerFolder: RUNNER });
  private readonly python = interpreter();

  private constructor(readonly analyser: Analyser) {}

  static async open(): Promise<Pipelines> {
    return new Pipelines(createAnalyser());
  }

  /** The notebooks' folder, where steps start. */
  get folder(): string {
    return this.bench.folder;
  }

  /** The notebook's pipeline, with the codes of the errors for which it would not be run. */
  build(notebook: string): { pipeline: Pipeline | null; errors: string[] } {
    const parsed = parseNotebook(notebook);
    if (parsed.notebook === null) {
      throw new Error(JSON.stringify(parsed.diagnostics));
    }
    const { pipeline, diagnostics } = buildPipeline({
      notebook: annotate(parsed.notebook),
      analyser: this.analyser,
      modules: new Map(),
      name: 'equivalence'
    });
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    return { pipeline, errors: errors.map(({ code }) => code) };
  }

  async run(pipeline: Pipeline, options: Partial<RunOptions> = {}): Promise<RunState> {
    const request = runRequest(this.bench.folder, pipeline, options, this.python);
    const { finished } = await this.engine.start(request);
    return finished;
  }

  /** What each step printed. A terminal's line ends, which shell lines have, count as plain ones. */
  prints(state: RunState): Record<string, string> {
    const { stores } = this.bench;
    return Object.fromEntries(
      state.steps.map(({ name }) => [
        name,
        outputOf(stores, state.id, name).replaceAll('\r\n', '\n')
      ])
    );
  }

  /** What each cell printed, by its index. */
  cellPrints(state: RunState): Record<number, string> {
    const prints: Record<number, string> = {};
    for (const event of this.bench.stores.runs.read(state.id)) {
      if (event.type === 'output' && event.cell !== null) {
        prints[event.cell] = (prints[event.cell] ?? '') + event.text;
      }
    }
    return prints;
  }

  close(): Promise<void> {
    return this.bench.close();
  }
}
