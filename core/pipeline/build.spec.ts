import type { Diagnostic } from '../diagnostics';
import { annotate, parseNotebook } from '../notebook';
import { CaseBuilder } from '../testing/dataflow/builder';
import { caseNotebook, readCase } from '../testing/dataflow/caseFile';
import { Pipeline } from './model';
import { findLocalModules, listImportedModules, preloadModules } from './modules';

const builder = new CaseBuilder();

function found(cells: string, code: string): Diagnostic[] {
  return builder.build(cells).diagnostics.filter(each => each.code === code);
}

const PLAIN = `-- @imports
import numpy as np
from tools import f
-- @parameters
rate = 2
-- load
x = f(rate)
-- train after load
model = np.mean(x)
-- @metrics
print("model", model)
`;

test('the pipeline is what its schema says', () => {
  const pipeline = builder.pipeline(PLAIN, {
    metadata: {
      kubeflow_notebook: {
        pipeline_name: 'first',
        experiment_name: 'trials',
        pipeline_description: 'Words',
        volumes: [
          {
            name: 'data',
            type: 'new_pvc',
            mount_point: '/data',
            size: 5,
            size_type: 'Gi',
            snapshot: false,
            annotations: []
          }
        ]
      }
    }
  });
  expect(Pipeline.parse(pipeline)).toEqual(pipeline);
  expect(pipeline).toMatchObject({
    schemaVersion: '1',
    name: 'first',
    description: 'Words',
    experiment: 'trials',
    kernel: 'python3',
    volumes: [{ name: 'data', type: 'new_pvc', mountPoint: '/data' }]
  });
  expect(pipeline.steps.map(({ name, cells }) => [name, cells])).toEqual([
    ['load', [2]],
    ['train', [3]]
  ]);
  expect(pipeline.metricsStep?.after).toEqual([
    { step: 'train', declared: false, names: ['model'] }
  ]);
});

test('without a name of its own it has the file’s', () => {
  expect(builder.pipeline(PLAIN).name).toBe('inline');
});

test('a notebook without steps makes no pipeline', () => {
  const { pipeline, diagnostics } = builder.build('-- @imports\nimport os\n');
  expect(pipeline).toBeNull();
  expect(diagnostics.map(({ code }) => code)).toContain('no-steps');
});

test('only direct dependencies are edges; the names that flow along them are on them', () => {
  const pipeline = builder.pipeline(
    '-- a\nx = 1\n-- b after a\ny = 2\n-- c after b\nprint(x, y)\n'
  );
  expect(pipeline.steps[2]).toMatchObject({
    after: [{ step: 'b', declared: true, names: ['y'] }],
    inputs: [
      { name: 'x', from: 'a', candidates: ['a'] },
      { name: 'y', from: 'b', candidates: ['b'] }
    ]
  });
  expect(pipeline.steps[0]!.outputs).toEqual(['x']);
});

test('steps that may each have changed a name are all candidates', () => {
  const pipeline = builder.pipeline(
    '-- a\nxs = []\n-- b after a\nxs.append(1)\n-- c after a\nprint(xs.pop)\n-- d after a\nxs.append(2)\n-- e after b c d\nprint(xs)\n'
  );
  expect(pipeline.steps[4]!.inputs).toEqual([{ name: 'xs', from: 'd', candidates: ['b', 'd'] }]);
});

