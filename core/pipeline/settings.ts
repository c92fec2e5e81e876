import type { EffectiveStepSettings, VolumeSettings } from '../notebook';
import type { StepSettings, Volume } from './model';

/** A step's settings as engines need them. */
export function stepSettings(settings: EffectiveStepSettings): StepSettings {
  const { image, limits, requests, retries, timeoutSeconds, cache } = settings;
  const { environment, secrets, labels, annotations } = settings;
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
    annotations: { ...annotations }
  };
}

export function pipelineVolume(volume: VolumeSettings): Volume {
  return { ...volume, annotations: { ...volume.annotations } };
}
