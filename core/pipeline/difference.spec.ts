import { CaseBuilder } from '../testing/dataflow/builder';
import { comparePipelines, isDifferent, type PipelineDifference } from '.';

const builder = new CaseBuilder();

const NOTEBOOK = `-- @parameters
rate = 2
-- load
x = rate
-- train after load
model = x + 1
-- @metrics
print("model", model)
`;

const NOTHING: PipelineDifference = { changed: [], added: [], removed: [], parameters: [] };

function difference(text: string): PipelineDifference {
  return comparePipelines(builder.pipeline(NOTEBOOK), builder.pipeline(text));
}

test('a comment and white space are none', () => {
  const found = difference(NOTEBOOK.replace('x = rate', '# where from\nx  =  rate'));
  expect(found).toEqual(NOTHING);
  expect(isDifferent(found)).toBe(false);
});

test.each<[string, string, string, Partial<PipelineDifference>]>([
  ['code', 'x + 1', 'x + 2', { changed: ['train'] }],
  ['the metrics', '"model"', '"score"', { changed: ['@metrics'] }],
  [
    'a step more',
    '-- @metrics',
    '-- show after train\nprint(model)\n-- @metrics',
    { added: ['show'] }
  ],
  [
    'another name',
    '-- train after load',
    '-- fit after load',
    { changed: ['@metrics'], added: ['fit'], removed: ['train'] }
  ],
  ['a default', 'rate = 2', 'rate = 3', { parameters: ['rate'] }]
])('%s', (_, from, to, expected) => {
  const found = difference(NOTEBOOK.replace(from, to));
  expect(found).toEqual({ ...NOTHING, ...expected });
  expect(isDifferent(found)).toBe(true);
});
