import { samplePipelines } from '../sample';
import type { Result } from './compare';
import { Engines } from './engines';

let engines: Engines;
beforeAll(async () => {
  engines = await Engines.open();
});
afterAll(() => engines.close());

jest.setTimeout(1_200_000);

test.each([
  ['chains', {}],
  ['graphs', { minimum: 2, maximum: 5, chain: false }]
])('generated %s come to the same as locally, joins that fail among them', async (_, shape) => {
  const found = samplePipelines(engines.pipelines, shape);
  expect(found).not.toEqual([]);
  for (const pipeline of found) {
    const { local, kfp } = await engines.both(pipeline);
    // Locally independent steps go on when one fails; kfp.local stops at the first.
    const expected = local.error === null ? local : withOnly(local, Object.keys(kfp.values));
    expect(kfp).toEqual(expected);
  }
});

function withOnly(result: Result, steps: readonly string[]) {
  const of = <Value>(record: Readonly<Record<string, Value>>) =>
    Object.fromEntries(steps.map(step => [step, record[step]]));
  return { ...result, values: of(result.values), prints: of(result.prints) };
}
