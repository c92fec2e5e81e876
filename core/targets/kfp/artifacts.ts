import { METRICS_STEP, type Pipeline, type Step } from '../../pipeline/model';
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

const METRIC = /\blog_metric\b/;
const CLASSES = /\blog_(?:confusion_matrix|roc_curve)\b/;

/** Finds which steps report numbers: those whose code, or code that reaches them, names the functions that do. */
export class ReportFinder {
  private readonly reports = new Map<string, Reports>();

  constructor(pipeline: Pipeline, modules: Iterable<string>) {
    const everywhere = [...pipeline.prologue.map(({ source }) => source), ...modules].join('\n');
    const all = { metrics: METRIC.test(everywhere), classification: CLASSES.test(everywhere) };
    const steps = pipeline.metricsStep ? [...pipeline.steps, pipeline.metricsStep] : pipeline.steps;
    for (const { name, code, after } of steps) {
      const source = code.map(cell => cell.source).join('\n');
      // A function that logs may come from any step above, and those come first.
      const above = after.map(dependency => this.reports.get(dependency.step)!);
      this.reports.set(name, {
        metrics: all.metrics || METRIC.test(source) || above.some(each => each.metrics),
        classification:
          all.classification || CLASSES.test(source) || above.some(each => each.classification)
      });
    }
  }

  of(step: Step): Reports {
    const { metrics, classification } = this.reports.get(step.name)!;
    return { metrics: metrics || step.name === METRICS_STEP, classification };
  }
}
