import fc from 'fast-check';
import { stepSettings } from '../testing/notebook/arbitrary';
import { notebookJson } from '../testing/notebook/build';
import { NO_SETTINGS } from './cell-annotation';
import { applyEditsToModel } from './edits';
import type { Json, JsonObject, PipelineSettings, VolumeSettings } from './model';
import { parseNotebook } from './read';
import { effectiveVolumes, readPipelineSettings } from './settings';
import { editsToSetPipeline, type SettingValues } from './settings-edits';

const read = (metadata: JsonObject) => readPipelineSettings(metadata);
const kale = (fields: JsonObject) => read({ kubeflow_notebook: fields });
const nothing: PipelineSettings = {
  name: null,
  description: '',
  experiment: null,
  image: null,
  volumes: [],
  snapshotVolumes: null,
  katib: null,
  katibRun: false,
  stepDefaults: NO_SETTINGS,
  caching: null,
  timeoutSeconds: null,
  storageClassName: null,
  volumeAccessMode: null,
  securityContext: null,
  unknown: { kale: {}, chard: {} }
};

describe('readPipelineSettings', () => {
  it('reads nothing from nothing, and from what Kale leaves empty', () => {
    expect(read({})).toEqual({ settings: nothing, diagnostics: [] });
    const empty = {
      base_image: '',
      docker_image: '',
      experiment: { id: '', name: '' },
      experiment_name: '',
      pipeline_description: '',
      pipeline_name: '',
      steps_defaults: [],
      storage_class_name: '',
      volume_access_mode: '',
      volumes: []
    };
    expect(kale(empty)).toEqual({ settings: nothing, diagnostics: [] });
  });

  it.each<[JsonObject, Partial<PipelineSettings>]>([
    [{ docker_image: 'a:1' }, { image: 'a:1' }],
    [{ base_image: 'b:1', docker_image: 'a:1' }, { image: 'b:1' }],
    [{ base_image: '', docker_image: 'a:1' }, { image: 'a:1' }],
    [{ experiment: { id: 'new', name: 'x' } }, { experiment: 'x' }],
    [{ experiment: { id: 'new', name: 'x' }, experiment_name: 'y' }, { experiment: 'y' }],
    [{ autosnapshot: true }, { snapshotVolumes: true }],
    [{ snapshot_volumes: true, autosnapshot: false }, { snapshotVolumes: true }],
    [{ snapshot_volumes: false, autosnapshot: false }, { snapshotVolumes: false }],
    [{ timeout: 60 }, { timeoutSeconds: 60 }],
    [{ enable_caching: false }, { caching: false }],
    [{ volume_access_mode: 'rwm' }, { volumeAccessMode: 'ReadWriteMany' }],
    [{ volume_access_mode: 'ReadWriteOnce' }, { volumeAccessMode: 'ReadWriteOnce' }],
    [
      { katib_run: true, katib_metadata: { a: 1 } },
      { katibRun: true, katib: { a: 1 } }
    ],
    [{ security_context: { run_as_user: 1 } }, { securityContext: { run_as_user: 1 } }]
  ])("reads Kale's %j", (fields, expected) => {
    expect(kale(fields)).toEqual({ settings: { ...nothing, ...expected }, diagnostics: [] });
  });

  it('keeps unknown keys', () => {
    const { settings, diagnostics } = read({
      kubeflow_notebook: { kfp_host: 'h', marshal_volume: true, pipeline_name: 'n' },
      chard: { theirs: [1], name: 'n' }
    });
    expect(diagnostics).toEqual([]);
    expect(settings.unknown).toEqual({
      kale: { kfp_host: 'h', marshal_volume: true },
      chard: { theirs: [1] }
    });
  });

  it('reads volumes of both spellings', () => {
    const { settings, diagnostics } = kale({
      storage_class_name: 'fast',
      volume_access_mode: 'rwo',
      volumes: [
        {
          annotations: [
            { key: 'a', value: 'x' },
            { key: '', value: '' }
          ],
          mount_point: '/data',
          name: 'data',
          size: 10,
          size_type: 'Gi',
          snapshot: true,
          snapshot_name: 'before',
          type: 'new_pvc',
          volume_access_mode: 'rom'
        },
        { mount_point: '/work', name: 'work', size: 5, size_type: '', type: 'clone', more: 1 }
      ]
    });
    expect(diagnostics).toEqual([]);
    expect(settings.volumes).toEqual([
      {
        folder: null,
        name: 'data',
        type: 'new_pvc',
        mountPoint: '/data',
        size: '10Gi',
        storageClassName: null,
        accessMode: 'ReadOnlyMany',
        snapshot: true,
        snapshotName: 'before',
        readOnly: false,
        subPath: null,
        annotations: { a: 'x' }
      },
      expect.objectContaining({ name: 'work', type: 'clone', size: '5', annotations: {} })
    ]);
    expect(effectiveVolumes(settings)).toMatchObject([
      { storageClassName: 'fast', accessMode: 'ReadOnlyMany' },
      { storageClassName: 'fast', accessMode: 'ReadWriteOnce' }
    ]);
    const own = { volumes: [{ name: 'data', type: 'pvc', mountPoint: '/d', readOnly: true }] };
    expect(read({ chard: own }).settings.volumes).toMatchObject([
      { name: 'data', mountPoint: '/d', readOnly: true, size: null }
    ]);
  });

  it("reads Kale's defaults of steps, tags or SDK", () => {
    expect(
      kale({ steps_defaults: ['image:a:1', 'cache:disabled', 'label:x:y', 'report:enabled'] })
    ).toMatchObject({
      settings: { stepDefaults: { image: 'a:1', cache: false, labels: { x: 'y' } } },
      diagnostics: []
    });
    const sdk = {
      base_image: 'a:1',
      enable_caching: false,
      limits: { cpu: '1' },
      retry_count: 3,
      retry_interval: '5m',
      retry_factor: 3,
      retry_max_interval: '1h',
      timeout: 9
    };
    expect(kale({ steps_defaults: sdk })).toMatchObject({
      settings: {
        stepDefaults: {
          image: 'a:1',
          cache: false,
          limits: { cpu: '1' },
          retries: { count: 3, backoffSeconds: 300, backoffFactor: 3, maxBackoffSeconds: 3600 },
          timeoutSeconds: 9
        }
      },
      diagnostics: []
    });
  });

  it.each<[JsonObject, string]>([
    [{ kubeflow_notebook: 'x' }, 'kubeflow_notebook'],
    [{ chard: [] }, 'chard'],
    [{ kubeflow_notebook: { timeout: -1 } }, 'kubeflow_notebook.timeout'],
    [{ kubeflow_notebook: { pipeline_name: 7 } }, 'kubeflow_notebook.pipeline_name'],
    [{ kubeflow_notebook: { docker_image: [] } }, 'kubeflow_notebook.docker_image'],
    [{ kubeflow_notebook: { enable_caching: 'yes' } }, 'kubeflow_notebook.enable_caching'],
    [{ kubeflow_notebook: { volume_access_mode: 'x' } }, 'kubeflow_notebook.volume_access_mode'],
    [{ kubeflow_notebook: { katib_metadata: 'x' } }, 'kubeflow_notebook.katib_metadata'],
    [{ kubeflow_notebook: { volumes: {} } }, 'kubeflow_notebook.volumes'],
    [{ kubeflow_notebook: { volumes: [1] } }, 'kubeflow_notebook.volumes.0'],
    [
      { kubeflow_notebook: { steps_defaults: ['limit:cpu'] } },
      'kubeflow_notebook.steps_defaults.0'
    ],
    [{ kubeflow_notebook: { steps_defaults: 'x' } }, 'kubeflow_notebook.steps_defaults'],
    [{ chard: { stepDefaults: { limits: { cpu: 1 } } } }, 'chard.stepDefaults.limits.cpu'],
    [
      { chard: { stepDefaults: { secrets: [{ secret: 's' }] } } },
      'chard.stepDefaults.secrets.0.key'
    ],
    [{ chard: { image: 3 } }, 'chard.image']
  ])('names the invalid field of %j', (metadata, field) => {
    const { settings, diagnostics } = read(metadata);
    expect({ ...settings, unknown: nothing.unknown }).toEqual(nothing);
    expect(diagnostics).toMatchObject([{ severity: 'error', code: 'invalid-field', cell: null }]);
    expect(diagnostics[0]!.message).toContain(`"${field}"`);
    const json = notebookJson([], metadata);
    const repaired = applyEditsToModel(json, diagnostics[0]!.fixes[0]!.edits);
    expect(read(repaired.metadata as JsonObject).diagnostics).toEqual([]);
  });

  it.each<[JsonObject, string]>([
    [{ name: 'Data' }, 'name'],
    [{ name: '' }, 'name'],
    [{ type: 'disk' }, 'type'],
    [{ mount_point: 'data' }, 'mount_point'],
    [{ mount_point: null }, 'mount_point'],
    [{ size: 'big' }, 'size'],
    [{ snapshot: 'yes' }, 'snapshot'],
    [{ annotations: [{ key: 'a' }] }, 'annotations'],
    [{ volume_access_mode: 'all' }, 'volume_access_mode']
  ])('names the invalid field of a volume with %j', (fields, field) => {
    const volume = { name: 'data', type: 'pvc', mount_point: '/data', ...fields };
    const { diagnostics } = kale({ volumes: [volume] });
    expect(diagnostics).toMatchObject([{ code: 'invalid-field' }]);
    expect(diagnostics[0]!.message).toContain(`"kubeflow_notebook.volumes.0.${field}"`);
  });

  it('removes only the volume that is wrong', () => {
    const good = { name: 'data', type: 'pvc', mount_point: '/data' };
    const metadata = { kubeflow_notebook: { volumes: [good, { ...good, type: 'disk' }] } };
    const [problem] = read(metadata).diagnostics;
    const { edits } = problem!.fixes[0]!;
    expect(applyEditsToModel(notebookJson([], metadata), edits).metadata).toEqual({
      kubeflow_notebook: { volumes: [good] }
    });
  });

  it("leaves out volumes of Kale's old store, and says so", () => {
    const { settings, diagnostics } = kale({
      volumes: [{ type: 'rok', name: 'http://rok/x', mount_point: '/data' }]
    });
    expect(settings.volumes).toEqual([]);
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'unsupported-volume' }]);
  });

  it('ours holds where both say a setting; a difference is reported', () => {
    const same = { kubeflow_notebook: { pipeline_name: 'a' }, chard: { name: 'a' } };
    expect(read(same).diagnostics).toEqual([]);
    const metadata = { kubeflow_notebook: { pipeline_name: 'a' }, chard: { name: 'b' } };
    const { settings, diagnostics } = read(metadata);
    expect(settings.name).toBe('b');
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'conflicting-settings' }]);
    const repaired = diagnostics[0]!.fixes.map(
      ({ edits }) =>
        read(applyEditsToModel(notebookJson([], metadata), edits).metadata as JsonObject).settings
          .name
    );
    expect(repaired).toEqual(['b', 'a']);
  });
});

