import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { buildRunner } from '../notebooks/buildRunner';
import { Chard, EXAMPLES } from './testing/chard';
import { CheckDocument, FailureDocument, readDocument } from './testing/documents';
import { cell, notebookText, writeNotebook, type Cell } from './testing/notebooks';

jest.setTimeout(120_000);

const CompileDocument = z.strictObject({
  files: z.array(z.string()),
  diagnostics: CheckDocument.shape.diagnostics
});

let chard: Chard;
beforeAll(() => {
  chard = new Chard();
});
afterAll(() => chard.remove());

let count = 0;
function notebook(cells: readonly Cell[], metadata: object = {}): string {
  count += 1;
  const document = JSON.parse(notebookText(cells)) as { metadata: object };
  Object.assign(document.metadata, metadata);
  return writeNotebook(chard.folder, `n${count}`, JSON.stringify(document));
}

/** Text that does not compress. */
function noise(length: number): string {
  return createHash('shake256', { outputLength: length / 2 }).digest('hex');
}

const TWO_STEPS = [cell('step:a', 'x = 1'), cell('step:b prev:a', 'print(x)')];
const compile = (...words: string[]) => chard.run(['compile', ...words, '--target', 'kfp']);

describe('chard compile', () => {
  it('writes a pipeline beside where it is called, and says where', async () => {
    const path = notebook(TWO_STEPS);
    const { code, out, err } = await compile(path, '--image', 'python:3.12');
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(`${join(chard.folder, `n${count}.yaml`)}\n`);
    const text = readFileSync(out.trim(), 'utf8');
    expect(text).toContain("schemaVersion: '2.1.0'");
  });

  it('gives the files and what there is to say as JSON; the same notebook gives the same bytes', async () => {
    const files = await Promise.all(
      ['one.yaml', 'two.yaml'].map(async name => {
        const result = await compile(join(EXAMPLES, 'wine/wine.ipynb'), '-o', name, '--json');
        const document = readDocument(result, CompileDocument);
        expect(document.files).toEqual([join(chard.folder, name)]);
        expect(document.diagnostics).toMatchObject([
          { severity: 'warning', code: 'no-image', cell: null },
          { severity: 'warning', code: 'relative-data-path', cell: 5, line: 1, step: 'read' }
        ]);
        return readFileSync(document.files[0]!, 'utf8');
      })
    );
    expect(files[0]).toBe(files[1]);
  });

  it('takes local modules along', async () => {
    const path = notebook([cell('step:a', 'import helper\nhelper.f()')]);
    writeFileSync(join(path, '../helper.py'), 'def f():\n    print("from the module")\n');
    const before = await compile(path, '-o', 'module.yaml', '--image', 'python:3.12');
    expect([before.code, before.err]).toEqual([0, '']);
    const text = readFileSync(join(chard.folder, 'module.yaml'), 'utf8');
    writeFileSync(join(path, '../helper.py'), 'def f():\n    print("changed")\n');
    await compile(path, '-o', 'module.yaml', '--image', 'python:3.12');
    expect(readFileSync(join(chard.folder, 'module.yaml'), 'utf8')).not.toBe(text);
  });

  it('lets the runner that lies here travel, as the build packed it', async () => {
    const { out } = await compile(notebook(TWO_STEPS), '--image', 'python:3.12');
    const text = readFileSync(out.trim(), 'utf8');
    const { packed } = buildRunner(join(EXAMPLES, '../runner'));
    const built = readFileSync(join(chard.folder, 'installed/server/kfp-runner.json'), 'utf8');
    expect(JSON.parse(built)).toMatchObject({ packed });
    // One piece among the arguments, one among the inputs of its task.
    expect(text).toContain(`- '${packed.slice(0, 80_000)}`);
    expect(text).toContain(`${packed.slice(-50_000)}'`);
  });
});

