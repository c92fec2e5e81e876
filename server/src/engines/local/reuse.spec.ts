import type { ReuseParts } from '../../stores';
import { compareParts } from './reuse';

const parts: ReuseParts = {
  code: 'c',
  modules: { 'utils.py': '1' },
  inputs: { df: '1', x: '1' },
  parameters: { lr: 0.1 },
  environment: 'e',
  variables: 'v',
  workspace: 'w'
};

it.each<[string, Partial<ReuseParts>, string[]]>([
  ['nothing', {}, []],
  ['its code', { code: 'other' }, ['its code changed']],
  ['a module', { modules: { 'utils.py': '2' } }, ['module utils.py changed']],
  ['an input', { inputs: { df: '2', x: '1' } }, ['input df changed']],
  ['a new input', { inputs: { df: '1', x: '1', y: '1' } }, ['input y is new']],
  ['an input left out', { inputs: { df: '1' } }, ['input x is not taken any more']],
  ['a parameter', { parameters: { lr: 0.2 } }, ['parameter lr changed 0.1 -> 0.2']],
  ['a parameter more', { parameters: { lr: 0.1, n: 1 } }, ['parameter n changed nothing -> 1']],
  ['the environment', { environment: 'f' }, ['the Python environment changed']],
  ['its variables', { variables: '' }, ['its environment variables changed']],
  ['files', { workspace: 'other' }, []]
])('says in words that %s changed', (_, change, expected) => {
  expect(compareParts(parts, { ...parts, ...change })).toEqual(expected);
});

it('does not mind the order of keys, and shortens long values', () => {
  const nested = (value: unknown): ReuseParts => ({ ...parts, parameters: { grid: value } });
  expect(compareParts(nested({ a: 1, b: 2 }), nested({ b: 2, a: 1 }))).toEqual([]);
  const [reason = ''] = compareParts(nested('x'.repeat(500)), nested(1));
  expect(reason.length).toBeLessThan(120);
  expect(reason).toMatch(/^parameter grid changed "x+\.\.\. -> 1$/);
});
