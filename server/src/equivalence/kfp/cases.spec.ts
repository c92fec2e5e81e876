import { caseNotebook, readCases } from '../../../../core/testing/dataflow/caseFile';
import { compile } from './compiler';
import { Engines } from './engines';

let engines: Engines;
beforeAll(async () => {
  engines = await Engines.open();
});
afterAll(() => engines.close());

jest.setTimeout(300_000);

/** What these print (times, paths, a script's own text) differs from run to run. */
const UNPREDICTABLE = new Set(['time-line', 'help-line', 'unknown-code']);

/**
 * Here IPython itself would make the difference: it leaves a cell's last value as `_`, and compiles each statement by
 * itself, so that no two functions of a cell share the tuple of their constants, which digests see.
 */
const OF_IPYTHON = new Set([
  'mutable-default-changed',
  'reached-dict-of-functions',
  'reached-default-arg-dict'
]);

/**
 * The runner lies in the image, as the wheel brings it, and most images have no IPython: the other tests of this folder
 * let the runner travel into images that have.
 */
test.each(readCases().map(each => [each.name, each] as const))(
  '%s comes to the same as locally',
  async (name, flowCase) => {
    const { pipeline, errors } = engines.pipelines.build(caseNotebook(flowCase));
    if (pipeline === null || errors.length > 0) {
      expect(flowCase.finds).toEqual(expect.arrayContaining(errors));
      return;
    }
    const { text, diagnostics } = compile(pipeline, engines.pipelines.analyser);
    if (text === null) {
      expect(diagnostics.map(({ code }) => code)).toContain('parameter-without-kfp-type');
      return;
    }
    const directory = engines.pipelines.folder;
    const image = flowCase.ipython || OF_IPYTHON.has(name) ? 'packages' : 'bare';
    const { local, kfp: found } = await engines.both(
      pipeline,
      { directory, image },
      { runner: 'image' }
    );
    if (UNPREDICTABLE.has(name)) {
      expect(found.error).toEqual(local.error);
    } else {
      expect(found).toEqual(local);
    }
  }
);
