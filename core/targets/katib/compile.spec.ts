import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'fflate';
import { loadAll } from 'js-yaml';
import { defaultExperiment, type ExperimentSpec } from '../../experiment';
import { KfpCases } from '../../testing/kfp/compile';
import { compileToKatib, type KatibResult } from './compile';
import { choiceTokens, experimentId, metricId } from './names';

interface ConfigMap {
  metadata: { name: string };
  data: Record<string, string>;
  binaryData: Record<string, string>;
}
interface Container {
  command: string[];
  env: { name: string; value: string }[];
}
interface Experiment {
  metadata: { name: string };
  spec: {
    parameters: { name: string; feasibleSpace: object }[];
    objective: object;
    algorithm: object;
    trialTemplate: {
      trialParameters: { name: string; reference: string }[];
      trialSpec: { spec: { template: { spec: { containers: Container[]; volumes: object[] } } } };
    };
  };
}

const NOTEBOOK = `-- @imports
import chard
-- @parameters
lr = 0.001
batch = 32
kernel = "rbf"
layers = 2
fast = True
-- load
data = [batch, kernel]
-- train after load
chard.log_metric("val loss", lr, 1)
model = [data, lr, layers, fast]
-- @metrics
print("accuracy", len(model))
`;

const SPEC: ExperimentSpec = {
  ...defaultExperiment('Titanic, the search'),
  parameters: [
    { name: 'lr', type: 'double', min: 1e-5, max: 0.1, step: null, distribution: 'logUniform' },
    { name: 'batch', type: 'discrete', list: [16, 32, 64] },
    { name: 'kernel', type: 'categorical', list: ['rbf', 'say "poly"'] },
    { name: 'layers', type: 'int', min: 1, max: 8, step: 1, distribution: 'uniform' },
    { name: 'fast', type: 'categorical', list: [true, false] }
  ],
  objective: {
    type: 'minimize',
    metric: 'val loss',
    goal: 0.01,
    additionalMetrics: ['accuracy'],
    strategies: { accuracy: 'latest' }
  },
  algorithm: { name: 'tpe', settings: { n_EI_candidates: '32' } },
  earlyStopping: { name: 'medianstop', settings: { start_step: '2' } },
  seed: 42,
  trialTimeoutSeconds: 600
};

const cases = new KfpCases();

function compile(
  spec: ExperimentSpec = SPEC,
  cells = NOTEBOOK,
  script = 'print(1)\n'
): KatibResult {
  const pipeline = cases.builder.pipeline(cells);
  const { compiled } = cases.compile(cells, { freshReports: true });
  return compileToKatib({
    spec,
    pipeline,
    compiled: compiled!,
    trialScript: script,
    notebook: 'titanic.ipynb',
    image: null,
    version: '0.0.0'
  });
}

function documents(spec?: ExperimentSpec): [ConfigMap, Experiment] {
  return loadAll(compile(spec).text!) as [ConfigMap, Experiment];
}

