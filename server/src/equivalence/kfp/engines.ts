import type { Pipeline } from '@chard/core/pipeline';
import type { CompileInput } from '@chard/core/targets/kfp';
import { Pipelines } from '../pipelines';
import { kfpResult, localResult, type Result } from './compare';
import { compile } from './compiler';
import { KfpPackage, type RunSettings } from './kfpPackage';

/** Both sides of the comparison: the local engine, and the real `kfp` package with what is compiled for it. */
export class Engines {
  readonly kfp = new KfpPackage();

  private constructor(readonly pipelines: Pipelines) {}

  static async open(): Promise<Engines> {
    return new Engines(await Pipelines.open());
  }

  /** @throws Error the pipeline cannot be compiled. */
  compiled(pipeline: Pipeline, options: Partial<CompileInput> = {}): string {
    const { text, diagnostics } = compile(pipeline, this.pipelines.analyser, options);
    if (text === null) throw new Error(JSON.stringify(diagnostics));
    return text;
  }

  async local(pipeline: Pipeline): Promise<Result> {
    const state = await this.pipelines.run(pipeline, { cache: false });
    return localResult(state, this.pipelines.prints(state));
  }

  /** What both come to. */
  async both(
    pipeline: Pipeline,
    settings: RunSettings = {},
    options: Partial<CompileInput> = {}
  ): Promise<{ local: Result; kfp: Result }> {
    const text = this.compiled(pipeline, options);
    const local = await this.local(pipeline);
    return { local, kfp: kfpResult(pipeline, await this.kfp.run(text, settings)) };
  }

  async close(): Promise<void> {
    this.kfp.close();
    await this.pipelines.close();
  }
}
