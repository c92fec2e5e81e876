import type { Pipeline, SecretReference, StepSettings } from '../../pipeline/model';
import { compact, type ExecutorConfig } from './spec';
import { claimMounts } from './volumes';

/**
 * Seconds that a pod may live beyond its step's time limit: the runner keeps the limit itself and says at which line it
 * stopped, and the pod also pulls its image and moves its artifacts.
 */
const DEADLINE_MARGIN_SECONDS = 60;

/** What KFP's Kubernetes platform is told of a step's pod. */
export function executorConfig(pipeline: Pipeline, settings: StepSettings): ExecutorConfig {
  const { annotations, labels, nodeSelector, timeoutSeconds } = settings;
  return compact<ExecutorConfig>({
    activeDeadlineSeconds:
      timeoutSeconds === null
        ? undefined
        : String(Math.ceil(timeoutSeconds) + DEADLINE_MARGIN_SECONDS),
    nodeSelector:
      Object.keys(nodeSelector).length > 0 ? { labels: { ...nodeSelector } } : undefined,
    podMetadata: compact({ annotations: { ...annotations }, labels: { ...labels } }),
    pvcMount: claimMounts(pipeline.volumes),
    secretAsEnv: secretsAsEnv(settings.secrets),
    securityContext: securityContext(pipeline),
    tolerations: settings.tolerations.map(({ key, operator, value, effect, seconds }) =>
      compact({
        key: key || undefined,
        operator,
        value: value || undefined,
        effect: effect || undefined,
        tolerationSeconds: seconds === null ? undefined : String(seconds)
      })
    )
  });
}

/** One entry a secret, with all of its keys. */
function secretsAsEnv(secrets: readonly SecretReference[]): ExecutorConfig['secretAsEnv'] {
  const names = [...new Set(secrets.map(({ secret }) => secret))];
  return names.map(secretName => ({
    keyToEnv: secrets
      .filter(({ secret }) => secret === secretName)
      .map(({ key, env }) => ({ envVar: env, secretKey: key })),
    optional: false,
    secretName,
    secretNameParameter: { runtimeValue: { constant: secretName } }
  }));
}

function securityContext({ securityContext: said }: Pipeline): ExecutorConfig['securityContext'] {
  if (said === null) return undefined;
  const { runAsUser, runAsGroup, runAsNonRoot } = said;
  return compact({
    runAsUser: runAsUser === null ? undefined : String(runAsUser),
    runAsGroup: runAsGroup === null ? undefined : String(runAsGroup),
    runAsNonRoot: runAsNonRoot ?? undefined
  });
}
