import { caseNotebook, readCases } from '../../../../core/testing/dataflow/caseFile';
import { Pipelines } from '../pipelines';
import { compile } from './compiler';
import { kfpResult, localResult } from './compare';
import { KfpPackage } from './kfpPackage';

let pipelines: Pipelines;
let kfp: KfpPackage;
beforeAll(async () => {
  pipelines = await Pipelines.open();
  kfp = new KfpPackage();
});
afterAll(async () => {
  kfp.close();
  await pipelines.close();
});

jest.setTimeout(300_000);

/** What these print (times, paths, a script's own text) differs from run to run. */
const UNPREDICTABLE = new Set(['time-line', 'help-line', 'unknown-code']);

/**
 * A container's process for each step and both engines: all cases take half an hour. By default every eighth is executed;
 * `KFP_EVERY=1` executes all.
 */
const every = Number(process.env['KFP_EVERY'] ?? 8);
const chosen = readCases().filter((_, index) => index % every === 0);

test.each(chosen.map(each => [each.name, each] as const))(
  '%s comes to the same as locally',
  async (name, flowCase) => {
    const { pipeline, errors } = pipelines.build(caseNotebook(flowCase));
    if (pipeline === null || errors.length > 0) {
      expect(flowCase.finds).toEqual(expect.arrayContaining(errors));
      return;
    }
    const { text, diagnostics } = compile(pipeline, pipelines.analyser);
    if (text === null) {
      expect(diagnostics.map(({ code }) => code)).toContain('parameter-without-kfp-type');
      return;
    }
    const state = await pipelines.run(pipeline, { cache: false });
    const local = localResult(state, pipelines.prints(state));
    const run = await kfp.run(text, { directory: pipelines.folder });
    const found = kfpResult(pipeline, run);
    if (UNPREDICTABLE.has(name)) {
      expect(found.error).toEqual(local.error);
    } else {
      expect(found).toEqual(local);
    }
  }
);
