import { KfpCases } from '../../testing/kfp/compile';

const cases = new KfpCases();

function notebook(parameters: string): string {
  return `-- @parameters\n${parameters}\n-- show\nprint(1)`;
}

test('each type has its own, with its default', () => {
  const { pipeline } = cases.compiled(
    notebook(
      [
        'rows = 100',
        'rate = 1e-7',
        'scale: float = 2',
        'kind = "no"',
        'shuffle = True',
        'layers = [16, 8.0]',
        'shape = (2, 3)',
        'options = {"a": 1.0, "b": [3, "x"]}'
      ].join('\n')
    )
  );
  expect(pipeline.root.inputDefinitions?.parameters).toEqual({
    rows: { parameterType: 'NUMBER_INTEGER', defaultValue: 100, isOptional: true },
    rate: { parameterType: 'NUMBER_DOUBLE', defaultValue: 1e-7, isOptional: true },
    scale: { parameterType: 'NUMBER_DOUBLE', defaultValue: 2, isOptional: true },
    kind: { parameterType: 'STRING', defaultValue: 'no', isOptional: true },
    shuffle: { parameterType: 'BOOLEAN', defaultValue: true, isOptional: true },
    layers: { parameterType: 'LIST', defaultValue: [16, 8], isOptional: true },
    shape: { parameterType: 'LIST', defaultValue: [2, 3], isOptional: true },
    options: {
      parameterType: 'STRUCT',
      defaultValue: { a: 1, b: [3, 'x'] },
      isOptional: true
    }
  });
});

test.each([
  ['limit = None', 8],
  ['big = 2 ** 70', 6],
  ['worst = float("inf")', 8],
  ['bounds = [0, float("nan")]', 9],
  ['gaps = {"a": [None]}', 7],
  ['ids = [9007199254740993]', 6]
])('%s has no KFP type: an error at its line', (line, column) => {
  const { compiled, diagnostics } = cases.compile(notebook(`first = 1\n${line}`));
  expect(compiled).toBeNull();
  expect(diagnostics).toMatchObject([
    { severity: 'error', code: 'parameter-without-kfp-type', cell: 0, line: 2, column }
  ]);
});

test('a step declares and gets only the parameters that it uses', () => {
  const { pipeline } = cases.compiled(
    '-- @parameters\nn = 1\nm = 2\n-- a\nprint(n)\n-- b\nprint(2)\n-- c\nprint(m + n)'
  );
  const tasks = pipeline.root.dag.tasks;
  expect(tasks['a']?.inputs?.parameters).toEqual({ n: { componentInputParameter: 'n' } });
  expect(tasks['b']?.inputs?.parameters).toBeUndefined();
  expect(Object.keys(pipeline.components['comp-c']?.inputDefinitions?.parameters ?? {})).toEqual([
    'n',
    'm'
  ]);
});
