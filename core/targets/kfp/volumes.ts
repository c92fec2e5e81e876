import type { Pipeline, Volume } from '../../pipeline/model';
import { ownTask } from './identifiers';
import {
  compact,
  type ClaimName,
  type ParameterInput,
  type ParameterSpec,
  type PvcMount,
  type TaskParts
} from './spec';

/** The image by whose name KFP's backend knows a task that makes a claim; nothing of that name is ever pulled. */
const CREATE_CLAIM = 'argostub/createpvc';

/** The task that makes a volume's claim; an existing claim needs none. */
function claimTask({ name, type }: Volume): string | null {
  return type === 'pvc' ? null : ownTask('claim', name);
}

/** Names of the tasks after which all volumes are there. */
export function claimTasks(volumes: readonly Volume[]): string[] {
  return volumes.flatMap(volume => claimTask(volume) ?? []);
}

/** The mounts that every step has. */
export function claimMounts(volumes: readonly Volume[]): PvcMount[] {
  return volumes.map(volume =>
    compact({
      ...claimName(volume),
      mountPath: volume.mountPoint,
      subPath: volume.subPath ?? undefined
    })
  );
}

function claimName(volume: Volume): ClaimName {
  const task = claimTask(volume);
  if (task === null) {
    const { name: constant } = volume;
    return { constant, pvcNameParameter: { runtimeValue: { constant } } };
  }
  const taskOutputParameter = { outputParameterKey: 'name', producerTask: task };
  return { taskOutputParameter, pvcNameParameter: { taskOutputParameter } };
}

/** The tasks that make claims: new ones, clones of a claim or of a snapshot, and ones for a given volume. */
export function createClaims({ volumes }: Pipeline): TaskParts[] {
  return volumes.flatMap((volume): TaskParts[] => {
    const name = claimTask(volume);
    if (name === null) return [];
    const inputs = claimInputs(volume);
    return [
      {
        name,
        component: {
          inputDefinitions: {
            parameters: Object.fromEntries(
              Object.entries(inputs).map(([key, { type }]) => [key, { parameterType: type }])
            )
          },
          outputDefinitions: { parameters: { name: { parameterType: 'STRING' } } }
        },
        container: { image: CREATE_CLAIM },
        task: {
          // A claim from an earlier run may be gone.
          cachingOptions: {},
          inputs: {
            parameters: Object.fromEntries(
              Object.entries(inputs).map(([key, { constant }]): [string, ParameterInput] => [
                key,
                { runtimeValue: { constant } }
              ])
            )
          },
          taskInfo: { name }
        },
        config: {}
      }
    ];
  });
}

type ClaimInput = {
  readonly type: ParameterSpec['parameterType'];
  readonly constant: string | string[] | Record<string, string>;
};

function claimInputs(volume: Volume): Record<string, ClaimInput> {
  const { name, type, size, snapshotName, annotations, readOnly } = volume;
  const accessMode = volume.accessMode ?? (readOnly ? 'ReadOnlyMany' : 'ReadWriteOnce');
  // A class named "" is how Kubernetes is told to bind a given volume and make none.
  const storageClass = volume.storageClassName ?? (type === 'pv' ? '' : null);
  return {
    access_modes: { type: 'LIST', constant: [accessMode] },
    pvc_name_suffix: { type: 'STRING', constant: `-${name}` },
    size: { type: 'STRING', constant: size ?? '' },
    ...(storageClass !== null && {
      storage_class_name: { type: 'STRING', constant: storageClass }
    }),
    ...(type === 'pv' && { volume_name: { type: 'STRING', constant: name } }),
    ...(type === 'clone' && {
      data_source: { type: 'STRUCT', constant: origin(name, snapshotName) }
    }),
    ...(Object.keys(annotations).length > 0 && {
      annotations: { type: 'STRUCT', constant: { ...annotations } }
    })
  };
}

function origin(claim: string, snapshot: string | null): Record<string, string> {
  return snapshot === null
    ? { apiGroup: '', kind: 'PersistentVolumeClaim', name: claim }
    : { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: snapshot };
}

/**
 * The notebook's folder where a volume brings it to the cluster under the same path; else null. A new claim is empty.
 */
export function mountedFolder(volumes: readonly Volume[], folder: string | null): string | null {
  if (folder === null) return null;
  const isBelow = ({ type, mountPoint }: Volume): boolean => {
    const root = mountPoint.replace(/\/+$/, '');
    return type !== 'new_pvc' && (folder === root || folder.startsWith(`${root}/`));
  };
  return volumes.some(isBelow) ? folder : null;
}
