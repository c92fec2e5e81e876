import * as fc from 'fast-check';
import { caseNotebook } from '../../../../core/testing/dataflow/caseFile';
import { generatedNotebook } from '../../../../core/testing/dataflow/generate';
import { Pipelines } from '../pipelines';
import { kfpResult, localResult } from './compare';
import { compile } from './compiler';
import { KfpPackage } from './kfpPackage';

const seed = Number(process.env['FC_SEED'] ?? 20_260_501);
const numRuns = Number(process.env['FC_RUNS'] ?? 3);

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

jest.setTimeout(1_200_000);

test.each([
  ['chains', { chain: true }],
  ['graphs', { minimum: 2, maximum: 5, chain: false }]
])('generated %s come to the same as locally, joins that fail among them', async (_, shape) => {
  for (const notebook of fc.sample(generatedNotebook(shape), { numRuns, seed })) {
    const { pipeline, errors } = pipelines.build(caseNotebook(notebook));
    if (pipeline === null || errors.length > 0) continue;
    const { text } = compile(pipeline, pipelines.analyser);
    const state = await pipelines.run(pipeline, { cache: false });
    const local = localResult(state, pipelines.prints(state));
    const found = kfpResult(pipeline, await kfp.run(text!));
    // Locally independent steps go on when one fails; kfp.local stops at the first.
    const expected = local.error === null ? local : withOnly(local, Object.keys(found.values));
    expect(found).toEqual(expected);
  }
});

function withOnly(result: ReturnType<typeof localResult>, steps: readonly string[]) {
  const of = <Value>(record: Readonly<Record<string, Value>>) =>
    Object.fromEntries(steps.map(step => [step, record[step]]));
  return { ...result, values: of(result.values), prints: of(result.prints) };
}
