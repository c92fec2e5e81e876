import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { annotate, parseNotebook } from '@chard/core/notebook';
import { bindParameters, buildPipeline, type Pipeline } from '@chard/core/pipeline';
import { caseNotebook, readCase } from '../../../../core/testing/dataflow/caseFile';
import { kfpResult, type Result } from './compare';
import { Engines } from './engines';

let engines: Engines;
beforeAll(async () => {
  engines = await Engines.open();
});
afterAll(() => engines.close());

jest.setTimeout(600_000);

function build(cells: string, metadata: object = {}): Pipeline {
  const notebook = JSON.parse(caseNotebook(readCase(`inline\n\n${cells}`))) as { metadata: object };
  Object.assign(notebook.metadata, metadata);
  const { pipeline, errors } = engines.pipelines.build(JSON.stringify(notebook));
  if (pipeline === null || errors.length > 0) throw new Error(errors.join());
  return pipeline;
}

const PARAMETERS = `-- @parameters
rows = 100
rate = 1e-7
scale: float = 2
kind = "no"
y = True
layers = [16, 8]
widths = [1.0, 2.0]
options = {"a": 1.0, "deep": {"b": ["x", 3]}}
-- show
print(repr((rows, rate, scale, kind, y, layers, widths, sorted(options.items()))))`;

test('the real package reads parameters as they are meant', async () => {
  const { inputs } = await engines.kfp.check(engines.compiled(build(PARAMETERS)));
  expect(inputs).toEqual({
    rows: ['Integer', 100],
    rate: ['Float', 1e-7],
    scale: ['Float', 2],
    kind: ['String', 'no'],
    y: ['Boolean', true],
    layers: ['List', [16, 8]],
    widths: ['List', [1, 2]],
    options: ['Dict', { a: 1, deep: { b: ['x', 3] } }]
  });
});

const GOLDENS = join(__dirname, '../../../../core/targets/kfp/goldens');

test.each(readdirSync(GOLDENS))('the real package reads the golden %s', async name => {
  const text = readFileSync(join(GOLDENS, name), 'utf8');
  const read = await engines.kfp.check(text);
  expect(read.platform).toBe(text.includes('\n---\n'));
});

test('parameters arrive with their Python types, defaults and others', async () => {
  const pipeline = build(PARAMETERS);
  const byDefault = await engines.both(pipeline);
  expect(byDefault.kfp).toEqual(byDefault.local);
  const parameters = {
    rows: 7,
    rate: 3.5,
    kind: "it's \n\\ {}",
    y: false,
    layers: [1, 2, 3],
    widths: [4, 5.5],
    options: { a: 2, deep: { b: [] }, more: 1 }
  };
  const bound = bindParameters(pipeline, {
    ...parameters,
    widths: [{ $float: '4.0' }, 5.5],
    options: { a: { $float: '2.0' }, deep: { b: [] }, more: 1 }
  });
  const local = await engines.local(bound.pipeline!);
  const run = await engines.kfp.run(engines.compiled(pipeline), { parameters });
  expect(kfpResult(pipeline, run).prints).toEqual(local.prints);
});

test('a failing step fails the pipeline with the same cell, line and message', async () => {
  const { local, kfp: found } = await engines.both(
    build(
      '-- a\nx = 1\n-- b after a\ny = x\nz = 2\n-- b\nprint("before")\n\ndef f(v):\n    raise ValueError(f"no {v}\\nsecond line")\nf(y)\n-- c after b\nprint(z)'
    )
  );
  expect(local.error).toMatchObject({ step: 'b', cell: 2, line: 4 });
  expect(found).toEqual(local);
});

test('a join of two branches that both changed a name fails as locally', async () => {
  const { local, kfp: found } = await engines.both(
    build(
      '-- a\nx = [1]\ndef f(v):\n    v.append(2)\n-- b after a\nf(x)\n-- c after a\nf(x); x.append(3)\nf = f\n-- d after b c\nprint(x)'
    )
  );
  expect(local.error?.text).toContain('"x" was changed in "b" and "c"');
  expect(found).toEqual(local);
});

test.each(['import os\nos.abort()', 'import sys\nsys.exit(3)', 'import os\nos._exit(3)'])(
  'a step that ends by %j says so as locally',
  async source => {
    const { local, kfp: found } = await engines.both(build(`-- a\nx = 1\n${source}`));
    expect(local.error).not.toBeNull();
    expect(found.error).toEqual(local.error);
  }
);

test('a step that takes longer than its time limit is stopped', async () => {
  const pipeline = build('-- a\nimport time\ntime.sleep(600)');
  const [step] = pipeline.steps;
  const settings = { ...step!.settings, timeoutSeconds: 1 };
  const text = engines.compiled({ ...pipeline, steps: [{ ...step!, settings }] });
  // How far it has come by then depends on the machine.
  expect(kfpResult(pipeline, await engines.kfp.run(text)).error).toMatchObject({
    step: 'a',
    text: expect.stringContaining('Timeout: The step took longer than its timeout of 1 s')
  });
});

test('names of any script, size and case', async () => {
  const { local, kfp: found } = await engines.both(
    build(
      `-- lower\nx = 1\nX = 2\ngröße = 3\nstate = 4\nreport = 5\n${'n'.repeat(80)} = 6\n-- Lower after lower\nprint(x, X, größe, state, report, ${'n'.repeat(80)})\n-- 訓練 after Lower lower\nprint(X)`
    )
  );
  expect(found).toEqual(local);
  expect(Object.keys(found.values)).toHaveLength(3);
});