describe('metrics', () => {
  const metrics = (source: string): [string, string][] =>
    builder
      .pipeline(`-- a\nx, y, r = 1, 2, {}\n-- @metrics\n${source}\n`)
      .metrics.map(({ name, expression }) => [name, expression]);

  test.each<[string, [string, string][]]>([
    ['print(x)', [['x', 'x']]],
    ['print("label", x)', [['label', 'x']]],
    [
      'print("loss:", x, "acc =", y)',
      [
        ['loss', 'x'],
        ['acc', 'y']
      ]
    ],
    ['x', [['x', 'x']]],
    ['print("best", r["b"] + 1)', [['best', 'r["b"] + 1']]],
    [
      '{"a": x, "b": y}',
      [
        ['a', 'x'],
        ['b', 'y']
      ]
    ],
    ['print({"a": x})', [['a', 'x']]],
    [
      'm = {"a": x, "b": y}\nm',
      [
        ['a', 'm["a"]'],
        ['b', 'm["b"]']
      ]
    ],
    ['z = x / y\nprint("z", z)', [['z', 'z']]],
    ['print("x", x)\nprint("x", y)', [['x', 'y']]]
  ])('%s', (source, expected) => {
    expect(metrics(source)).toEqual(expected);
  });

  test('what reports nothing is said', () => {
    expect(found('-- a\nx = 1\n-- @metrics\nprint(f"{x}")\n', 'unread-metric')).toHaveLength(1);
    expect(found('-- a\nx = 1\n-- @metrics\ny = x\n', 'no-metrics')).toHaveLength(1);
    expect(found('-- a\nx = 1\n-- @metrics\nprint(x)\nx\n', 'duplicate-metric')).toHaveLength(1);
  });
});

