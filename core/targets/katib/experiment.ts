import { algorithmInfo, seedOf } from '../../experiment/algorithms';
import {
  printKatibAlgorithm,
  printKatibObjective,
  printKatibParameter,
  type PrintedParameter
} from '../../experiment/katibForm';
import type { Algorithm, ExperimentSpec, Objective, ParameterSpec } from '../../experiment/model';
import type { JsonValue } from '../kfp';
import { parameterVariable } from './files';
import { choiceTokens, metricId } from './names';

/** Where a trial finds its files. */
const FOLDER = '/chard';
const CONTAINER = 'trial';
const TOKEN_FOLDER = '/var/run/secrets/kubeflow/pipelines';

/**
 * Katib puts its own redirection behind the command and runs all of it in one shell, which as the first process of the
 * container does not pass SIGTERM on by itself: hence the trap. Nothing here needs quoting by anybody.
 */
const COMMAND = [
  'sh',
  '-c',
  `run() { python3 -u ${FOLDER}/trial.py & P=$!; trap "kill -TERM $P; wait $P" TERM; wait $P; }; run`
];

export interface ExperimentParts {
  /** Katib's name of it. */
  readonly id: string;
  readonly spec: ExperimentSpec;
  /** The config map that holds the trial's files. */
  readonly files: string;
  readonly image: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The `Experiment` of Katib's v1beta1 API. */
export function experimentResource(parts: ExperimentParts): { [key: string]: JsonValue } {
  const { id, spec } = parts;
  return {
    apiVersion: 'kubeflow.org/v1beta1',
    kind: 'Experiment',
    metadata: {
      name: id,
      labels: { 'app.kubernetes.io/managed-by': 'chard' },
      annotations: { ...parts.annotations }
    },
    spec: {
      objective: json(printKatibObjective(objectiveWithIds(spec.objective))),
      algorithm: json(printKatibAlgorithm(algorithmWithSeed(spec))),
      ...(spec.earlyStopping === null
        ? {}
        : { earlyStopping: json(printKatibAlgorithm(spec.earlyStopping)) }),
      maxTrialCount: spec.maxTrialCount,
      parallelTrialCount: spec.parallelTrialCount,
      maxFailedTrialCount: spec.maxFailedTrialCount,
      resumePolicy: spec.resumePolicy,
      parameters: spec.parameters.map(parameter => json(printParameter(parameter))),
      metricsCollectorSpec: { collector: { kind: 'StdOut' } },
      trialTemplate: trialTemplate(parts)
    }
  };
}

/** Katib's defaults for strategies are those of the model; they are written out all the same where something is said. */
function objectiveWithIds(objective: Objective): Objective {
  return {
    ...objective,
    metric: metricId(objective.metric),
    additionalMetrics: objective.additionalMetrics.map(metricId),
    strategies: Object.fromEntries(
      Object.entries(objective.strategies).map(([name, strategy]) => [metricId(name), strategy])
    )
  };
}

function algorithmWithSeed(spec: ExperimentSpec): Algorithm {
  const seed = seedOf(spec);
  const takesSeed = algorithmInfo(spec.algorithm.name)?.settings.some(
    ({ name, engines }) => name === 'random_state' && engines.includes('katib')
  );
  if (seed === null || takesSeed !== true) return spec.algorithm;
  const settings = { ...spec.algorithm.settings, random_state: String(seed) };
  return { ...spec.algorithm, settings };
}

function printParameter(parameter: ParameterSpec): PrintedParameter {
  const printed = printKatibParameter(parameter);
  if (parameter.type !== 'categorical') return printed;
  return { ...printed, feasibleSpace: { list: [...choiceTokens(parameter.list).keys()] } };
}

/** Katib's names for what it says of a trial; no parameter of Python's can be called so. */
const TRIAL_NAME = 'trial-name';
const TRIAL_NAMESPACE = 'trial-namespace';

function trialTemplate({ spec, files, image }: ExperimentParts): { [key: string]: JsonValue } {
  const names = spec.parameters.map(({ name }) => name);
  return {
    primaryContainerName: CONTAINER,
    retain: true,
    successCondition: 'status.conditions.#(type=="Complete")#|#(status=="True")#',
    failureCondition: 'status.conditions.#(type=="Failed")#|#(status=="True")#',
    trialParameters: [
      { name: TRIAL_NAME, reference: '${trialSpec.Name}' },
      { name: TRIAL_NAMESPACE, reference: '${trialSpec.Namespace}' },
      ...names.map(name => ({ name, reference: name }))
    ],
    trialSpec: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      spec: {
        backoffLimit: 0,
        ...(spec.trialTimeoutSeconds === null
          ? {}
          : { activeDeadlineSeconds: Math.ceil(spec.trialTimeoutSeconds) }),
        template: {
          metadata: {
            annotations: { 'sidecar.istio.io/inject': 'false' },
            labels: { 'access-ml-pipeline': 'true', 'sidecar.istio.io/inject': 'false' }
          },
          spec: podSpec(names, files, image)
        }
      }
    }
  };
}

function podSpec(
  names: readonly string[],
  files: string,
  image: string
): { [key: string]: JsonValue } {
  const given = (name: string) => `\${trialParameters.${name}}`;
  return {
    restartPolicy: 'Never',
    serviceAccountName: 'default-editor',
    terminationGracePeriodSeconds: 60,
    containers: [
      {
        name: CONTAINER,
        image,
        command: COMMAND,
        env: [
          { name: 'CHARD_TRIAL', value: given(TRIAL_NAME) },
          { name: 'CHARD_NAMESPACE', value: given(TRIAL_NAMESPACE) },
          { name: 'KFP_ENDPOINT', value: 'http://ml-pipeline.kubeflow.svc:8888' },
          { name: 'KF_PIPELINES_SA_TOKEN_PATH', value: `${TOKEN_FOLDER}/token` },
          ...names.map((name, index) => ({ name: parameterVariable(index), value: given(name) }))
        ],
        resources: {
          requests: { cpu: '50m', memory: '64Mi' },
          limits: { cpu: '500m', memory: '256Mi' }
        },
        volumeMounts: [
          { name: 'files', mountPath: FOLDER, readOnly: true },
          { name: 'pipeline-token', mountPath: TOKEN_FOLDER, readOnly: true }
        ]
      }
    ],
    volumes: [
      { name: 'files', configMap: { name: files } },
      {
        name: 'pipeline-token',
        projected: {
          sources: [
            {
              serviceAccountToken: {
                audience: 'pipelines.kubeflow.org',
                expirationSeconds: 7200,
                path: 'token'
              }
            }
          ]
        }
      }
    ]
  };
}

/** What has optional fields, as JSON. */
function json(value: object): { [key: string]: JsonValue } {
  return value as { [key: string]: JsonValue };
}
