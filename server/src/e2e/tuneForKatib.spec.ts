import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadAll } from 'js-yaml';
import { Chard, EXAMPLES } from './testing/chard';
import { cell, notebookText, writeNotebook } from './testing/notebooks';

jest.setTimeout(120_000);

let chard: Chard;
beforeAll(() => {
  chard = new Chard();
});
afterAll(() => chard.remove());

const katib = (...words: string[]) => chard.run(['tune', ...words, '--target', 'katib', '--json']);

interface Documents {
  files: string[];
  diagnostics: { code: string; severity: string; field?: (string | number)[] }[];
}

/** A notebook with one parameter, whose metadata describes an experiment. */
function notebook(name: string, tuning: object): string {
  const document = JSON.parse(
    notebookText([
      cell('pipeline-parameters', 'rate = 0.1\nsize = 3'),
      cell('step:train', 'score = rate * size'),
      cell('pipeline-metrics', 'print("score", score)')
    ])
  ) as { metadata: object };
  Object.assign(document.metadata, { chard: { tuning } });
  return writeNotebook(chard.folder, name, JSON.stringify(document));
}

const TUNING = {
  parameters: [{ name: 'rate', type: 'double', min: 0.01, max: 1, distribution: 'logUniform' }],
  objective: { type: 'maximize', metric: 'score' }
};

describe('chard tune --target katib', () => {
  it('writes the experiment of the X-rays, the pipeline with it, and hints at what is never tried', async () => {
    const { code, out } = await katib(join(EXAMPLES, 'xray/xray.ipynb'), '-o', 'xray.yaml');
    expect(code).toBe(0);
    const { files, diagnostics } = JSON.parse(out) as Documents;
    expect(diagnostics.filter(({ code: found }) => found === 'uneven-step')).toMatchObject([
      { severity: 'info', field: ['parameters', 0, 'step'] },
      { severity: 'info', field: ['parameters', 1, 'step'] }
    ]);
    const [configMap, experiment] = loadAll(readFileSync(files[0]!, 'utf8')) as [
      { data: Record<string, string>; binaryData: Record<string, string> },
      { metadata: { name: string }; spec: Record<string, unknown> }
    ];
    expect(experiment.metadata.name).toBe('xray');
    expect(experiment.spec).toMatchObject({
      maxTrialCount: 6,
      parallelTrialCount: 3,
      objective: { type: 'minimize', objectiveMetricName: 'validation_loss' },
      parameters: [
        {
          name: 'learning_rate',
          feasibleSpace: { min: '0.001', max: '0.1', step: '0.01' }
        },
        { name: 'batch_size', feasibleSpace: { min: '8', max: '128', step: '32' } }
      ]
    });
    expect(configMap.data['trial.py']).toBe(
      readFileSync(join(EXAMPLES, '../runner/chard_katib/trial.py'), 'utf8')
    );
    const packed = Buffer.from(configMap.binaryData['pipeline.json.gz']!, 'base64');
    expect(gunzipSync(packed).toString()).toContain('"displayName":"xray"');
  });

  it('takes what the command line says instead of the notebook', async () => {
    const path = notebook('said', TUNING);
    const words = ['--trials', '2', '--algorithm', 'random', '--seed', '7', '--name', 'Other'];
    const { code } = await katib(path, ...words, '-o', 'said.yaml');
    expect(code).toBe(0);
    const [, experiment] = loadAll(readFileSync(join(chard.folder, 'said.yaml'), 'utf8'));
    expect(experiment).toMatchObject({
      metadata: { annotations: { 'chard/experiment': 'Other' } },
      spec: {
        maxTrialCount: 2,
        parallelTrialCount: 2,
        algorithm: {
          algorithmName: 'random',
          algorithmSettings: [{ name: 'random_state', value: '7' }]
        }
      }
    });
  });

  it('binds what is not tuned, and refuses a value for what is', async () => {
    const path = notebook('bound', TUNING);
    const good = await katib(path, '-p', 'size=5', '-o', 'bound.yaml');
    expect(good.code).toBe(0);
    const [configMap] = loadAll(readFileSync(join(chard.folder, 'bound.yaml'), 'utf8')) as [
      { binaryData: Record<string, string> }
    ];
    const packed = Buffer.from(configMap.binaryData['pipeline.json.gz']!, 'base64');
    expect(JSON.parse(gunzipSync(packed).toString())).toMatchObject({
      pipeline_spec: { root: { inputDefinitions: { parameters: { size: { defaultValue: 5 } } } } }
    });
    const bad = await katib(path, '-p', 'rate=1');
    expect(bad.code).toBe(2);
    expect(bad.out).toContain('The parameter \\"rate\\" is tuned');
  });

  it('writes nothing where something is wrong, and says at which field', async () => {
    const path = notebook('wrong', {
      ...TUNING,
      name: '',
      maxTrialCount: 12,
      parallelTrialCount: 13
    });
    const { code, out } = await katib(path, '-o', 'wrong.yaml');
    expect(code).toBe(1);
    expect((JSON.parse(out) as Documents).diagnostics).toMatchObject([
      { code: 'experiment-without-name', field: ['name'] },
      { code: 'more-parallel-than-trials', field: ['parallelTrialCount'] }
    ]);
    expect(() => readFileSync(join(chard.folder, 'wrong.yaml'))).toThrow('ENOENT');
  });
});

test('the example of the X-rays has nothing wrong with it and compiles for Kubeflow', async () => {
  const path = join(EXAMPLES, 'xray/xray.ipynb');
  const checked = await chard.run(['check', path, '--json']);
  expect(checked.code).toBe(0);
  const found = (JSON.parse(checked.out) as Documents).diagnostics;
  expect(found.filter(({ severity }) => severity !== 'info')).toEqual([]);
  const compiled = await chard.run(['compile', path, '--target', 'kfp', '-o', 'xray.kfp.yaml']);
  expect(compiled.code).toBe(0);
});

const { CHARD_TEST_KERAS: kerasPython } = process.env;
const withKeras = kerasPython === undefined ? test.skip : test;

withKeras(
  'the example of the X-rays runs (CHARD_TEST_KERAS: a Python with its requirements)',
  async () => {
    const folder = join(chard.folder, 'xray');
    cpSync(join(EXAMPLES, 'xray'), folder, { recursive: true });
    execFileSync(kerasPython!, [join(folder, 'make_pictures.py'), join(folder, 'chest_xray')]);
    const words = ['run', join(folder, 'xray.ipynb'), '-p', 'epochs=1', '--json'];
    const { code, out } = await chard.run(words, { env: { CHARD_PYTHON: kerasPython! } });
    expect(code).toBe(0);
    const { metrics } = JSON.parse(out) as { metrics: Record<string, number> };
    expect(metrics['validation_loss']).toBeGreaterThan(0);
  }
);
