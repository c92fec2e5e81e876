import type { Step } from '../../pipeline';
import { KfpCases, unpack } from '../../testing/kfp/compile';
import { isImage } from './check';

const cases = new KfpCases();

function compileWith(settings: Partial<Step['settings']>) {
  return cases.compile('-- load\nx = 1\n-- train after load\nprint(x)', {
    change: pipeline => ({
      ...pipeline,
      steps: pipeline.steps.map(step =>
        step.name === 'train' ? { ...step, settings: { ...step.settings, ...settings } } : step
      )
    })
  });
}

function compileVolumes(...volumes: object[]) {
  return cases.compile('-- load\nx = 1', { metadata: { kubeflow_notebook: { volumes } } });
}

test.each([
  ['python:3.12', true],
  ['ghcr.io/team/train_it:1.2-cpu', true],
  ['localhost:5000/a/b@sha256:' + 'a'.repeat(64), true],
  ['my image:1', false],
  ['Team/Train', false],
  ['train:', false],
  ['', false]
])('image "%s": %s', (image, valid) => {
  expect(isImage(image)).toBe(valid);
});

test.each([
  ['invalid-image', { image: 'my image:1' }],
  ['invalid-quantity', { limits: { memory: '4GB' } }],
  ['invalid-quantity', { requests: { cpu: '-1' } }],
  ['request-above-limit', { limits: { memory: '1Gi' }, requests: { memory: '1500Mi' } }],
  ['fractional-resource', { limits: { 'nvidia.com/gpu': '500m' } }],
  ['too-many-resources', { limits: { 'nvidia.com/gpu': '1', 'example.com/nic': '1' } }]
])('%s is an error at the first cell of its step', (code, settings) => {
  const { compiled, diagnostics } = compileWith(settings);
  expect(compiled).toBeNull();
  expect(diagnostics).toMatchObject([{ severity: 'error', code, cell: 1, step: 'train' }]);
});

test.each([
  [{ requests: { 'ephemeral-storage': '1Gi' } }, '1Gi is both'],
  [
    { requests: { 'ephemeral-storage': '1Gi' }, limits: { 'ephemeral-storage': '2Gi' } },
    '2Gi is both'
  ]
])('a request that can only be said as a limit is told: %j', (settings, text) => {
  const { compiled, diagnostics } = compileWith(settings);
  expect(compiled).not.toBeNull();
  expect(diagnostics).toMatchObject([
    { severity: 'warning', code: 'request-becomes-limit', cell: 1, step: 'train' }
  ]);
  expect(diagnostics[0]?.message).toContain(text);
});

test('a request that equals its limit is nothing to tell', () => {
  const both = { 'nvidia.com/gpu': '1' };
  expect(compileWith({ requests: both, limits: both }).diagnostics).toEqual([]);
});

test("the notebook's own image is checked too, and said once a step", () => {
  const { compiled, diagnostics } = cases.compile('-- load\nx = 1', {
    metadata: { kubeflow_notebook: { base_image: 'a b' } }
  });
  expect(compiled).toBeNull();
  expect(diagnostics.map(({ code }) => code)).toEqual(['invalid-image']);
});

test.each([
  [
    'error',
    'volume-without-size',
    { name: 'v', type: 'new_pvc', mount_point: '/v', storage_class_name: 's' }
  ],
  [
    'warning',
    'volume-without-class',
    { name: 'v', type: 'new_pvc', mount_point: '/v', size: '1Gi' }
  ],
  ['warning', 'volume-writable', { name: 'v', type: 'pvc', mount_point: '/v', read_only: true }]
])('%s %s names the volume and its field', (severity, code, volume) => {
  const { compiled, diagnostics } = compileVolumes(volume);
  expect(diagnostics).toMatchObject([{ severity, code }]);
  expect(diagnostics[0]?.message).toContain('"v"');
  expect(compiled === null).toBe(severity === 'error');
});

test('two volumes at one place are an error', () => {
  const volume = { type: 'pvc', mount_point: '/data' };
  const { diagnostics } = compileVolumes({ ...volume, name: 'a' }, { ...volume, name: 'b' });
  expect(diagnostics).toMatchObject([{ severity: 'error', code: 'volume-mount-taken' }]);
});

