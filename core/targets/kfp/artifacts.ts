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

const METRIC = 'log_metric';
const CLASSES = 'log_(?:confusion_matrix|roc_curve)';

/** Finds which steps report numbers: those whose code, or code that reaches them, names the functions that do. */
export class ReportFinder {
  private readonly metrics: ReadonlySet<string>;
  private readonly classes: ReadonlySet<string>;

  constructor(pipeline: Pipeline, modules: Iterable<string>) {
    const everywhere = [...pipeline.prologue.map(({ source }) => source), ...modules].join('\n');
    const steps = pipeline.metricsStep ? [...pipeline.steps, pipeline.metricsStep] : pipeline.steps;
    this.metrics = callers(METRIC, steps, everywhere);
    this.classes = callers(CLASSES, steps, everywhere);
  }

  of({ name }: Step): Reports {
    return {
      metrics: name === METRICS_STEP || this.metrics.has(name),
      classification: this.classes.has(name)
    };
  }
}

/** Steps that may call a function: they name it, or something of a step above, which comes first, may call it. */
function callers(name: string, steps: readonly Step[], everywhere: string): ReadonlySet<string> {
  const called = new RegExp(`\\b${name}\\b`);
  if (called.test(everywhere)) return new Set(steps.map(step => step.name));
  // What is only called at the top of a cell is done with; what stands in a definition, or is no call, goes on.
  const goesOn = new RegExp(`\\b(?:def|class|lambda)\\b|\\b${name}\\b(?!\\s*\\()`);
  const found = new Set<string>();
  const passedOn = new Set<string>();
  for (const step of steps) {
    const source = step.code.map(cell => cell.source).join('\n');
    const fromAbove = step.after.some(dependency => passedOn.has(dependency.step));
    const isNamed = called.test(source);
    if (isNamed || fromAbove) found.add(step.name);
    if (fromAbove || (isNamed && goesOn.test(source))) passedOn.add(step.name);
  }
  return found;
}