test('an experiment and its files, as a person reviews them', () => {
  // The pipeline is its own golden; here it is as good as any.
  const text = compile().text!.replace(/(pipeline\.json\.gz'?: )'[^']+'/, "$1'...'");
  const shown = text.replace(/[0-9a-f]{10}(?='\n)/g, 'DIGEST');
  const file = join(__dirname, 'goldens', 'experiment.yaml');
  if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(file, shown);
  expect(shown).toBe(readFileSync(file, 'utf8'));
});

test('no code of the notebook stands in what a pod is described by', () => {
  const [files, { spec }] = documents();
  const description = JSON.stringify(spec.trialTemplate.trialSpec);
  for (const line of ['log_metric', 'model = ', 'data = [', 'import chard']) {
    expect(description).not.toContain(line);
  }
  expect(description.length).toBeLessThan(8000);
  expect(Object.keys(files.binaryData)).toContain('pipeline.json.gz');
});

test('the same experiment gives the same bytes, and other files another name', () => {
  expect(compile().text).toBe(compile().text);
  const other = loadAll(compile(SPEC, NOTEBOOK, 'print(2)\n').text!) as [ConfigMap, Experiment];
  expect(other[0].metadata.name).not.toBe(documents()[0].metadata.name);
  expect(other[1].metadata.name).toBe(documents()[1].metadata.name);
});

test('what a trial takes and what its description uses are the same', () => {
  const [, { spec }] = documents();
  const names = spec.trialTemplate.trialParameters.map(({ name }) => name);
  const description = JSON.stringify(spec.trialTemplate.trialSpec);
  const used = [...description.matchAll(/\$\{trialParameters\.(.+?)\}/g)].map(([, name]) => name);
  expect(new Set(used)).toEqual(new Set(names));
  expect(new Set(names).size).toBe(names.length);
  const references = spec.trialTemplate.trialParameters.map(({ reference }) => reference);
  expect(references.slice(2)).toEqual(spec.parameters.map(({ name }) => name));
});

test('numbers are texts, but for the goal and the counts', () => {
  const [, { spec }] = documents();
  for (const { feasibleSpace } of spec.parameters) {
    expect(
      Object.values(feasibleSpace)
        .flat()
        .every(value => typeof value === 'string')
    ).toBe(true);
  }
  expect(spec).toMatchObject({
    objective: { goal: 0.01 },
    maxTrialCount: 12,
    parallelTrialCount: 3,
    maxFailedTrialCount: 3
  });
});

test("no code stands in a pod's description: its files do, with the pipeline in them", () => {
  const [files, { spec }] = documents();
  const pod = spec.trialTemplate.trialSpec.spec.template.spec;
  expect(JSON.stringify(pod).length).toBeLessThan(3000);
  expect(pod.volumes[0]).toEqual({ name: 'files', configMap: { name: files.metadata.name } });
  expect(pod.containers[0]!.command.join(' ')).not.toContain('\n');
  const packed = Buffer.from(files.binaryData['pipeline.json.gz']!, 'base64');
  const pipeline = JSON.parse(new TextDecoder().decode(gunzipSync(packed))) as {
    pipeline_spec: {
      schemaVersion: string;
      root: { dag: { tasks: Record<string, { cachingOptions: object }> } };
    };
  };
  expect(pipeline.pipeline_spec.schemaVersion).toBe('2.1.0');
  // A reused step has no pod to read metrics from: those that report are never reused, the others are.
  const { tasks } = pipeline.pipeline_spec.root.dag;
  expect(
    Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, task.cachingOptions]))
  ).toMatchObject({ load: { enableCache: true }, train: {}, 'chard-metrics': {} });
});

test('a trial knows how to read its values', () => {
  const [{ data }] = documents();
  expect(JSON.parse(data['experiment.json']!)).toEqual({
    runsIn: SPEC.name,
    parameters: {
      lr: { variable: 'CHARD_PARAMETER_1', type: 'NUMBER_DOUBLE', choices: null },
      batch: { variable: 'CHARD_PARAMETER_2', type: 'NUMBER_INTEGER', choices: null },
      kernel: {
        variable: 'CHARD_PARAMETER_3',
        type: 'STRING',
        choices: { rbf: 'rbf', 'choice-2': 'say "poly"' }
      },
      layers: { variable: 'CHARD_PARAMETER_4', type: 'NUMBER_INTEGER', choices: null },
      fast: {
        variable: 'CHARD_PARAMETER_5',
        type: 'BOOLEAN',
        choices: { true: true, false: false }
      }
    },
    metrics: { 'val loss': metricId('val loss'), accuracy: 'accuracy' },
    followMetrics: true
  });
});

test('a seed goes where the algorithm takes one', () => {
  const algorithm = (name: string, settings = {}) =>
    documents({ ...SPEC, algorithm: { name, settings } })[1].spec.algorithm;
  expect(algorithm('random')).toEqual({
    algorithmName: 'random',
    algorithmSettings: [{ name: 'random_state', value: '42' }]
  });
  expect(algorithm('hyperband', { r_l: '9' })).toEqual({
    algorithmName: 'hyperband',
    algorithmSettings: [{ name: 'r_l', value: '9' }]
  });
});

test('files that no config map holds are an error before anything is written', () => {
  const { text, diagnostics } = compile(SPEC, NOTEBOOK, 'x'.repeat(1024 * 1024));
  expect(text).toBeNull();
  expect(diagnostics).toMatchObject([{ severity: 'error', code: 'pipeline-too-large' }]);
});

test('names are at most 40 letters, and different ones never meet', () => {
  const names = [
    'xray',
    'Xray',
    'XRAY',
    'röntgen',
    'rontgen',
    '3 rays',
    'x'.repeat(41),
    'x'.repeat(42),
    'ends-',
    'a--b',
    '射线',
    '-',
    experimentId('Xray')
  ];
  const ids = names.map(experimentId);
  expect(new Set(ids).size).toBe(names.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/);
  expect(experimentId('xray')).toBe('xray');
  const metrics = ['loss', 'val_loss', 'val loss', 'val-loss', 'Loss', 'a|b', metricId('val loss')];
  expect(new Set(metrics.map(metricId)).size).toBe(metrics.length);
  for (const id of metrics.map(metricId)) expect(id).toMatch(/^[\w-]+$/);
});

test('choices are written as they are where that is safe', () => {
  const list = ['adam', 'a"b', '${x}', 1, '1', true, null, 'choice-1', ''];
  const tokens = choiceTokens(list);
  expect([...tokens.values()]).toEqual(list);
  expect([...tokens.keys()]).toEqual([
    'adam',
    'choice-2',
    'choice-3',
    '1',
    'choice-5',
    'true',
    'None',
    'choice-8',
    'choice-9'
  ]);
});
