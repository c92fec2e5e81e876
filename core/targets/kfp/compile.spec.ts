import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KfpCases, readable, unpack } from '../../testing/kfp/compile';
import { pack } from './program';

const cases = new KfpCases();

/** `UPDATE_GOLDENS=1` writes it anew. Programs are shown by name: `unpack` reads them where they matter. */
function expectGolden(name: string, text: string): void {
  const file = join(__dirname, 'goldens', `${name}.yaml`);
  const shown = readable(text);
  if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(file, shown);
  expect(shown).toBe(readFileSync(file, 'utf8'));
}

const BRANCHES = `
-- @parameters
rows = 100
rate = 0.1
-- Load data
import pandas as pd
table = pd.DataFrame({"x": range(rows)})
-- warm up
print("no data, only order")
-- left after Load_data
a = len(table) * rate
-- right after Load_data
b = table["x"].sum()
-- last after left right warm_up
total = a + b
-- @metrics
print("total", total)`;

/** Names with spaces cannot stand in the cases' form. */
const branches = BRANCHES.replace(/Load data/g, 'Load_data').replace(/warm up/g, 'warm_up');

test('the DAG has every dependency, and independent steps side by side', () => {
  const { pipeline, platform, text } = cases.compiled(branches, {}, ['needs-kfp-version']);
  expectGolden('dag', text);
  expect(platform).toBeNull();
  const { tasks } = pipeline.root.dag;
  const after = Object.fromEntries(
    Object.values(tasks).map(task => [
      task.taskInfo.name,
      task.dependentTasks?.filter(name => name !== 'chard-runner')
    ])
  );
  const load = pipeline.root.dag.tasks['chard-runner'] && Object.keys(tasks)[1];
  const warm = Object.keys(tasks)[2];
  expect(after).toEqual({
    'chard-runner': undefined,
    Load_data: [],
    warm_up: [],
    left: [load],
    right: [load],
    last: ['left', 'right', warm].sort(),
    'chard-metrics': ['last']
  });
});

test('a derived dependency is one like any other', () => {
  const { pipeline } = cases.compiled('-- a\nx = 1\n-- b\nprint(x)');
  expect(pipeline.root.dag.tasks['b']?.dependentTasks).toEqual(['a', 'chard-runner']);
});

const SETTINGS = {
  kubeflow_notebook: {
    pipeline_name: 'Study of wines',
    pipeline_description: 'Everything that can be said',
    timeout: 7200,
    security_context: { run_as_user: 1000, run_as_group: 100, run_as_non_root: true },
    volumes: [
      { name: 'home', type: 'pvc', mount_point: '/home/jovyan', sub_path: 'project' },
      {
        name: 'scratch',
        type: 'new_pvc',
        mount_point: '/scratch',
        size: 5,
        size_type: 'Gi',
        storage_class_name: 'csi-rbd',
        volume_access_mode: 'rwm',
        annotations: [{ key: 'team', value: 'vision' }]
      },
      {
        name: 'corpus',
        type: 'clone',
        mount_point: '/corpus',
        size: '20Gi',
        storage_class_name: 'csi-rbd',
        read_only: true
      },
      {
        name: 'frozen',
        type: 'clone',
        mount_point: '/frozen',
        size: '1Gi',
        storage_class_name: 'csi-rbd',
        snapshot_name: 'snap-1'
      }
    ]
  }
};

test('what Kubernetes is told of a step', () => {
  const { text } = cases.compiled(
    '-- train\nx = 1',
    {
      metadata: SETTINGS,
      change: pipeline => ({
        ...pipeline,
        steps: pipeline.steps.map(step => ({
          ...step,
          settings: {
            image: 'ghcr.io/team/train:1.2',
            limits: { cpu: '2', memory: '4Gi', 'nvidia.com/gpu': '1' },
            requests: { cpu: '500m', memory: '1Gi' },
            retries: { count: 3, backoffSeconds: 30, backoffFactor: 2, maxBackoffSeconds: 600 },
            timeoutSeconds: 3600,
            cache: false,
            environment: { MODE: 'yes' },
            secrets: [
              { secret: 'aws', key: 'id', env: 'AWS_ACCESS_KEY_ID' },
              { secret: 'aws', key: 'key', env: 'AWS_SECRET_ACCESS_KEY' }
            ],
            labels: { team: 'vision' },
            annotations: { 'sidecar.istio.io/inject': 'false' },
            nodeSelector: { accelerator: 'a100' },
            tolerations: [
              {
                key: 'nvidia.com/gpu',
                operator: 'Exists' as const,
                value: '',
                effect: 'NoSchedule' as const,
                seconds: null
              }
            ]
          }
        }))
      })
    },
    ['needs-kfp-version']
  );
  expectGolden('kubernetes', text);
});

