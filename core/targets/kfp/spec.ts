/** The part of KFP's PipelineSpec and KubernetesExecutorConfig that Chard writes, as JSON. */

export type ParameterType =
  'NUMBER_INTEGER' | 'NUMBER_DOUBLE' | 'STRING' | 'BOOLEAN' | 'LIST' | 'STRUCT';

export type JsonValue =
  null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export interface ArtifactSpec {
  artifactType: { schemaTitle: string; schemaVersion: string };
}

export interface ParameterSpec {
  parameterType: ParameterType;
  defaultValue?: JsonValue;
  isOptional?: boolean;
  description?: string;
}

export interface Definitions {
  artifacts?: Record<string, ArtifactSpec>;
  parameters?: Record<string, ParameterSpec>;
}

export interface ContainerComponent {
  executorLabel: string;
  inputDefinitions?: Definitions;
  outputDefinitions?: Definitions;
}

export type ParameterInput =
  | { componentInputParameter: string }
  | { runtimeValue: { constant: JsonValue } }
  | { taskOutputParameter: { outputParameterKey: string; producerTask: string } };

export interface TaskInputs {
  artifacts?: Record<
    string,
    { taskOutputArtifact: { outputArtifactKey: string; producerTask: string } }
  >;
  parameters?: Record<string, ParameterInput>;
}

export interface Task {
  cachingOptions: { enableCache?: true };
  componentRef: { name: string };
  dependentTasks?: string[];
  inputs?: TaskInputs;
  retryPolicy?: {
    backoffDuration: string;
    backoffFactor: number;
    backoffMaxDuration: string;
    maxRetryCount: number;
  };
  taskInfo: { name: string };
}

export interface Resources {
  accelerator?: { count: string; resourceCount: string; resourceType: string; type: string };
  cpuLimit?: number;
  cpuRequest?: number;
  memoryLimit?: number;
  memoryRequest?: number;
  resourceCpuLimit?: string;
  resourceCpuRequest?: string;
  resourceMemoryLimit?: string;
  resourceMemoryRequest?: string;
}

export interface Container {
  image: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value: string }[];
  resources?: Resources;
}

export interface PipelineSpec {
  components: Record<string, ContainerComponent>;
  deploymentSpec: { executors: Record<string, { container: Container }> };
  pipelineInfo: { name: string; displayName?: string; description?: string };
  root: {
    dag: { tasks: Record<string, Task> };
    inputDefinitions?: { parameters: Record<string, ParameterSpec> };
  };
  schemaVersion: string;
  sdkVersion: string;
}

export type ClaimName =
  | { constant: string; pvcNameParameter: { runtimeValue: { constant: string } } }
  | {
      taskOutputParameter: { outputParameterKey: string; producerTask: string };
      pvcNameParameter: {
        taskOutputParameter: { outputParameterKey: string; producerTask: string };
      };
    };

export type PvcMount = ClaimName & { mountPath: string; subPath?: string };

export interface ExecutorConfig {
  activeDeadlineSeconds?: string;
  nodeSelector?: { labels: Record<string, string> };
  podMetadata?: { annotations?: Record<string, string>; labels?: Record<string, string> };
  pvcMount?: PvcMount[];
  secretAsEnv?: {
    keyToEnv: { envVar: string; secretKey: string }[];
    optional: boolean;
    secretName: string;
    secretNameParameter: { runtimeValue: { constant: string } };
  }[];
  securityContext?: { runAsUser?: string; runAsGroup?: string; runAsNonRoot?: boolean };
  tolerations?: {
    key?: string;
    operator: string;
    value?: string;
    effect?: string;
    tolerationSeconds?: string;
  }[];
}

export interface PlatformSpec {
  platforms: {
    kubernetes: {
      deploymentSpec: { executors: Record<string, ExecutorConfig> };
      pipelineConfig?: { activeDeadlineSeconds: number };
    };
  };
}

/** One task with all that it needs: what goes into the components, the executors, the DAG and the platform spec. */
export interface TaskParts {
  readonly name: string;
  readonly component: Omit<ContainerComponent, 'executorLabel'>;
  readonly container: Container;
  readonly task: Omit<Task, 'componentRef'>;
  readonly config: ExecutorConfig;
}

/** Without the fields whose value is undefined or an empty list or object. */
export function compact<T extends object>(fields: T): T {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== undefined &&
        !(typeof value === 'object' && value !== null && Object.keys(value as object).length === 0)
    )
  ) as T;
}
