import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NotebookEdit } from '../diagnostics';
import { annotate } from './annotate';
import { applyEdits } from './edits';
import { parseNotebook } from './read';
import { editsToRenameStep, editsToSetStep } from './step-edits';

const text = (name: string) =>
  readFileSync(join(__dirname, '../testing/notebook/kale', `${name}.ipynb`), 'utf8');

function open(name: string) {
  const { notebook, diagnostics } = parseNotebook(text(name));
  expect(diagnostics).toEqual([]);
  return annotate(notebook!);
}

const outline = ({ steps }: ReturnType<typeof annotate>) =>
  steps.map(({ name, cells, prev }) => [name, cells, prev.map(({ step }) => step)]);

describe("Kale's notebooks of all years open as they are", () => {
  it('of January 2019: nbformat 4.2, lists of dependencies, papermill parameters', () => {
    const notebook = open('2019-01-first-tags');
    expect(notebook.diagnostics).toEqual([]);
    expect(outline(notebook)).toEqual([
      ['load', [3], []],
      ['total', [4], ['load']],
      ['middle', [5], ['load']],
      ['report', [6], ['total', 'middle']]
    ]);
    expect(notebook.cells[2]!.role).toEqual({ kind: 'parameters' });
    expect(notebook.settings.name).toBeNull();
  });

  it('of late 2019: block tags, an empty one, docker_image and volumes', () => {
    const notebook = open('2019-11-docker-image');
    expect(notebook.diagnostics).toMatchObject([
      { severity: 'warning', code: 'empty-name', cell: 6 }
    ]);
    expect(outline(notebook)).toEqual([
      ['first_step', [4, 5, 6], []],
      ['last_step', [7], ['first_step']]
    ]);
    expect(notebook.settings).toMatchObject({
      name: 'double-it',
      description: 'Doubles a number',
      experiment: 'Doubles',
      image: 'registry.example/notebook:0.9',
      volumes: [
        { name: 'workspace-a1b2', type: 'clone', size: '6Gi', annotations: {} },
        {
          name: 'data',
          type: 'new_pvc',
          snapshot: true,
          snapshotName: 'data-before',
          annotations: { 'rok/origin': 'bucket/object' }
        }
      ],
      unknown: { kale: {}, chard: {} }
    });
    expect(notebook.steps[0]!.settings.image).toBe('registry.example/notebook:0.9');
  });

  it('of 2020: snapshots, Katib, limits and defaults', () => {
    const notebook = open('2020-09-katib');
    expect(notebook.diagnostics).toEqual([]);
    expect(notebook.steps[1]!.settings).toMatchObject({
      limits: { cpu: '1', 'nvidia.com/gpu': '2' },
      labels: { 'access-ml-pipeline': 'true', team: 'vision' },
      annotations: { 'sidecar.istio.io/inject': 'false' }
    });
    expect(notebook.settings).toMatchObject({
      snapshotVolumes: true,
      katibRun: true,
      katib: { objective: { objectiveMetricName: 'score' }, maxTrialCount: 12 },
      volumeAccessMode: 'ReadWriteMany',
      storageClassName: null,
      unknown: { kale: {} }
    });
    expect(notebook.cells[4]!.role).toEqual({ kind: 'metrics' });
  });

  it('of 2025: step tags', () => {
    const notebook = open('2025-08-step-tags');
    expect(notebook.diagnostics).toEqual([]);
    expect(outline(notebook)).toEqual([
      ['sack', [2], []],
      ['kid1', [3], ['sack']],
      ['kid2', [4], ['sack', 'kid1']]
    ]);
  });

  it('of 2026: images, caching, security context, other notebooks', () => {
    const notebook = open('2026-05-base-image');
    expect(notebook.diagnostics).toMatchObject([
      { severity: 'error', code: 'sub-notebook-unsupported', cell: 3 }
    ]);
    expect(notebook.subNotebooks).toMatchObject([{ name: 'other', path: './other.ipynb' }]);
    expect(notebook.steps.map(({ settings: { image, cache } }) => [image, cache])).toEqual([
      ['registry.example:5000/team/python:3.12-slim', false],
      ['python:3.11', true]
    ]);
    expect(notebook.settings).toMatchObject({
      image: 'python:3.12',
      caching: true,
      timeoutSeconds: 3600,
      securityContext: { run_as_user: 1000 }
    });
    expect(notebook.notebook.cells[2]!.tags).toContain('report:enabled');
  });

  it.each([
    '2019-01-first-tags',
    '2019-11-docker-image',
    '2020-09-katib',
    '2025-08-step-tags',
    '2026-05-base-image'
  ])('%s comes back byte for byte when an edit is undone', name => {
    const before = text(name);
    const notebook = annotate(parseNotebook(before).notebook!);
    const [first] = notebook.steps;
    const there: NotebookEdit[] = [
      ...editsToRenameStep(notebook, first!.name, 'Other name'),
      ...editsToSetStep(notebook, first!.name, 'limits', { cpu: '9' })
    ];
    const changed = applyEdits(before, there);
    expect(changed).not.toBe(before);
    const other = annotate(parseNotebook(changed).notebook!);
    expect(other.steps[0]).toMatchObject({ name: 'Other name', cells: first!.cells });
    const back: NotebookEdit[] = [
      ...editsToRenameStep(other, 'Other name', first!.name),
      ...editsToSetStep(other, 'Other name', 'limits', {})
    ];
    expect(applyEdits(changed, back)).toBe(before);
  });
});
