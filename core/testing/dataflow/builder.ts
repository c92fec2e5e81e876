import { annotate, parseNotebook } from '../../notebook';
import { buildPipeline, type BuildResult, type LocalModules, type Pipeline } from '../../pipeline';
import { createAnalyser, type Analyser } from '../../python/dataflow';
import { caseNotebook, readCase } from './caseFile';

/** Builds pipelines from notebooks in the cases' text form (cells only: `-- step after other`). */
export class CaseBuilder {
  readonly analyser: Analyser = createAnalyser();

  /** `metadata`: the notebook's. */
  build(
    cells: string,
    { metadata = {}, modules = new Map() }: { metadata?: object; modules?: LocalModules } = {}
  ): BuildResult {
    const json = JSON.parse(caseNotebook(readCase(`inline\n\n${cells}`))) as {
      metadata: Record<string, unknown>;
    };
    Object.assign(json.metadata, metadata);
    const { notebook } = parseNotebook(JSON.stringify(json));
    if (!notebook) throw new Error('the cells make no notebook');
    return buildPipeline({
      notebook: annotate(notebook),
      analyser: this.analyser,
      modules,
      name: 'inline'
    });
  }

  /** The pipeline of cells in which nothing is wrong. */
  pipeline(cells: string, options: { metadata?: object; modules?: LocalModules } = {}): Pipeline {
    const { pipeline, diagnostics } = this.build(cells, options);
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    if (!pipeline || errors.length > 0) throw new Error(JSON.stringify(errors));
    return pipeline;
  }
}
