import * as fc from 'fast-check';
import { generatedNotebook } from '../../../core/testing/dataflow/generate';
import type { Pipelines } from './pipelines';
import { caseNotebook } from '../../../core/testing/dataflow/caseFile';
import type { Pipeline } from '@chard/core/pipeline';

const seed = Number(process.env['FC_SEED'] ?? 20_260_102);
export const numRuns = Number(process.env['FC_RUNS'] ?? 12);

/** The pipelines of generated notebooks, the same for every engine; those with errors are left out. */
export function samplePipelines(
  pipelines: Pipelines,
  constraints: Parameters<typeof generatedNotebook>[0]
): Pipeline[] {
  return fc.sample(generatedNotebook(constraints), { numRuns, seed }).flatMap(notebook => {
    const { pipeline, errors } = pipelines.build(caseNotebook(notebook));
    return pipeline !== null && errors.length === 0 ? [pipeline] : [];
  });
}
