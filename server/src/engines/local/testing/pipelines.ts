import {
  METRICS_STEP,
  type Input,
  type Metric,
  type Pipeline,
  type Step,
  type StepSettings
} from '@chard/core/pipeline';
import * as fc from 'fast-check';

/** What a spec says of a step; all else is what a plain notebook has. */
export interface StepSketch {
  readonly code: string;
  readonly after?: readonly string[];
  /** Name to candidate providers, the last one being the provider. */
  readonly takes?: Readonly<Record<string, readonly string[]>>;
  readonly outputs?: readonly string[];
  readonly leaves?: readonly string[];
  readonly parameters?: readonly string[];
  readonly settings?: Partial<StepSettings>;
}

export interface PipelineSketch {
  readonly steps: Readonly<Record<string, StepSketch>>;
  readonly parameters?: Readonly<Record<string, number | string>>;
  readonly metrics?: readonly Metric[];
  readonly metricsStep?: StepSketch;
}

const SETTINGS: StepSettings = {
  image: null,
  limits: {},
  requests: {},
  retries: null,
  timeoutSeconds: null,
  nodeSelector: {},
  tolerations: [],
  cache: true,
  environment: {},
  secrets: [],
  labels: {},
  annotations: {}
};

/** A pipeline as the builder would make it of a notebook with a cell a step. */
export function sketchPipeline(sketch: PipelineSketch): Pipeline {
  const parameters = Object.entries(sketch.parameters ?? {});
  const source = parameters.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join('\n');
  const steps = Object.entries(sketch.steps).map(([name, step], index) =>
    sketchStep(name, index + 1, step)
  );
  return {
    schemaVersion: '1',
    name: 'sketch',
    description: '',
    experiment: null,
    kernel: null,
    parameters: parameters.map(([name, value]) => ({
      name,
      type: typeof value === 'number' ? 'float' : 'str',
      default: value,
      literal: { cell: 0, start: 0, end: 0 }
    })),
    metrics: [...(sketch.metrics ?? [])],
    prologue: source === '' ? [] : [{ cell: 0, kind: 'parameters', source }],
    steps,
    metricsStep:
      sketch.metricsStep === undefined
        ? null
        : sketchStep(METRICS_STEP, steps.length + 1, sketch.metricsStep),
    volumes: [],
    snapshotVolumes: null,
    timeoutSeconds: null,
    securityContext: null,
    modules: []
  };
}

function sketchStep(name: string, cell: number, sketch: StepSketch): Step {
  const inputs: Input[] = Object.entries(sketch.takes ?? {}).map(([input, candidates]) => ({
    name: input,
    from: candidates.at(-1) as string,
    candidates: [...candidates]
  }));
  const outputs = [...(sketch.outputs ?? [])];
  return {
    name,
    cells: [cell],
    code: [{ cell, source: sketch.code }],
    after: (sketch.after ?? []).map(step => ({ step, declared: true, names: [] })),
    inputs,
    outputs,
    leaves: [...new Set([...outputs, ...(sketch.leaves ?? [])])],
    imports: [],
    parameters: [...(sketch.parameters ?? [])],
    modules: [],
    settings: { ...SETTINGS, ...sketch.settings },
    fingerprint: sketch.code
  };
}

/** Of up to 70 steps each with the numbers of up to 3 before it, which it depends on. */
export const anyParents: fc.Arbitrary<readonly (readonly number[])[]> = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 70 })
  .map(rows =>
    rows.map((picks, index) =>
      index === 0 ? [] : [...new Set(picks.map(pick => pick % index))].sort((a, b) => a - b)
    )
  );

/** Steps `s0`, `s1` and so on that depend on one another as the rows say. */
export function pipelineOf(rows: readonly (readonly number[])[]): Pipeline {
  const steps = rows.map((parents, index): [string, StepSketch] => [
    `s${index}`,
    { code: '', after: parents.map(each => `s${each}`) }
  ]);
  return sketchPipeline({ steps: Object.fromEntries(steps) });
}
