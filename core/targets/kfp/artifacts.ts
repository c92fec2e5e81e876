import type { Pipeline, Step } from '../../pipeline/model';
import { artifactKey } from './identifiers';
import type { ArtifactSpec } from './spec';

/** Artifacts that a step leaves beside its values. */
export const STATE = 'state';
export const REPORT = 'report';
export const METRICS = 'metrics';
export const CLASSIFICATION = 'classification_metrics';
const RESERVED: ReadonlySet<string> = new Set([STATE, REPORT, METRICS, CLASSIFICATION]);

export type ArtifactKind =
  'Artifact' | 'Dataset' | 'Model' | 'Metrics' | 'ClassificationMetrics' | 'HTML';

export function artifactSpec(kind: ArtifactKind): ArtifactSpec {
  return { artifactType: { schemaTitle: `system.${kind}`, schemaVersion: '0.0.1' } };
}

/** The key of a value's artifact. */
export function valueKey(name: string): string {
  return artifactKey(name, RESERVED);
}

const TABLE_MAKERS =
  '(?:read_(?:csv|table|parquet|excel|json|feather|pickle|hdf|orc|sql\\w*|fwf|xml)|DataFrame|Series|load_dataset|Dataset)';

/**
 * What the artifact of a value is called in Kubeflow's lists, as far as the code of the step says it plainly: what is
 * fitted is a model, what a table is read into a dataset. The exact Python type is in the artifact's metadata.
 */
export function valueKind(step: Step, name: string): ArtifactKind {
  const source = step.code.map(cell => cell.source).join('\n');
  const word = name.replace(/[$]/g, '\\$&');
  const says = (pattern: string) => new RegExp(pattern, 'mu').test(source);
  if (says(`(?<![\\w.])${word}\\.(?:fit|partial_fit|fit_transform|load_state_dict)\\(`))
    return 'Model';
  if (says(`^${word}\\s*=[^=].*\\.fit\\(`)) return 'Model';
  if (says(`^${word}\\s*=[^=].*\\b${TABLE_MAKERS}\\(`)) return 'Dataset';
  return 'Artifact';
}

/** What a step may report, as far as its code and what it may call says it. */
export interface Reports {
  readonly metrics: boolean;
  readonly classification: boolean;
}

/** Finds which steps report numbers: those whose code, or code that reaches them, names the functions that do. */
export class ReportFinder {
  private readonly everywhere: string;
  private readonly sources: ReadonlyMap<string, string>;
  private readonly parents: ReadonlyMap<string, readonly string[]>;

  constructor(pipeline: Pipeline, modules: Iterable<string>) {
    const steps = pipeline.metricsStep ? [...pipeline.steps, pipeline.metricsStep] : pipeline.steps;
    this.everywhere = [...pipeline.prologue.map(({ source }) => source), ...modules].join('\n');
    this.sources = new Map(
      steps.map(({ name, code }) => [name, code.map(({ source }) => source).join('\n')])
    );
    this.parents = new Map(
      steps.map(({ name, after }) => [name, after.map(dependency => dependency.step)])
    );
  }

  of(step: Step, isMetricsStep: boolean): Reports {
    return {
      metrics: isMetricsStep || this.mentions(step.name, /\blog_metric\b/),
      classification: this.mentions(step.name, /\blog_(?:confusion_matrix|roc_curve)\b/)
    };
  }

  /** A function that logs may come from any step above. */
  private mentions(name: string, word: RegExp): boolean {
    if (word.test(this.everywhere)) return true;
    const waiting = [name];
    const seen = new Set(waiting);
    for (const step of waiting) {
      if (word.test(this.sources.get(step) ?? '')) return true;
      for (const parent of this.parents.get(step) ?? []) {
        if (!seen.has(parent)) waiting.push(parent);
        seen.add(parent);
      }
    }
    return false;
  }
}
