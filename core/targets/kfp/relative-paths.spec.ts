import { KfpCases } from '../../testing/kfp/compile';

const cases = new KfpCases();

const paths = (cells: string, options: Parameters<KfpCases['compile']>[1] = {}) =>
  cases.compile(cells, options).diagnostics.map(({ severity, code, cell, line, column, step }) => ({
    severity,
    code,
    cell,
    line,
    column,
    step
  }));

test.each([
  ['import pandas as pd\nt = pd.read_csv("data/wine.csv")', 2, 16],
  ['t = open("wine.csv").read()', 1, 9],
  ['t = open("wine.csv", "rb")', 1, 9],
  ['from pathlib import Path\nt = Path("wine.csv").read_text()', 2, 9],
  ['from pathlib import Path\nt = Path("wine.csv").open()', 2, 9],
  ['import numpy as np\nfrom pathlib import Path\nt = np.load(Path("x.npy"))', 3, 12]
])('%j reads beside the notebook', (source, line, column) => {
  expect(paths(`-- load\n${source}`)).toEqual([
    { severity: 'warning', code: 'relative-data-path', cell: 0, line, column, step: 'load' }
  ]);
});

test('a path that a parameter holds is one too', () => {
  const cells = '-- @parameters\nsource = "wine.csv"\n-- load\nt = open(source)';
  expect(paths(cells)).toMatchObject([{ code: 'relative-data-path', cell: 1 }]);
});

test.each([
  'open("/data/wine.csv")',
  'import pandas as pd\npd.read_csv("https://example.com/wine.csv")',
  'import pandas as pd\npd.read_csv("s3://bucket/wine.csv")',
  'open("~/wine.csv")',
  'open("out.txt", "w")',
  'open("out.txt", mode="a")',
  'with open("out.txt", "w") as f:\n    f.write("x")\nopen("out.txt")',
  'import json\njson.loads("wine.csv")',
  'open(name) if (name := input()) else None',
  'import yaml\nyaml.load("a: 1\\n")'
])('%j does not', source => {
  expect(paths(`-- load\n${source}`)).toEqual([]);
});

test('a volume that brings the folder makes it right, a new one does not', () => {
  const metadata = (type: string, mount: string) => ({
    kubeflow_notebook: {
      volumes: [{ name: 'home', type, mount_point: mount, size: '1Gi', storage_class_name: 's' }]
    }
  });
  const cells = '-- load\nt = open("wine.csv")';
  expect(paths(cells, { metadata: metadata('pvc', '/home/jovyan/') })).toEqual([]);
  expect(paths(cells, { metadata: metadata('pvc', '/home/jo') })).toHaveLength(1);
  expect(paths(cells, { metadata: metadata('new_pvc', '/home/jovyan') })).toHaveLength(1);
});