test("a step's program is all that the runner needs, and no more", () => {
  const modules = new Map([['helper', { path: 'helper.py', source: 'def f(): return 1\n' }]]);
  const { pipeline } = cases.compiled(
    '-- @imports\nimport helper\n-- @parameters\nwörd = "x"\nn = 1\n-- a\nd = {}\n-- b after a\nd[n] = helper.f()\nprint(n)\n-- c after b\nprint(d)',
    { modules }
  );
  const { args } = pipeline.deploymentSpec.executors['exec-b']!.container;
  expect(args?.slice(0, 2)).toEqual(["{{$.inputs.artifacts['chard-runner'].path}}", '{{$}}']);
  expect(unpack(args![2]!)).toMatchObject({
    version: 1,
    notebook: 'notebook.ipynb',
    directory: null,
    step: 'b',
    position: 1,
    after: ['a'],
    cells: [{ cell: 3, source: 'd[n] = helper.f()\nprint(n)' }],
    inputs: [{ name: 'd', from: 'a', candidates: ['a'] }],
    outputs: ['d'],
    below: [['d']],
    parameters: [{ name: 'n', type: 'int', default: 1, cell: 1, start: 15, end: 16 }],
    modules: { 'helper.py': 'def f(): return 1\n' },
    values: ['a--d'],
    states: ['a--state'],
    keys: { d: 'd' }
  });
});

test('the folder that a volume brings is where steps start', () => {
  const { pipeline } = cases.compiled('-- a\nopen("x.csv")', {
    metadata: {
      kubeflow_notebook: { volumes: [{ name: 'home', type: 'pvc', mount_point: '/home/jovyan' }] }
    }
  });
  const { args } = pipeline.deploymentSpec.executors['exec-a']!.container;
  expect(unpack(args![2]!)['directory']).toBe('/home/jovyan/project');
});

test('values are typed where the code says it plainly', () => {
  const { pipeline } = cases.compiled(
    '-- a\nimport pandas as pd\ntable = pd.read_csv("/data/x.csv")\nmodel = list()\nmodel.fit(table)\nn = 1\n-- b after a\nprint(table, model, n)'
  );
  expect(pipeline.components['comp-a']?.outputDefinitions?.artifacts).toMatchObject({
    table: { artifactType: { schemaTitle: 'system.Dataset' } },
    model: { artifactType: { schemaTitle: 'system.Model' } },
    n: { artifactType: { schemaTitle: 'system.Artifact' } },
    report: { artifactType: { schemaTitle: 'system.HTML' } }
  });
});

test('a step that logs numbers or a classification has artifacts for them, by whatever function', () => {
  const { pipeline } = cases.compiled(
    '-- a\nimport chard\ndef tell(x):\n    chard.log_metric("x", x)\n-- b after a\ntell(1)\n-- c\nimport chard\nchard.log_confusion_matrix(["a", "b"], [[1, 0], [0, 1]])\n-- d\nprint(1)'
  );
  const keys = (name: string) =>
    Object.keys(pipeline.components[name]?.outputDefinitions?.artifacts ?? {});
  expect(keys('comp-b')).toContain('metrics');
  expect(keys('comp-c')).toContain('classification_metrics');
  expect(keys('comp-d')).toEqual(['report', 'state']);
});

test('what steps report, with the runner in the image', () => {
  const { text } = cases.compiled(
    '-- @imports\nimport chard, helper\n-- train\nmodel = helper.model()\nmodel.fit([1])\nchard.log_metric("loss", 0.5)\n-- judge after train\nscore = model.score\nchard.log_roc_curve([0, 1], [0, 1], [1, 0])\n-- @metrics\nprint("score", score)',
    {
      runner: 'image',
      modules: new Map([['helper', { path: 'helper.py', source: 'def model(): ...\n' }]])
    }
  );
  expectGolden('reports', text);
});

test('with the runner in the image no task emits it', () => {
  const { pipeline } = cases.compiled('-- a\nx = 1\n-- b after a\nprint(x)', { runner: 'image' });
  expect(Object.keys(pipeline.root.dag.tasks)).toEqual(['a', 'b']);
  expect(pipeline.deploymentSpec.executors['exec-a']?.container.args).toHaveLength(2);
});

test('the same notebook gives the same bytes', () => {
  const { text } = cases.compiled(branches, {}, ['needs-kfp-version']);
  const again = new KfpCases();
  expect(again.compiled(branches, {}, ['needs-kfp-version']).text).toBe(text);
});

test('what KFP does not know is refused, in the free-form parts too', () => {
  const { pipeline, platform } = cases.compiled('-- a\nx = 1', {
    metadata: { kubeflow_notebook: { volumes: [{ name: 'h', type: 'pvc', mount_point: '/h' }] } }
  });
  expect(() => cases.strict.check(pipeline, platform)).not.toThrow();
  const wrongTask = structuredClone(pipeline);
  Object.assign(wrongTask.root.dag.tasks['a']!, { cacheOptions: {} });
  expect(() => cases.strict.check(wrongTask, null)).toThrow('cacheOptions');
  const wrongContainer = structuredClone(pipeline);
  Object.assign(wrongContainer.deploymentSpec.executors['exec-a']!.container, { cpu: 1 });
  expect(() => cases.strict.check(wrongContainer, null)).toThrow('cpu');
  const wrongConfig = structuredClone(platform!);
  Object.assign(wrongConfig.platforms.kubernetes.deploymentSpec.executors['exec-a']!, {
    mounts: []
  });
  expect(() => cases.strict.check(pipeline, wrongConfig)).toThrow('mounts');
});

test('what is packed is what others unpack, whatever its length', () => {
  for (let length = 0; length < 40; length += 1) {
    const program = { text: 'é'.repeat(length) + 'x'.repeat(length % 3) };
    expect(unpack(pack(program))).toEqual(program);
  }
});
