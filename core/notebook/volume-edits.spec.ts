import * as fc from 'fast-check';
import { applyEditsToModel } from './edits';
import type { JsonObject, Notebook, VolumeSettings } from './model';
import { readPipelineSettings } from './settings';
import {
  checkVolume,
  editsToAddVolume,
  editsToChangeVolume,
  editsToRemoveVolume,
  newVolume
} from './volume-edits';
import type { NotebookEdit } from '../diagnostics';
import { notebookJson } from '../testing/notebook/build';
import { parseNotebook } from './read';

const VOLUME = newVolume([]);
const read = (json: JsonObject): Notebook => parseNotebook(JSON.stringify(json)).notebook!;
const notebook = (metadata: JsonObject): Notebook => read(notebookJson([], metadata));
const edited = (before: Notebook, edits: readonly NotebookEdit[]): Notebook =>
  read(applyEditsToModel(notebookJson([], before.metadata), edits));
const volumesOf = ({ metadata }: Notebook): readonly VolumeSettings[] =>
  readPipelineSettings(metadata).settings.volumes;

const anyVolume = (name: fc.Arbitrary<string>): fc.Arbitrary<VolumeSettings> =>
  fc.record({
    name,
    type: fc.constantFrom('pv', 'pvc', 'new_pvc', 'clone'),
    mountPoint: name.map(each => `/mnt/${each}`),
    size: fc.constantFrom(null, '5Gi', '10', '1.5Ti'),
    storageClassName: fc.constantFrom(null, 'fast'),
    accessMode: fc.constantFrom(null, 'ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteOncePod'),
    snapshot: fc.boolean(),
    snapshotName: fc.constantFrom(null, 'before'),
    readOnly: fc.boolean(),
    subPath: fc.constantFrom(null, 'deep/er'),
    annotations: fc.constantFrom<Record<string, string>>({}, { team: 'a' }),
    folder: fc.constantFrom(null, '../data', '/data')
  });
const anyName = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
const anyVolumes = fc.uniqueArray(anyVolume(anyName), {
  selector: ({ name }) => name,
  maxLength: 4
});
/** A notebook of Kale's, one of ours, a plain one. */
const anyMetadata = fc.constantFrom<JsonObject>(
  { kubeflow_notebook: { theirs: 1 } },
  { chard: {} },
  {}
);

it('what is added, changed and removed is what is read', () => {
  fc.assert(
    fc.property(
      anyMetadata,
      anyVolumes,
      fc.nat(),
      anyVolume(fc.constant('zz')),
      (metadata, volumes, at, other) => {
        let now = notebook(metadata);
        for (const volume of volumes) now = edited(now, editsToAddVolume(now, volume));
        expect(volumesOf(now)).toEqual(volumes);
        if (volumes.length === 0) return;
        const index = at % volumes.length;
        const changed = edited(now, editsToChangeVolume(now, index, other));
        expect(volumesOf(changed)).toEqual(volumes.with(index, other));
        const removed = edited(now, editsToRemoveVolume(now, index));
        expect(volumesOf(removed)).toEqual(volumes.toSpliced(index, 1));
      }
    )
  );
});

it('writes Kale’s volumes in Kale’s words, and where they are here under our own key', () => {
  const kale = notebook({ kubeflow_notebook: { volumes: [] } });
  const edits = editsToAddVolume(kale, { ...VOLUME, size: '5Gi', folder: '../data' });
  expect(edited(kale, edits).metadata).toEqual({
    kubeflow_notebook: {
      volumes: [
        {
          name: 'data-1',
          type: 'pvc',
          mount_point: '/data-1',
          size: 5,
          size_type: 'Gi',
          snapshot: true,
          annotations: []
        }
      ]
    },
    chard: { volumeFolders: { 'data-1': '../data' } }
  });
});

it('keeps what it does not know: other keys, a volume that cannot be used', () => {
  const rok = { name: 'old', type: 'rok', mount_point: '/old' };
  const before = notebook({
    kubeflow_notebook: {
      volumes: [{ name: 'data', type: 'pvc', mount_point: '/data', theirs: 1 }, rok]
    }
  });
  const [volume] = volumesOf(before);
  const renamed = edited(before, editsToChangeVolume(before, 0, { ...volume!, readOnly: true }));
  expect(renamed.metadata['kubeflow_notebook']).toMatchObject({
    volumes: [{ name: 'data', theirs: 1, read_only: true }, rok]
  });
  const removed = edited(before, editsToRemoveVolume(before, 0));
  expect(removed.metadata['kubeflow_notebook']).toEqual({ volumes: [rok] });
});

it('changes nothing where nothing is different', () => {
  const before = notebook({ chard: { volumes: [{ name: 'a', type: 'pvc', mountPoint: '/a' }] } });
  expect(editsToChangeVolume(before, 0, volumesOf(before)[0]!)).toEqual([]);
  expect(editsToRemoveVolume(before, 7)).toEqual([]);
});

it.each<[Partial<VolumeSettings>, string, RegExp]>([
  [{ name: 'Data' }, 'name', /small letters/],
  [{ mountPoint: 'data' }, 'mountPoint', /begins with/],
  [{ size: 'five' }, 'size', /amount/],
  [{ accessMode: 'all' }, 'accessMode', /one of/],
  [{ name: 'taken' }, 'name', /another volume/],
  [{ mountPoint: '/taken' }, 'mountPoint', /another volume/]
])('says at the field what is wrong with %j', (change, field, message) => {
  const taken = { ...VOLUME, name: 'taken', mountPoint: '/taken' };
  const problems = checkVolume({ ...VOLUME, ...change }, [taken]);
  expect(problems).toEqual([{ field, message: expect.stringMatching(message) }]);
});

it('finds nothing wrong with a new volume, whatever there is', () => {
  fc.assert(
    fc.property(anyVolumes, volumes => {
      expect(checkVolume(newVolume(volumes), volumes)).toEqual([]);
    })
  );
});
