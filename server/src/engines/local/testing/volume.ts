import type { Volume } from '@chard/core/pipeline';

/** A volume that is part of snapshots and may be written to, but for what a test says of it. */
export function sketchVolume(said: Partial<Volume>): Volume {
  return {
    name: 'data',
    type: 'pvc',
    mountPoint: '/not/here',
    size: null,
    storageClassName: null,
    accessMode: null,
    snapshot: true,
    snapshotName: null,
    readOnly: false,
    subPath: null,
    annotations: {},
    folder: null,
    ...said
  };
}
