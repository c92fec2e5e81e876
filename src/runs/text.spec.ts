import { nullTranslator } from '@jupyterlab/translation';
import { parameterText, preparingInWords } from './text';

test.each([
  [['numpy'], 'Preparing: importing numpy'],
  [['numpy', 'sklearn.datasets', 'sklearn.svm'], 'Preparing: importing numpy, sklearn'],
  [['a', 'b', 'c', 'd', 'e'], 'Preparing: importing a, b, c and 2 more']
])('%j', (modules, words) => {
  expect(preparingInWords(modules, nullTranslator.load('chard'))).toBe(words);
});

test.each([
  [0.0004188672613501931, '0.0004189'],
  [20261127, '20261127'],
  [-3, '-3'],
  [1e300, '1e+300'],
  [true, 'true'],
  ['adam', '"adam"'],
  [[1, 2], '[1,2]']
])('a parameter of %j is read as %s', (value, text) => {
  expect(parameterText(value)).toBe(text);
});
