import * as fc from 'fast-check';
import { CaseBuilder } from '../testing/dataflow/builder';
import type { LocalModules } from './modules';

const builder = new CaseBuilder();

interface Change {
  readonly step?: string;
  readonly metadata?: object;
  readonly modules?: LocalModules;
}

function fingerprintOf(
  cells: string,
  { step = 'a', metadata = {}, modules = new Map() }: Change = {}
): string {
  const pipeline = builder.pipeline(cells, { metadata, modules });
  const found = [...pipeline.steps, pipeline.metricsStep].find(each => each?.name === step);
  if (!found) throw new Error(`there is no step ${step}`);
  return found.fingerprint;
}

const NOTEBOOK = `-- @imports
import math
import json
-- @parameters
rate = 2
other = 3
-- @functions
def area(r):
    return math.pi * r * r
def unused(v):
    return json.dumps(v)
-- a
if rate > 1:
    x = [area(rate), "a b"]
-- b after a
print(x)
`;

test('it is a SHA-256 in hex, and the same each time', () => {
  expect(fingerprintOf(NOTEBOOK)).toMatch(/^[0-9a-f]{64}$/);
  expect(fingerprintOf(NOTEBOOK)).toBe(fingerprintOf(NOTEBOOK));
});

const SAME: [string, (text: string) => string][] = [
  ['a comment', text => text.replace('if rate > 1:', '# why\nif rate > 1:  # yes')],
  [
    'blank lines and spaces',
    text => text.replace('    x = [', '\n        x   =   [').replace('rate > 1', 'rate>1')
  ],
  ['a line broken inside brackets', text => text.replace('(rate), ', '(rate),\n      ')],
  [
    'brackets and a trailing comma',
    text => text.replace('rate > 1:', '(rate > 1):').replace('"a b"]', '"a b",]')
  ],
  ['the kind of quotes', text => text.replace('"a b"', "'a b'")],
  [
    'a comment in the functions cell',
    text => text.replace('    return math', '    # area\n    return math')
  ],
  ['another step', text => text.replace('print(x)', 'print(x, 1)')],
  ['a function that it does not use', text => text.replace('json.dumps(v)', 'json.dumps([v])')],
  ['a new function', text => text.replace('-- a\n', 'def more():\n    pass\n-- a\n')],
  ['a new import that others use', text => text.replace('import json', 'import json, os')],
  ['the value of a parameter', text => text.replace('rate = 2', 'rate = 7')],
  ['a parameter that it does not use', text => text.replace('other = 3', 'another = 4')],
  ['a cell above', text => text.replace('-- a\n', '-- first\nprint(1)\n-- a\n')]
];

test.each(SAME)('%s does not change it', (_, change) => {
  expect(change(NOTEBOOK)).not.toBe(NOTEBOOK);
  expect(fingerprintOf(change(NOTEBOOK))).toBe(fingerprintOf(NOTEBOOK));
});

const OTHER: [string, (text: string) => string][] = [
  ['its code', text => text.replace('rate > 1', 'rate > 2')],
  ['a string', text => text.replace('a b', 'a  b')],
  ['the indentation', text => text.replace('"a b"]', '"a b"]\n    y = 1').replace('    y', 'y')],
  [
    'a statement that moves out of a block',
    text => text.replace('    x = [area(rate), "a b"]', '    pass\nx = [area(rate), "a b"]')
  ],
  ['a number that becomes a float', text => text.replace('rate > 1', 'rate > 1.0')],
  ['a function that it calls', text => text.replace('r * r', 'r * r * 1')],
  ['an import that its functions use', text => text.replace('import math', 'import cmath as math')],
  [
    'a line of the prologue that binds nothing',
    text => text.replace('import json', 'import json\nmath.seed = 3')
  ],
  ['a shell line', text => text.replace('if rate', '!echo 1\nif rate')],
  [
    'a semicolon that keeps the last value from being shown',
    text => text.replace('"a b"]', '"a b"]\nx;')
  ]
];

