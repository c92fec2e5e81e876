import { freeName } from './freeName';

test.each([
  ['digits.yaml', [], 'digits.yaml'],
  ['digits.yaml', ['digits.yaml'], 'digits-1.yaml'],
  ['digits.yaml', ['digits.yaml', 'digits-1.yaml'], 'digits-2.yaml'],
  ['digits.pipeline.json', ['digits.pipeline.json'], 'digits-1.pipeline.json'],
  ['.hidden', ['.hidden'], '.hidden-1'],
  ['digits', ['digits'], 'digits-1']
])('%s beside %j is called %s', (name, taken, free) => {
  expect(freeName(name, new Set(taken))).toBe(free);
});