test('what an older Kubeflow does not know is said, with the version that does', () => {
  const { diagnostics } = cases.compile('-- load\nx = 1', {
    metadata: { kubeflow_notebook: { timeout: 60, security_context: { run_as_user: 1 } } }
  });
  expect(diagnostics).toMatchObject([{ severity: 'info', code: 'needs-kfp-version' }]);
  expect(diagnostics[0]?.message).toContain('2.17');
});

test('a step whose task has another name needs a Kubeflow that does not look tasks up by it', () => {
  const said = (cells: string) => cases.compile(cells).diagnostics.map(({ code }) => code);
  expect(said('-- load\nx = 1')).toEqual([]);
  expect(said('-- Load\nx = 1')).toEqual(['needs-kfp-version']);
});

test('a notebook without an image gets one, and is told', () => {
  const { compiled, diagnostics } = cases.compile('-- load\nx = 1', { image: null });
  expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'no-image', cell: null }]);
  expect(compiled?.pipeline.deploymentSpec.executors['exec-load']?.container.image).toContain('/');
});

/** Text that does not compress. */
function noise(length: number): string {
  let seed = 1;
  return Array.from({ length }, () => {
    seed = (seed * 48271) % 2147483647;
    return String.fromCharCode(97 + (seed % 26));
  }).join('');
}

test('a step over the size limit is an error at its largest cell', () => {
  const { compiled, diagnostics } = cases.compile(
    `-- load\nx = 1\n-- train after load\nprint(x)\n-- train\ny = "${noise(300_000)}"`
  );
  expect(compiled).toBeNull();
  expect(diagnostics).toMatchObject([
    { severity: 'error', code: 'step-too-large', cell: 2, step: 'train' }
  ]);
});

test('a step whose environment leaves no room in its container is an error', () => {
  const { compiled, diagnostics } = cases.compile('-- load\nx = 1\n-- train after load\nprint(x)', {
    change: pipeline => ({
      ...pipeline,
      steps: pipeline.steps.map(step =>
        step.name === 'train'
          ? { ...step, settings: { ...step.settings, environment: { TABLE: 'x'.repeat(131_000) } } }
          : step
      )
    })
  });
  expect(compiled).toBeNull();
  expect(diagnostics).toMatchObject([
    { severity: 'error', code: 'step-too-large', cell: 1, step: 'train' }
  ]);
  expect(diagnostics[0]?.message).toContain('environment');
});

test('a pipeline over the size limit is an error', () => {
  const steps = Array.from({ length: 9 }, (_, index) => `-- s${index}\ny = "${noise(150_000)}"`);
  const { compiled, diagnostics } = cases.compile(steps.join('\n'));
  expect(compiled).toBeNull();
  expect(diagnostics).toMatchObject([{ severity: 'error', code: 'pipeline-too-large' }]);
});

test('a pipeline that no object of the cluster can hold is an error', () => {
  const { compiled, diagnostics } = cases.compile('-- load\nx = 1', {
    change: pipeline => ({ ...pipeline, description: 'x'.repeat(1_600_000) })
  });
  expect(compiled).toBeNull();
  expect(diagnostics).toMatchObject([{ severity: 'error', code: 'pipeline-too-large' }]);
  expect(diagnostics[0]?.message).toContain('in one object');
});

test('what stands in a program of steps below does not grow with their number', () => {
  const chain = Array.from({ length: 60 }, (_, index) =>
    index === 0 ? '-- s0\nx0 = 1' : `-- s${index} after s${index - 1}\nx${index} = x${index - 1}`
  );
  const { pipeline } = cases.compiled(chain.join('\n'));
  const { args } = pipeline.deploymentSpec.executors['exec-s10']!.container;
  expect(unpack(args!.at(-1)!)['below']).toEqual([['x10']]);
});

test('a step that is not small travels once, as an artifact; what is shared does too', () => {
  const { pipeline } = cases.compiled(
    `-- @imports\nimport os\n-- load\nx = 1\n-- train after load\ny = "${noise(120_000)}", x`
  );
  const tasks = pipeline.root.dag.tasks;
  expect(Object.keys(tasks)).toEqual([
    'chard-runner',
    'chard-code',
    'chard-code-train',
    'load',
    'train'
  ]);
  expect(tasks['train']?.dependentTasks).toEqual([
    'chard-code',
    'chard-code-train',
    'chard-runner',
    'load'
  ]);
  for (const { container } of Object.values(pipeline.deploymentSpec.executors)) {
    expect(JSON.stringify(container).length).toBeLessThan(131_072 - 16_384);
  }
});
