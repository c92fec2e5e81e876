import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Chard, EXAMPLES } from '../e2e/testing/chard';
import { cell, notebookText, writeNotebook } from '../e2e/testing/notebooks';

jest.setTimeout(180_000);

/** Katib's admission webhook is asked by a dry run: nothing is left in the cluster. */
const kubectl = (...words: string[]) => spawnSync('kubectl', words, { encoding: 'utf8' });
const hasKatib = kubectl('get', 'crd', 'experiments.kubeflow.org').status === 0;
const withKatib = hasKatib ? describe : describe.skip;

const PARAMETERS = [
  { name: 'rate', type: 'double', min: 0.01, max: 1, step: 0.01 },
  { name: 'size', type: 'int', min: 1, max: 9, step: 2 },
  { name: 'kind', type: 'categorical', list: ['a', 'say "b"', '${x}'] },
  { name: 'batch', type: 'discrete', list: [16, 32] }
];

withKatib('Katib (needs kubectl and a cluster that has it, in a namespace with its label)', () => {
  let chard: Chard;
  beforeAll(() => {
    chard = new Chard();
  });
  afterAll(() => chard.remove());

  function notebook(name: string, tuning: object): string {
    const document = JSON.parse(
      notebookText([
        cell('imports', 'import chard'),
        cell('pipeline-parameters', 'rate = 0.1\nsize = 3\nkind = "a"\nbatch = 16'),
        cell('step:train', 'chard.log_metric("val loss", rate * size, 1)\nall = [kind, batch]'),
        cell('pipeline-metrics', 'print("score", len(all))')
      ])
    ) as { metadata: object };
    const objective = { type: 'minimize', metric: 'val loss', additionalMetrics: ['score'] };
    Object.assign(document.metadata, {
      chard: { tuning: { parameters: PARAMETERS, objective, ...tuning } }
    });
    return writeNotebook(chard.folder, name, JSON.stringify(document));
  }

  async function written(path: string): Promise<string> {
    const file = join(chard.folder, 'experiment.yaml');
    const { code, err } = await chard.run(['tune', path, '--target', 'katib', '-o', file]);
    expect([code, code === 0 ? '' : err]).toEqual([0, '']);
    return file;
  }

  const create = (file: string) => kubectl('create', '--dry-run=server', '-f', file);

  it('takes the example of the X-rays', async () => {
    const { status, stderr } = create(await written(join(EXAMPLES, 'xray/xray.ipynb')));
    expect([status, stderr]).toEqual([0, '']);
  });

  it.each([
    ['random', {}],
    ['tpe', { algorithm: { name: 'tpe', settings: { gamma: '0.3' } }, seed: 7 }],
    ['multivariate-tpe', { name: 'Röntgen: eine lange Suche nach den besten Werten für alle' }],
    ['grid', { maxTrialCount: 30, trialTimeoutSeconds: 60 }],
    ['cmaes', { parameters: PARAMETERS.slice(0, 2), resumePolicy: 'Never' }],
    ['sobol', { parameters: PARAMETERS.slice(0, 2), resumePolicy: 'LongRunning' }]
  ])('takes %s', async (name, tuning) => {
    const path = notebook(name, { algorithm: { name }, ...tuning });
    const { status, stderr } = create(await written(path));
    expect([status, stderr]).toEqual([0, '']);
  });

  it('is really asked: what it refuses is refused', async () => {
    const file = await written(notebook('refused', { algorithm: { name: 'random' } }));
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('parallelTrialCount: 3', 'parallelTrialCount: 13'));
    const { status, stderr } = create(file);
    expect(status).not.toBe(0);
    expect(stderr).toContain('parallelTrialCount');
  });
});
