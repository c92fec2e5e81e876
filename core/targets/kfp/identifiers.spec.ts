import * as fc from 'fast-check';
import { artifactKey, ownTask, taskName } from './identifiers';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const letters = fc.constantFrom('a', 'A', 'b', '-', '_', ' ', '1', 'é', 'e\u0301', '訓', 'Ω', 'ß');
const name = fc.string({ unit: letters, minLength: 1, maxLength: 90 });

test('what is a label already stays as it is', () => {
  for (const plain of ['load', 'train-2', '1st', 'a'.repeat(63)]) {
    expect(taskName(plain)).toBe(plain);
  }
});

test('what a label cannot say is shortened, with a hash of the whole name', () => {
  expect(taskName('Train model')).toBe('train-model-44d9b426d2');
  expect(taskName('訓練')).toMatch(/^step-[0-9a-f]{10}$/);
  expect(taskName('a'.repeat(64))).toHaveLength(63);
  expect(artifactKey('X', new Set())).toMatch(/^x_[0-9a-f]{10}$/);
  expect(artifactKey('größe', new Set())).toMatch(/^gro_e_[0-9a-f]{10}$/);
});

test('any name becomes a label, always the same', () => {
  fc.assert(
    fc.property(name, text => {
      expect(taskName(text)).toMatch(LABEL);
      expect(taskName(text).length).toBeLessThanOrEqual(63);
      expect(taskName(text)).toBe(taskName(text));
      expect(artifactKey(text, new Set())).toMatch(/^[a-z][_a-z0-9]{0,62}$/);
    })
  );
});

test('no two names meet: case, script, Unicode form and length count', () => {
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 50 }), names => {
      expect(new Set(names.map(taskName)).size).toBe(names.length);
      expect(new Set(names.map(each => ownTask('claim', each))).size).toBe(names.length);
      const keys = names.map(each => artifactKey(each, new Set(['state'])));
      expect(new Set(keys).size).toBe(names.length);
    })
  );
});

test('a name that looks like a shortened one, or like a task of our own, gets a hash as well', () => {
  const shortened = taskName('Train model');
  expect(taskName(shortened)).not.toBe(shortened);
  for (const own of ['chard-runner', 'chard-metrics', 'chard-']) {
    expect(taskName(own)).not.toMatch(/^chard-/);
    expect(taskName(own)).not.toBe(own);
  }
  expect(artifactKey('state', new Set(['state']))).not.toBe('state');
});
