import { dump } from 'js-yaml';
import type { PipelineSpec, PlatformSpec } from './spec';

/** What KFP splits the two documents by, to the letter. */
const SEPARATOR = '\n---\n';

/**
 * The pipeline and its platform spec as KFP's YAML. Texts are quoted, because KFP's readers take more plain words for
 * numbers, dates and booleans than YAML 1.2 does.
 */
export function printPipeline(pipeline: PipelineSpec, platform: PlatformSpec | null): string {
  const documents = [pipeline, ...(platform === null ? [] : [platform])];
  return `${documents.map(print).join(SEPARATOR)}\n`;
}

function print(document: object): string {
  const text = dump(document, {
    lineWidth: -1,
    noRefs: true,
    sortKeys: true,
    forceQuotes: true
  });
  return text.trimEnd();
}