test('metrics, a classification, displays and hidden state', async () => {
  const pipeline = build(
    '-- @imports\nimport random, chard\n-- a\nrandom.seed(3)\nfirst = random.random()\nchard.log_metric("loss", 0.5, step=1)\nchard.log_metric("loss", 0.25, step=2)\nchard.log_metric("bad", float("nan"))\n-- b after a\nprint(random.random(), first)\nchard.log_confusion_matrix(["a", "b"], [[3, 1], [0, 4]])\n"<shown>"\n-- @metrics\nprint("first", first)'
  );
  const run = await engines.kfp.run(engines.compiled(pipeline));
  const local = await engines.local(pipeline);
  expect(kfpResult(pipeline, run)).toEqual(local);
  expect(run.tasks['a']?.metadata['metrics']).toEqual({ loss: 0.25, bad: 'nan' });
  expect(run.tasks['b']?.metadata['classification_metrics']).toEqual({
    confusionMatrix: {
      annotationSpecs: [{ displayName: 'a' }, { displayName: 'b' }],
      rows: [{ row: [3, 1] }, { row: [0, 4] }]
    }
  });
  expect(run.tasks['b']?.report).toContain('&lt;shown&gt;');
  expect(run.tasks['a']?.metadata['first']).toMatchObject({ type: 'float', step: 'a' });
});

test('local modules, in packages too, come along; processes that a step starts find them', async () => {
  const { notebook } = parseNotebook(
    caseNotebook(
      readCase(
        'inline\n\n-- @imports\nimport tools.inner\nimport plain\n-- a\nprint(plain.f(), tools.inner.g())\nimport subprocess, sys\nprint(subprocess.run([sys.executable, "-c", "import plain, chard; print(plain.f())"], capture_output=True, text=True).stdout)'
      )
    )
  );
  const modules = new Map([
    ['plain', { path: 'plain.py', source: 'def f():\n    return "plain"\n' }],
    ['tools', { path: 'tools/__init__.py', source: '' }],
    ['tools.inner', { path: 'tools/inner.py', source: 'def g():\n    return "inner"\n' }]
  ]);
  const { pipeline } = buildPipeline({
    notebook: annotate(notebook!),
    analyser: engines.pipelines.analyser,
    modules,
    name: 'm'
  });
  const text = engines.compiled(pipeline!, { modules });
  const found = kfpResult(pipeline!, await engines.kfp.run(text));
  expect(found).toMatchObject({ error: null, prints: { a: 'plain inner\nplain\n\n' } });
});

test('a program too large for a container travels as an artifact and runs', async () => {
  let seed = 1;
  const noise = Array.from({ length: 150_000 }, () => {
    seed = (seed * 48271) % 2147483647;
    return String.fromCharCode(97 + (seed % 26));
  }).join('');
  const { local, kfp: found } = await engines.both(
    build(`-- @imports\nimport os\n-- a\nx = "${noise}"\n-- b after a\nprint(len(x))`)
  );
  expect(found).toEqual(local);
});

test('all that can be said of a step is accepted, platform spec included', async () => {
  const pipeline = build('-- train\nx = 1', {
    kubeflow_notebook: {
      timeout: 7200,
      security_context: { run_as_user: 1000 },
      volumes: [
        { name: 'home', type: 'pvc', mount_point: '/home/jovyan', sub_path: 'project' },
        { name: 'new', type: 'new_pvc', mount_point: '/new', size: '5Gi', storage_class_name: 's' },
        { name: 'copy', type: 'clone', mount_point: '/copy', size: '5Gi', storage_class_name: 's' }
      ]
    }
  });
  const [step] = pipeline.steps;
  const settings = {
    ...step!.settings,
    limits: { cpu: '2', memory: '4Gi', 'nvidia.com/gpu': '1' },
    retries: { count: 3, backoffSeconds: 0.5, backoffFactor: 2, maxBackoffSeconds: 600 },
    timeoutSeconds: 30,
    cache: false,
    secrets: [{ secret: 's', key: 'k', env: 'E' }],
    labels: { a: 'b' },
    annotations: { a: 'b' },
    nodeSelector: { gpu: 'a100' },
    tolerations: [
      { key: 'k', operator: 'Equal' as const, value: 'v', effect: 'NoExecute' as const, seconds: 5 }
    ]
  };
  const text = engines.compiled({ ...pipeline, steps: [{ ...step!, settings }] });
  expect(await engines.kfp.check(text)).toMatchObject({ platform: true, executors: 1 });
});

/** Figures and an unseeded random state are others in each run, locally too. */
function withoutChance(result: Result): Result {
  const values = Object.entries(result.values).map(([step, left]) => [
    step,
    Object.fromEntries(
      Object.entries(left).filter(([name]) => name !== '@numpy.random' && name !== 'display')
    )
  ]);
  return { ...result, values: Object.fromEntries(values) as Result['values'] };
}

test.each(['digits', 'wine'])('the example %s comes to the same as locally', async name => {
  const folder = mkdtempSync(join(tmpdir(), 'chard-example-'));
  const examples = join(__dirname, '../../../../examples', name);
  if (name === 'wine') {
    copyFileSync(join(examples, 'wine.csv'), join(folder, 'wine.csv'));
    copyFileSync(join(examples, 'wine.csv'), join(engines.pipelines.folder, 'wine.csv'));
  }
  const { pipeline } = engines.pipelines.build(
    readFileSync(join(examples, `${name}.ipynb`), 'utf8')
  );
  const local = await engines.local(pipeline!);
  const run = await engines.kfp.run(engines.compiled(pipeline!), { directory: folder });
  const found = kfpResult(pipeline!, run);
  expect(withoutChance(found)).toEqual(withoutChance(local));
  expect(found.error).toBeNull();
  expect(Object.values(run.tasks).some(({ report }) => report?.includes('image/png'))).toBe(true);
  rmSync(folder, { recursive: true });
});