describe('what is wrong is said at its cell or field before anything is written', () => {
  const volumes = (volume: object) => ({ kubeflow_notebook: { volumes: [volume] } });
  it.each<[string, string, number | null, Cell[], object]>([
    [
      'an image with a blank',
      'invalid-tag',
      0,
      [cell('step:a', 'x = 1')].map(each => ({ ...each, tags: ['step:a', 'image:my image'] })),
      {}
    ],
    [
      'an image of the notebook with a blank',
      'invalid-image',
      0,
      TWO_STEPS,
      { kubeflow_notebook: { base_image: 'my image' } }
    ],
    [
      'a quantity that Kubernetes refuses',
      'invalid-tag',
      0,
      [cell('step:a limit:memory:4GB', 'x = 1')],
      {}
    ],
    [
      'a request above its limit',
      'request-above-limit',
      0,
      [cell('step:a limit:cpu:1', 'x = 1', { chard: { requests: { cpu: '2' } } })],
      {}
    ],
    ['a secret without a key', 'invalid-tag', 0, [cell('step:a secret:db:PASSWORD', 'x = 1')], {}],
    [
      'an unknown claim type',
      'invalid-field',
      null,
      TWO_STEPS,
      volumes({ name: 'v', type: 'nfs', mount_point: '/v' })
    ],
    [
      'a new claim without a size',
      'volume-without-size',
      null,
      TWO_STEPS,
      volumes({ name: 'v', type: 'new_pvc', mount_point: '/v', storage_class_name: 's' })
    ],
    [
      'a default without a type',
      'parameter-without-kfp-type',
      0,
      [cell('parameters', 'limit = None'), cell('step:a', 'print(limit)')],
      {}
    ],
    [
      'a label over 63 characters',
      'invalid-tag',
      0,
      [cell(`step:a label:team:${'x'.repeat(64)}`, 'x = 1')],
      {}
    ],
    [
      'a step over the size limit',
      'step-too-large',
      1,
      [cell('step:a', 'x = 1'), cell('step:b', `y = "${noise(300_000)}"`)],
      {}
    ],
    ['a name in vain', 'name-not-defined', 0, [cell('step:a', 'print(nowhere)')], {}]
  ])('%s: %s', async (_, code, at, cells, metadata) => {
    const path = notebook(cells, metadata);
    const output = join(chard.folder, 'kept.yaml');
    writeFileSync(output, 'what was there');
    const result = await compile(path, '-o', output, '--json', '--image', 'python:3.12');
    const { error, diagnostics = [] } = readDocument(result, FailureDocument);
    expect([result.code, error.code]).toEqual([1, 'notebook-has-errors']);
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors[0]).toMatchObject({ cell: at });
    if (code !== 'name-not-defined') expect(errors.map(each => each.code)).toContain(code);
    expect(readFileSync(output, 'utf8')).toBe('what was there');
  });

  it('a wrong call is one', async () => {
    const path = notebook(TWO_STEPS);
    for (const words of [['--target', 'airflow'], [], ['--target', 'kfp', '--image', 'a b']]) {
      const { code, err } = await chard.run(['compile', path, ...words]);
      expect(code).toBe(2);
      expect(err).toContain('chard:');
    }
  });
});

describe('the old file stays whole', () => {
  const text = 'what was there';

  it('is replaced as a whole, through a link too, and no part of it is left', async () => {
    const folder = mkdtempSync(join(chard.folder, 'links-'));
    writeFileSync(join(folder, 'real.yaml'), text);
    symlinkSync('real.yaml', join(folder, 'link.yaml'));
    const { code } = await compile(notebook(TWO_STEPS), '-o', join(folder, 'link.yaml'));
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'real.yaml'), 'utf8')).toContain('schemaVersion');
    expect(readdirSync(folder).sort()).toEqual(['link.yaml', 'real.yaml']);
  });

  it.each([
    ['its folder is not there', (folder: string) => join(folder, 'missing/out.yaml')],
    ['it is a folder', (folder: string) => folder],
    ['its folder is a file', (folder: string) => join(folder, 'old.yaml/out.yaml')]
  ])('where %s', async (_, output) => {
    const folder = mkdtempSync(join(chard.folder, 'out-'));
    writeFileSync(join(folder, 'old.yaml'), text);
    const result = await compile(notebook(TWO_STEPS), '-o', output(folder), '--json');
    const { error } = readDocument(result, FailureDocument);
    expect([result.code, error.code]).toEqual([1, 'output-unwritable']);
    expect(error.message).toContain(output(folder));
    expect(readdirSync(folder)).toEqual(['old.yaml']);
  });

  const isRoot = process.getuid?.() === 0;
  const lockedFolder = async (): Promise<void> => {
    const folder = mkdtempSync(join(chard.folder, 'locked-'));
    writeFileSync(join(folder, 'old.yaml'), text);
    chmodSync(folder, 0o500);
    const result = await compile(notebook(TWO_STEPS), '-o', join(folder, 'old.yaml'), '--json');
    expect(readDocument(result, FailureDocument).error.code).toBe('output-unwritable');
    chmodSync(folder, 0o700);
    expect(readFileSync(join(folder, 'old.yaml'), 'utf8')).toBe(text);
  };

  const smallDisk = async (): Promise<void> => {
    const disk = mkdtempSync(join(chard.folder, 'disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    try {
      writeFileSync(join(disk, 'old.yaml'), text);
      for (const mode of ['rw', 'ro']) {
        execFileSync('mount', ['-o', `remount,${mode}`, disk]);
        const result = await compile(notebook(TWO_STEPS), '-o', join(disk, 'old.yaml'), '--json');
        const { error } = readDocument(result, FailureDocument);
        expect([result.code, error.code]).toEqual([1, 'output-unwritable']);
        expect(error.message).toMatch(mode === 'rw' ? /full/ : /read only/);
        expect(readFileSync(join(disk, 'old.yaml'), 'utf8')).toBe(text);
        expect(readdirSync(disk)).toEqual(['old.yaml']);
      }
    } finally {
      execFileSync('umount', ['--lazy', disk]);
    }
  };

  /** Only root may mount a small disk, and nothing keeps root from writing into a folder. */
  if (isRoot) it('where the disk is full, or read only', smallDisk);
  else it('where the folder cannot be written', lockedFolder);
});
