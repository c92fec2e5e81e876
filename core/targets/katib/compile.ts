import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import { diagnostic, type Diagnostic } from '../../diagnostics';
import type { ExperimentSpec } from '../../experiment/model';
import type { Pipeline } from '../../pipeline/model';
import { base64, DEFAULT_IMAGE, printYaml, type Compiled, type JsonValue } from '../kfp';
import { experimentResource } from './experiment';
import { packPipeline, trialPlan } from './files';
import { experimentId } from './names';

/** What a config map can hold. */
const MAX_FILES_BYTES = 1024 * 1024;

export interface KatibInput {
  /** In which `checkExperiment` finds no error for Katib. */
  readonly spec: ExperimentSpec;
  readonly pipeline: Pipeline;
  /** The pipeline as `compileToKfp` gives it, with fresh reports. */
  readonly compiled: Compiled;
  /** Text of `runner/chard_katib/trial.py`. */
  readonly trialScript: string;
  /** The notebook's file name. */
  readonly notebook: string;
  /** Of steps that name none; trials, which need Python 3.9 or newer and nothing else, run in the same. */
  readonly image: string | null;
  /** Chard's own version, for the record. */
  readonly version: string;
}

export interface KatibResult {
  /** The `ConfigMap` with the trials' files and the `Experiment`, as one YAML file; null where there is an error. */
  readonly text: string | null;
  readonly diagnostics: Diagnostic[];
}

/**
 * Writes an experiment for Katib: each trial is a job that runs the compiled pipeline on Kubeflow Pipelines. Pure: the
 * same input gives the same bytes.
 */
export function compileToKatib(input: KatibInput): KatibResult {
  const { spec, pipeline } = input;
  const id = experimentId(spec.name);
  const texts = {
    'experiment.json': `${JSON.stringify(trialPlan(spec, pipeline), null, 2)}\n`,
    'trial.py': input.trialScript
  };
  const packed = packPipeline(input.compiled);
  const size = Object.values(texts).reduce(
    (sum, text) => sum + utf8ToBytes(text).length,
    packed.length
  );
  if (size > MAX_FILES_BYTES) return { text: null, diagnostics: [tooLarge(size)] };
  const pipelineText = base64(packed);
  const digest = bytesToHex(sha256(utf8ToBytes(JSON.stringify([texts, pipelineText])))).slice(
    0,
    10
  );
  // A name of its own for other content: trials of an experiment that runs keep what they began with.
  const files = `${id}-${digest}`;
  const configMap: JsonValue = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: files, labels: { 'app.kubernetes.io/managed-by': 'chard' } },
    immutable: true,
    data: texts,
    binaryData: { 'pipeline.json.gz': pipelineText }
  };
  const experiment = experimentResource({
    id,
    spec,
    files,
    image: imageOf(pipeline, input.image),
    annotations: {
      'chard/experiment': spec.name,
      'chard/notebook': input.notebook,
      'chard/version': input.version
    }
  });
  return {
    text: `${[configMap, experiment].map(printYaml).join('\n---\n')}\n`,
    diagnostics: []
  };
}

function imageOf({ steps }: Pipeline, image: string | null): string {
  return steps[0]?.settings.image ?? image ?? DEFAULT_IMAGE;
}

function tooLarge(size: number): Diagnostic {
  const kibibytes = (bytes: number) => `${Math.ceil(bytes / 1024)} KiB`;
  return diagnostic(
    'error',
    'pipeline-too-large',
    `The pipeline's description for the trials has ${kibibytes(size)} compressed; a config map holds ${kibibytes(MAX_FILES_BYTES)}. Move ` +
      'data out of the cells into files on a volume or in a bucket.'
  );
}
