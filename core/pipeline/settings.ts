import { diagnostic, type Diagnostic } from '../diagnostics';
import type { EffectiveStepSettings, PipelineSettings, VolumeSettings } from '../notebook';
import { SecurityContext, type StepSettings, type Volume } from './model';

/** A step's settings as engines need them. */
export function stepSettings(settings: EffectiveStepSettings): StepSettings {
  const { image, limits, requests, retries, timeoutSeconds, cache } = settings;
  const { environment, secrets, labels, annotations, nodeSelector, tolerations } = settings;
  return {
    image,
    limits: { ...limits },
    requests: { ...requests },
    retries: retries ? { ...retries } : null,
    timeoutSeconds,
    cache,
    environment: { ...environment },
    secrets: secrets.map(secret => ({ ...secret })),
    labels: { ...labels },
    annotations: { ...annotations },
    nodeSelector: { ...nodeSelector },
    tolerations: tolerations.map(toleration => ({ ...toleration }))
  };
}

export function pipelineVolume(volume: VolumeSettings): Volume {
  return { ...volume, annotations: { ...volume.annotations } };
}

/** Each field with the keys that say it: Kubernetes' and Kale's. */
const SECURITY_FIELDS: Readonly<Record<keyof SecurityContext, readonly string[]>> = {
  runAsUser: ['runAsUser', 'run_as_user'],
  runAsGroup: ['runAsGroup', 'run_as_group'],
  runAsNonRoot: ['runAsNonRoot', 'run_as_non_root']
};

/** The user that steps run as. A field that no engine can set, or of a wrong kind, is reported and left out. */
export function securityContext({ securityContext: said }: PipelineSettings): {
  context: SecurityContext | null;
  diagnostics: Diagnostic[];
} {
  if (said === null) return { context: null, diagnostics: [] };
  const context: SecurityContext = { runAsUser: null, runAsGroup: null, runAsNonRoot: null };
  const diagnostics: Diagnostic[] = [];
  for (const [key, value] of Object.entries(said)) {
    const field = (Object.keys(SECURITY_FIELDS) as (keyof SecurityContext)[]).find(each =>
      SECURITY_FIELDS[each].includes(key)
    );
    const read = field && SecurityContext.shape[field].safeParse(value);
    if (field && read?.success) Object.assign(context, { [field]: read.data });
    else diagnostics.push(uselessSecurityField(key));
  }
  return { context, diagnostics };
}

function uselessSecurityField(key: string): Diagnostic {
  return diagnostic(
    'warning',
    'unsupported-security-field',
    `The field "${key}" of the security context cannot be used: it takes runAsUser and runAsGroup (whole numbers) and ` +
      'runAsNonRoot (true or false). It is left out.'
  );
}