describe('editsToSetPipeline', () => {
  const set = <F extends keyof SettingValues>(
    metadata: JsonObject,
    field: F,
    value: SettingValues[F]
  ): JsonObject => {
    const json = notebookJson([], metadata);
    const { notebook } = parseNotebook(json);
    return applyEditsToModel(json, editsToSetPipeline(notebook!, field, value))
      .metadata as JsonObject;
  };

  it('writes where the notebook already says it', () => {
    expect(set({}, 'name', 'n')).toEqual({ chard: { name: 'n' } });
    expect(set({ kubeflow_notebook: {} }, 'image', 'i')).toEqual({
      kubeflow_notebook: { base_image: 'i' }
    });
    expect(set({ kubeflow_notebook: { docker_image: '' } }, 'image', 'i')).toEqual({
      kubeflow_notebook: { docker_image: 'i' }
    });
    expect(set({ kubeflow_notebook: {}, chard: { image: 'j' } }, 'image', 'i')).toEqual({
      kubeflow_notebook: {},
      chard: { image: 'i' }
    });
    const both = { autosnapshot: false, snapshot_volumes: false };
    expect(set({ kubeflow_notebook: both }, 'snapshotVolumes', true)).toEqual({
      kubeflow_notebook: { autosnapshot: true, snapshot_volumes: true }
    });
    const experiment = { experiment: { id: 'new', name: 'a' }, experiment_name: 'a' };
    expect(set({ kubeflow_notebook: experiment }, 'experiment', 'b')).toEqual({
      kubeflow_notebook: { experiment: { id: 'new', name: 'b' }, experiment_name: 'b' }
    });
  });

  it('takes a setting away wherever it is', () => {
    const metadata = { kubeflow_notebook: { timeout: 3, x: 1 }, chard: { timeoutSeconds: 4 } };
    expect(set(metadata, 'timeoutSeconds', null)).toEqual({
      kubeflow_notebook: { x: 1 },
      chard: {}
    });
    expect(set({}, 'timeoutSeconds', null)).toEqual({});
  });

  const settings: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
    {},
    { kubeflow_notebook: { x: 1 } },
    { kubeflow_notebook: { steps_defaults: ['label:a:b', 'report:enabled'], volumes: [] } },
    { kubeflow_notebook: { steps_defaults: { limits: { cpu: '1' } } } },
    { chard: { volumes: [{ name: 'data', type: 'pvc', mountPoint: '/d', theirs: 1 }] } },
    { kubeflow_notebook: {}, chard: { stepDefaults: { theirs: 1, limits: { cpu: '3' } } } }
  );
  const volume: fc.Arbitrary<VolumeSettings> = fc.record({
    name: fc.constantFrom('data', 'a.b'),
    type: fc.constantFrom('pv', 'pvc', 'new_pvc', 'clone'),
    mountPoint: fc.constantFrom('/data', '/'),
    size: fc.option(fc.constantFrom('5Gi', '5', '1.5Gi', '2e9', '7M')),
    storageClassName: fc.option(fc.constant('fast')),
    accessMode: fc.option(fc.constantFrom('ReadWriteMany', 'ReadWriteOncePod')),
    snapshot: fc.boolean(),
    snapshotName: fc.option(fc.constant('s')),
    readOnly: fc.boolean(),
    subPath: fc.option(fc.constant('a/b')),
    annotations: fc.dictionary(fc.constantFrom('a', 'x.y/z'), fc.constantFrom('1', 'a:b')),
    folder: fc.constant(null)
  });

  it('volumes are read as they were written, in both places', () => {
    fc.assert(
      fc.property(settings, fc.array(volume), (metadata, volumes) => {
        const written = read(set(metadata, 'volumes', volumes));
        expect(written.settings.volumes).toEqual(volumes);
        expect(written.diagnostics).toEqual([]);
      })
    );
  });

  it("keeps a volume's other keys", () => {
    const old = { name: 'data', type: 'pvc', mount_point: '/a', expose_as_env_var: true };
    const [before] = kale({ volumes: [old] }).settings.volumes;
    const changed = set({ kubeflow_notebook: { volumes: [old] } }, 'volumes', [
      { ...before!, mountPoint: '/b' }
    ]);
    expect(changed.kubeflow_notebook).toMatchObject({
      volumes: [{ mount_point: '/b', expose_as_env_var: true }]
    });
  });

  it('defaults of steps are read as they were written, in both places', () => {
    fc.assert(
      fc.property(settings, stepSettings, (metadata, drawn) => {
        const stepDefaults = { ...drawn, description: null };
        const written = read(set(metadata, 'stepDefaults', stepDefaults));
        expect(written.settings.stepDefaults).toEqual(stepDefaults);
        expect(written.diagnostics).toEqual([]);
      })
    );
  });

  it("keeps the defaults' other tags and keys", () => {
    const metadata = {
      kubeflow_notebook: { steps_defaults: ['report:enabled', 'limit:cpu:1'] },
      chard: { stepDefaults: { theirs: 1 } }
    };
    const changed = set(metadata, 'stepDefaults', {
      ...NO_SETTINGS,
      limits: { cpu: '2' },
      timeoutSeconds: 5
    });
    expect(changed).toEqual({
      kubeflow_notebook: { steps_defaults: ['report:enabled', 'limit:cpu:2'] },
      chard: { stepDefaults: { theirs: 1, timeoutSeconds: 5 } }
    });
  });
});

