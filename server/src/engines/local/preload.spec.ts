import { modulesToPreload } from './preload';
import { sketchPipeline } from './testing/pipelines';

it('names the modules that imports at the margin name, local ones left out', () => {
  const source = [
    'import numpy as np, pandas as pd  # tables',
    'import sklearn.svm; import json',
    'from matplotlib import pyplot as plt',
    'from .sibling import x',
    'from utils import helper',
    'import utils.more',
    'if later: import lazily',
    '    import indented',
    '%matplotlib inline',
    'importlib = 3'
  ].join('\n');
  const pipeline = sketchPipeline({ steps: { a: { code: 'import torch\nx = 1' } } });
  expect(
    modulesToPreload({
      ...pipeline,
      prologue: [
        { cell: 0, kind: 'imports', source },
        { cell: 1, kind: 'functions', source: 'import unlikely' }
      ],
      modules: [{ path: 'utils.py', name: 'utils', digest: '' }]
    })
  ).toEqual(['json', 'matplotlib', 'numpy', 'pandas', 'sklearn.svm', 'torch']);
});
