import { ExperimentSpec } from '@chard/core/experiment';
import type { Pipeline } from '@chard/core/pipeline';
import type { RunSnapshotUse } from '@chard/core/run';
import { interpreter } from '../../engines/local/testing/interpreter';
import { sketchPipeline } from '../../engines/local/testing/pipelines';
import type { ExperimentRequest } from '../experimentEngine';

/** A pipeline that prepares without `x` and trains with it; the metric is `loss`. */
export function tuned(code: { prepare?: string; train?: string } = {}): Pipeline {
  const pipeline = sketchPipeline({
    parameters: { x: 0 },
    steps: {
      prepare: { code: code.prepare ?? 'data = 1', outputs: ['data'] },
      train: {
        code: code.train ?? 'loss = (x - 3) ** 2',
        after: ['prepare'],
        takes: { data: ['prepare'] },
        outputs: ['loss'],
        parameters: ['x']
      }
    },
    metrics: [{ name: 'loss', expression: 'loss', cell: 3 }],
    metricsStep: { code: 'pass', after: ['train'], takes: { loss: ['train'] } }
  });
  // Where the 0 stands in "x = 0", so that another value can be put in its place.
  const literal = { cell: 0, start: 4, end: 5 };
  return { ...pipeline, parameters: pipeline.parameters.map(each => ({ ...each, literal })) };
}

export function experimentSpec(change: object = {}): ExperimentSpec {
  return ExperimentSpec.parse({
    name: 'first',
    parameters: [{ name: 'x', type: 'double', min: 0, max: 10 }],
    objective: { type: 'minimize', metric: 'loss' },
    algorithm: { name: 'random' },
    maxTrialCount: 4,
    parallelTrialCount: 2,
    maxFailedTrialCount: 1,
    ...change
  });
}

/** Values of `x`, a trial each. */
export const xs = (...values: number[]): { x: number }[] => values.map(x => ({ x }));

export interface RequestSketch {
  readonly pipeline?: Pipeline;
  /** What is other than in `experimentSpec()`. */
  readonly spec?: object;
  readonly snapshot?: RunSnapshotUse | null;
}

export function experimentRequest(
  notebook: string,
  { pipeline = tuned(), spec = {}, snapshot = null }: RequestSketch = {}
): ExperimentRequest {
  return {
    spec: experimentSpec(spec),
    fixed: {},
    pipeline,
    notebook: { path: notebook, bytes: Buffer.from('{}') },
    context: { interpreter: interpreter() },
    snapshot
  };
}