describe('where a step may run', () => {
  const readDefaults = (stepDefaults: Json) =>
    readPipelineSettings({ chard: { stepDefaults } as JsonObject });

  it('reads node selectors and tolerations, in Kubernetes words', () => {
    const { settings, diagnostics } = readDefaults({
      nodeSelector: { 'example.com/gpu': 'a100' },
      tolerations: [{ key: 'gpu', value: 'yes', effect: 'NoExecute', seconds: 5 }, {}]
    });
    expect(diagnostics).toEqual([]);
    expect(settings.stepDefaults).toMatchObject({
      nodeSelector: { 'example.com/gpu': 'a100' },
      tolerations: [
        { key: 'gpu', operator: 'Equal', value: 'yes', effect: 'NoExecute', seconds: 5 },
        { key: '', operator: 'Exists', value: '', effect: '', seconds: null }
      ]
    });
  });

  it.each<[Json, string]>([
    [{ nodeSelector: { [`a/${'k'.repeat(64)}`]: 'x' } }, 'chard.stepDefaults.nodeSelector'],
    [{ nodeSelector: { gpu: 'x'.repeat(64) } }, 'chard.stepDefaults.nodeSelector.gpu'],
    [{ tolerations: [{ operator: 'Equal' }] }, 'chard.stepDefaults.tolerations.0'],
    [
      { tolerations: [{ key: 'a', operator: 'Exists', value: 'x' }] },
      'chard.stepDefaults.tolerations.0'
    ],
    [{ tolerations: [{ key: 'a', effect: 'Never' }] }, 'chard.stepDefaults.tolerations.0.effect'],
    [{ tolerations: { key: 'a' } }, 'chard.stepDefaults.tolerations']
  ])('reports %j by its name', (stepDefaults, field) => {
    const { diagnostics } = readDefaults(stepDefaults);
    expect(diagnostics).toMatchObject([{ severity: 'error', code: 'invalid-field' }]);
    expect(diagnostics[0]!.message).toContain(`"${field}"`);
  });
});
