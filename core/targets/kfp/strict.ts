import {
  createFileRegistry,
  fromBinary,
  fromJson,
  type FileRegistry,
  type JsonValue as ProtobufJson
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { PipelineSpec, PlatformSpec } from './spec';

/**
 * Checks what was compiled against KFP's own protobuf messages, field by field: unknown fields and wrong types are
 * faults. The parts that KFP keeps as free-form JSON (the deployment spec and the executors' settings) are read as the
 * messages that its backend reads them as.
 */
export class StrictCheck {
  private readonly registry: FileRegistry;

  /** @param descriptors KFP's file descriptor set (see descriptors/README.md). */
  constructor(descriptors: Uint8Array) {
    this.registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors));
  }

  /** @throws Error a message says otherwise; the compiler is at fault then, not the notebook. */
  check(pipeline: PipelineSpec, platform: PlatformSpec | null): void {
    this.read('ml_pipelines.PipelineSpec', pipeline);
    this.read('ml_pipelines.PipelineDeploymentConfig', pipeline.deploymentSpec);
    if (platform === null) return;
    this.read('ml_pipelines.PlatformSpec', platform);
    for (const config of Object.values(platform.platforms.kubernetes.deploymentSpec.executors)) {
      this.read('kfp_kubernetes.KubernetesExecutorConfig', config);
    }
  }

  private read(name: string, json: object): void {
    const message = this.registry.getMessage(name);
    if (message === undefined) throw new Error(`the descriptors lack ${name}`);
    try {
      fromJson(message, json as ProtobufJson, { ignoreUnknownFields: false });
    } catch (error) {
      throw new Error(`what was compiled is no ${name}: ${(error as Error).message}`, {
        cause: error
      });
    }
  }
}
