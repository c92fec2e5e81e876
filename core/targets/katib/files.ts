import { gzipSync } from 'fflate';
import { utf8ToBytes } from '@noble/hashes/utils';
import { metricsOf, type ExperimentSpec } from '../../experiment/model';
import type { Pipeline } from '../../pipeline/model';
import { parameterType, type Compiled, type JsonValue } from '../kfp';
import { choiceTokens, metricId } from './names';

/** What a trial finds beside its script; `runner/chard_katib/trial.py` reads it. */
export interface TrialPlan {
  /** Of Kubeflow Pipelines' experiments, which are lists of runs: the one that the trials' runs belong to. */
  readonly runsIn: string;
  /** By parameter: the environment variable that holds this trial's value, and how to read it. */
  readonly parameters: Record<
    string,
    { variable: string; type: string; choices: Record<string, JsonValue> | null }
  >;
  /** Katib's name of each metric that trials report. */
  readonly metrics: Record<string, string>;
  /** Whether metrics are printed while the run goes on, as early stopping needs it. */
  readonly followMetrics: boolean;
}

export function trialPlan(spec: ExperimentSpec, pipeline: Pipeline): TrialPlan {
  const types = new Map(pipeline.parameters.map(each => [each.name, parameterType(each)]));
  return {
    runsIn: pipeline.experiment ?? spec.name,
    parameters: Object.fromEntries(
      spec.parameters.map((parameter, index) => [
        parameter.name,
        {
          variable: parameterVariable(index),
          type: types.get(parameter.name)!,
          choices:
            parameter.type === 'categorical'
              ? Object.fromEntries(choiceTokens(parameter.list))
              : null
        }
      ])
    ),
    metrics: Object.fromEntries(metricsOf(spec.objective).map(name => [name, metricId(name)])),
    followMetrics: spec.earlyStopping !== null
  };
}

/** Names of parameters may have any letters, those of environment variables not. */
export function parameterVariable(index: number): string {
  return `CHARD_PARAMETER_${index + 1}`;
}

/** The pipeline as a run's request holds it, compressed: the same bytes for the same pipeline. */
export function packPipeline({ pipeline, platform }: Compiled): Uint8Array {
  const spec = {
    pipeline_spec: pipeline,
    ...(platform === null ? {} : { platform_spec: platform })
  };
  return gzipSync(utf8ToBytes(JSON.stringify(spec)), { level: 9, mtime: 0 });
}
