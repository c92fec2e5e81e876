import { newVolume } from '@chard/core/notebook';
import type { Volume } from '@chard/core/pipeline';

/** A volume that is part of snapshots and may be written to, but for what a test says of it. */
export function sketchVolume(said: Partial<Volume>): Volume {
  return { ...newVolume([]), name: 'data', mountPoint: '/not/here', ...said };
}