describe('diagnostics', () => {
  test('a missing dependency shows its first read and writes the tag', () => {
    const [missing] = found('-- a\nx = 1\n-- b\ny = 1\nprint(x)\n', 'missing-dependency');
    expect(missing).toMatchObject({
      severity: 'warning',
      cell: 1,
      line: 2,
      column: 6,
      end: { line: 2, column: 7 },
      step: 'b',
      fixes: [{ edits: [{ kind: 'add-tag', cell: 1, tag: 'prev:a' }] }]
    });
  });

  test('a misspelt name is put right', () => {
    const [undefinedName] = found(
      '-- a\ntotal = 1\n-- b after a\nprint("é", totl)\n',
      'undefined-name'
    );
    expect(undefinedName).toMatchObject({
      severity: 'error',
      line: 1,
      column: 11,
      step: 'b',
      fixes: [
        {
          edits: [
            {
              kind: 'replace-source',
              cell: 1,
              range: { start: { line: 1, column: 11 }, end: { line: 1, column: 15 } },
              text: 'total'
            }
          ]
        }
      ]
    });
  });

  test('a name in a function is shown where it stands', () => {
    const [undefinedName] = found(
      '-- @functions\ndef f():\n    return nothing_like_it\n-- a\nf()\n',
      'undefined-name'
    );
    expect(undefinedName).toMatchObject({ cell: 0, line: 2, column: 11, step: 'a' });
  });

  test('in a function that may never be called it is a warning', () => {
    const [undefinedName] = found(
      '-- a\nimport lib\nlib.register(lambda: nothing_like_it)\n',
      'undefined-name'
    );
    expect(undefinedName?.severity).toBe('warning');
  });

  test('two changes in branches get the fix that orders them', () => {
    const [ambiguous] = found(
      '-- a\nx = 1\n-- b after a\nx = 2\n-- c after a\nx = 3\n-- d after b c\nprint(x)\n',
      'ambiguous-value'
    );
    expect(ambiguous?.fixes).toEqual([
      { title: 'Let "c" depend on "b"', edits: [{ kind: 'add-tag', cell: 2, tag: 'prev:b' }] }
    ]);
  });

  test('a skipped cell that binds the name can be put back', () => {
    const [skipped] = found('-- @skip\nlimit = 1\n-- a\nprint(limit)\n', 'defined-in-skipped-cell');
    expect(skipped?.fixes[0]?.edits).toEqual([{ kind: 'remove-tag', cell: 0, tag: 'skip' }]);
  });

  test('a cell above every step that needs a step’s name', () => {
    const [later] = found('-- a\nx = 1\n-- @functions\ny = x\n', 'defined-later');
    expect(later).toMatchObject({ severity: 'error', cell: 1, line: 1 });
  });

  test('a cell that reads what a step in between has changed', () => {
    expect(
      found('-- a\nx = 1\n-- b after a\nx = 2\n-- a\nprint(x)\n', 'interleaved-read')
    ).toMatchObject([{ severity: 'error', cell: 2, step: 'a' }]);
  });

  test('a step that only binds what nobody reads', () => {
    const cells = '-- a\nx = 1\n-- b after a\ny = x + 1\n-- c after a\nprint(x)\n';
    expect(found(cells, 'unused-step')).toMatchObject([{ severity: 'info', step: 'b' }]);
  });

  test('syntax errors have their place, also below a magic', () => {
    expect(found('-- a\n%time x = 1\ny = = 2\n', 'syntax-error')).toMatchObject([
      { severity: 'error', cell: 0, line: 2 }
    ]);
  });

  test('every message is a sentence about something and every one has a place', () => {
    const { diagnostics } = builder.build(
      '-- a\nx = undefined_one\ng = (i for i in x)\n-- b after a\nprint(g)\nexec(x)\nfrom os import *\ndel g\ng\n'
    );
    expect(diagnostics.length).toBeGreaterThan(4);
    for (const { message, cell, line, column } of diagnostics) {
      expect(message).toMatch(/^["A-Z`a-z].*[.?]$/s);
      expect([cell, line, column]).not.toContain(null);
    }
  });
});

describe('modules', () => {
  const files = new Map([
    ['tools', { path: 'tools.py', source: 'from pkg import deep\nimport numpy\n' }],
    ['pkg', { path: 'pkg/__init__.py', source: 'from .sub import x\n' }],
    ['pkg.sub', { path: 'pkg/sub.py', source: 'from . import other\n' }],
    ['pkg.other', { path: 'pkg/other.py', source: 'x = 1\n' }],
    ['pkg.deep', { path: 'pkg/deep.py', source: '' }],
    ['alone', { path: 'alone.py', source: '' }]
  ]);
  const annotated = (cells: string): ReturnType<typeof annotate> =>
    annotate(parseNotebook(caseNotebook(readCase(`x\n\n${cells}`))).notebook!);

  test('those that the cells name', () => {
    const cells =
      '-- a\nimport os.path\nfrom tools import f\n-- b\nimport importlib\nimportlib.import_module("pkg.sub")\n';
    expect(listImportedModules(annotated(cells), builder.analyser)).toEqual([
      'importlib',
      'os',
      'os.path',
      'pkg',
      'pkg.sub',
      'tools',
      'tools.f'
    ]);
  });

  test('those that are reached from there, in packages too', () => {
    const reached = findLocalModules(
      annotated(PLAIN),
      builder.analyser,
      name => files.get(name) ?? null
    );
    expect([...reached.keys()].sort()).toEqual([
      'pkg',
      'pkg.deep',
      'pkg.other',
      'pkg.sub',
      'tools'
    ]);
  });

  test('installed ones are loaded beforehand, local ones are not', () => {
    const pipeline = builder.pipeline(
      `${PLAIN}-- more\nimport scipy.stats as st, json\nfrom pandas import DataFrame\n`,
      {
        modules: files
      }
    );
    expect(preloadModules(pipeline, builder.analyser)).toEqual([
      'json',
      'numpy',
      'pandas',
      'scipy.stats'
    ]);
  });
});

test('environment, search path and arrays made by an index are no settings of a module', () => {
  const { diagnostics } = builder.build(`-- @imports
import os, sys
import numpy as np
import matplotlib.pyplot as plt
-- a
os.environ["X"] = "1"
sys.path[0] = "."
x = np.c_[[1], [2]]
x[0] = 3
plt.rcParams["figure.dpi"] = 90
print(x)`);
  const found = diagnostics.filter(({ code }) => code === 'module-state');
  expect(found.map(({ line }) => line)).toEqual([5]);
});