test.each(OTHER)('%s changes it', (_, change) => {
  expect(change(NOTEBOOK)).not.toBe(NOTEBOOK);
  expect(fingerprintOf(change(NOTEBOOK))).not.toBe(fingerprintOf(NOTEBOOK));
});

test('magics count as they are written', () => {
  const cell = (magic: string): string => `-- a\n${magic}\nx = 1\n`;
  expect(fingerprintOf(cell('!echo one'))).not.toBe(fingerprintOf(cell('!echo two')));
  expect(fingerprintOf(cell('%%bash\necho one'))).not.toBe(fingerprintOf(cell('%%bash\necho two')));
});

test('local modules count with their contents, reached directly or not', () => {
  const cells = '-- @imports\nfrom tools import f\n-- a\nprint(f())\n';
  const modules = (helper: string): LocalModules =>
    new Map([
      ['tools', { path: 'tools.py', source: 'from helper import g\ndef f():\n    return g()\n' }],
      ['helper', { path: 'helper.py', source: helper }],
      ['alone', { path: 'alone.py', source: helper }]
    ]);
  const pipeline = builder.pipeline(cells, { modules: modules('def g(): return 1\n') });
  expect(pipeline.steps[0]!.modules).toEqual(['helper.py', 'tools.py']);
  expect(pipeline.modules.map(({ name }) => name)).toEqual(['helper', 'tools']);
  expect(fingerprintOf(cells, { modules: modules('def g(): return 1\n') })).not.toBe(
    fingerprintOf(cells, { modules: modules('def g(): return 2\n') })
  );
});

test('of the settings those count that change what the code does', () => {
  const defaults = (steps_defaults: string[]): object => ({
    kubeflow_notebook: { steps_defaults }
  });
  const plain = fingerprintOf(NOTEBOOK);
  expect(fingerprintOf(NOTEBOOK, { metadata: defaults(['label:team:x', 'limit:cpu:2']) })).toBe(
    plain
  );
  expect(fingerprintOf(NOTEBOOK, { metadata: defaults(['image:python:3.12']) })).not.toBe(plain);
});

test('the metrics that are reported count', () => {
  const metrics = (line: string): string => `-- a\nx = 1\n-- @metrics\n${line}\n`;
  expect(fingerprintOf(metrics('print("x", x)'), { step: '@metrics' })).not.toBe(
    fingerprintOf(metrics('print("y", x)'), { step: '@metrics' })
  );
});

/** Comments and blank lines at every line of a step change nothing; any other name anywhere does. */
test('formatting never counts, names always do', () => {
  const lines = [
    'y = rate + 1',
    'for i in range(3):',
    '    y += i',
    'if y:',
    '    z = [y,',
    '         rate]',
    'print(y)'
  ];
  const noise = fc.constantFrom('', '  ', '# note', '    # deep');
  const plain = fingerprintOf(`-- @parameters\nrate = 2\n-- a\n${lines.join('\n')}\n`);
  fc.assert(
    fc.property(fc.array(noise, { minLength: 7, maxLength: 7 }), fc.nat(6), (notes, changed) => {
      const noisy = lines.flatMap((line, index) => [notes[index]!, line]).join('\n');
      expect(fingerprintOf(`-- @parameters\nrate = 2\n-- a\n${noisy}\n`)).toBe(plain);
      const other = lines.map((line, index) =>
        index === changed ? line.replace(/\b([yiz])\b|rate/, 'y2') : line
      );
      const text = `-- @parameters\nrate = 2\n-- a\ny2 = 0\n${other.join('\n')}\n`;
      const base = `-- @parameters\nrate = 2\n-- a\ny2 = 0\n${lines.join('\n')}\n`;
      if (text !== base)
        expect(builder.build(text).pipeline!.steps[0]!.fingerprint).not.toBe(fingerprintOf(base));
    }),
    { numRuns: 60 }
  );
});
