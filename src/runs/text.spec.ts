import { nullTranslator } from '@jupyterlab/translation';
import { preparingInWords } from './text';

test.each([
  [['numpy'], 'Preparing: importing numpy'],
  [['numpy', 'sklearn.datasets', 'sklearn.svm'], 'Preparing: importing numpy, sklearn'],
  [['a', 'b', 'c', 'd', 'e'], 'Preparing: importing a, b, c and 2 more']
])('%j', (modules, words) => {
  expect(preparingInWords(modules, nullTranslator.load('chard'))).toBe(words);
});
