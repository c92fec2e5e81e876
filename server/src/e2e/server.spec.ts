import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  checkNotebook,
  compileNotebook,
  findModules,
  followRun,
  getDoctor,
  getHealth,
  getRun,
  getStepKernel,
  listValues,
  peekValue,
  retryRun,
  startRun
} from '@chard/core/protocol/api';
import { Chard, PYTHON } from './testing/chard';
import { Companion } from './testing/companion';
import { readDocument, RunDocument } from './testing/documents';
import { cell, notebookText, type Cell } from './testing/notebooks';

jest.setTimeout(120_000);

let chard: Chard;
let root: string;
let companion: Companion;

const write = (name: string, cells: readonly Cell[]): void =>
  writeFileSync(join(root, name), notebookText(cells));

/** Until a run is over; @returns its state. */
async function ended(run: string): Promise<string> {
  for await (const { type } of companion.client.stream(followRun, { run }, {})) {
    if (type === 'failure') throw new Error('the run cannot be followed');
  }
  return (await companion.client.call(getRun, { params: { run } })).run.state;
}

beforeAll(async () => {
  chard = new Chard();
  root = join(chard.folder, 'root');
  mkdirSync(root);
  companion = await Companion.start(chard, root);
});

afterAll(async () => {
  await companion.end();
  chard.remove();
});

describe('a notebook', () => {
  const cells = [
    cell('pipeline-parameters', 'rate = 0.5'),
    cell('step:a', 'from helper import f\nx = f(rate)'),
    cell('step:b prev:a', 'y = x + 1'),
    cell('pipeline-metrics', 'print("y", y)')
  ];

  it('is checked as the command line checks it, saved or not', async () => {
    writeFileSync(join(root, 'helper.py'), 'def f(x):\n    return x\n');
    write('n.ipynb', [...cells, cell('step:c', 'if :')]);
    const { client } = companion;
    const { diagnostics } = await client.call(checkNotebook, { body: { path: 'n.ipynb' } });
    const printed = await chard.run(['check', join(root, 'n.ipynb'), '--json']);
    const expected = (JSON.parse(printed.out) as { diagnostics: { notebook?: string }[] })
      .diagnostics;
    expect(diagnostics).toEqual(expected.map(({ notebook: _, ...item }) => item));
    expect(diagnostics).toMatchObject([{ code: 'syntax-error', cell: 4, severity: 'error' }]);
    const body = { path: 'n.ipynb', content: notebookText(cells) };
    const unsaved = await client.call(checkNotebook, { body });
    expect(unsaved.diagnostics).toEqual([]);
    expect(unsaved.pipeline?.steps.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('with errors is neither compiled nor run, and says why', async () => {
    write('broken.ipynb', [cell('step:a prev:none', 'x = 1')]);
    const { client } = companion;
    const { diagnostics } = await client.call(checkNotebook, { body: { path: 'broken.ipynb' } });
    for (const endpoint of [compileNotebook, startRun] as const) {
      const body = { path: 'broken.ipynb' };
      expect(await client.failure(endpoint as typeof startRun, { body })).toMatchObject({
        status: 422,
        error: { code: 'notebook-has-errors' },
        diagnostics
      });
    }
    expect(diagnostics.length).toBeGreaterThan(0);
  });

  it('that is not there, or asks for what there is not, is refused with a code', async () => {
    write('n.ipynb', cells);
    const { client } = companion;
    const start = async (body: Parameters<typeof startRun.body.parse>[0]) => {
      const { status, error } = await client.failure(startRun, { body: body as { path: string } });
      return [status, error.code];
    };
    const path = 'n.ipynb';
    expect(await start({ path: 'none.ipynb' })).toEqual([404, 'notebook-unreadable']);
    expect(await start({ path, parameters: { rat: 1 } })).toEqual([400, 'unknown-parameter']);
    expect(await start({ path, parameters: { rate: 'x' } })).toEqual([400, 'wrong-parameter-type']);
    expect(await start({ path, options: { only: 'b' } })).toEqual([409, 'missing-results']);
    expect(await start({ path, options: { base: 'none' } })).toEqual([404, 'run-unknown']);
  });

  it('is compiled with the parameters that are given', async () => {
    write('n.ipynb', cells);
    const body = { path: 'n.ipynb', parameters: { rate: 0.25 } };
    const { pipeline, files } = await companion.client.call(compileNotebook, { body });
    expect(pipeline.parameters).toMatchObject([{ name: 'rate', default: 0.25 }]);
    expect(files.map(({ name }) => name)).toEqual(['n.pipeline.json']);
    expect(JSON.parse(files[0]?.text ?? '')).toEqual(pipeline);
  });

  it('is compiled for Kubeflow, as the command line does it, looking at nothing outside of the root', async () => {
    writeFileSync(join(chard.folder, 'outside.csv'), '1');
    writeFileSync(join(root, 'beside.csv'), '1');
    const reading = ['beside.csv', '../outside.csv'].map((file, index) =>
      cell(`step:read${index}`, `z${index} = open("${file}").read()`)
    );
    write('n.ipynb', [...cells, ...reading]);
    const body = { path: 'n.ipynb', target: 'kfp' as const };
    const { files, diagnostics } = await companion.client.call(compileNotebook, { body });
    expect(files.map(({ name, mediaType }) => [name, mediaType])).toEqual([
      ['n.yaml', 'application/yaml']
    ]);
    expect(files[0]?.text).toContain("schemaVersion: '2.1.0'");
    const relative = diagnostics.filter(({ code }) => code === 'relative-data-path');
    expect(
      relative.map(({ step, message }) => [step, message.includes('lies beside the notebook')])
    ).toEqual([
      ['read0', true],
      ['read1', false]
    ]);
    const output = join(chard.folder, 'n.yaml');
    await chard.run(['compile', join(root, 'n.ipynb'), '--target', 'kfp', '-o', output]);
    expect(files[0]?.text).toBe(readFileSync(output, 'utf8'));
  });

  it('has its local modules found, through one another, and none from outside of the root', async () => {
    mkdirSync(join(root, 'pkg'), { recursive: true });
    writeFileSync(join(root, 'pkg/__init__.py'), 'from . import inner\n');
    writeFileSync(join(root, 'pkg/inner.py'), 'import other, escaped\n');
    writeFileSync(join(root, 'other.py'), 'x = 1\n');
    writeFileSync(join(chard.folder, 'escaped.py'), 'secret = 1\n');
    symlinkSync(join(chard.folder, 'escaped.py'), join(root, 'escaped.py'));
    const body = { path: 'n.ipynb', names: ['pkg', 'numpy'] };
    const { modules } = await companion.client.call(findModules, { body });
    expect(modules.map(({ name, path }) => [name, path])).toEqual([
      ['pkg', 'pkg/__init__.py'],
      ['pkg.inner', 'pkg/inner.py'],
      ['other', 'other.py']
    ]);
  });

  it('runs with other parameters, and the command line sees the run', async () => {
    write('n.ipynb', cells);
    const body = { path: 'n.ipynb', parameters: { rate: 2 } };
    const { run } = await companion.client.call(startRun, { body });
    expect(await ended(run.id)).toBe('succeeded');
    const shown = await chard.run(['runs', 'show', run.id, '--json']);
    const document = readDocument(shown, RunDocument);
    expect(document).toMatchObject({ id: run.id, metrics: { y: 3 } });
    const again = await companion.client.failure(retryRun, { params: { run: run.id } });
    expect(again).toMatchObject({ status: 409, error: { code: 'run-complete' } });
  });
});

/** IPython as a kernel has it, running these cells one after the other. */
const KERNEL = `
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in sys.argv[1:]: shell.run_cell(cell).raise_error()
`;

it('gives a kernel what a failed step got, exactly', async () => {
  write('failing.ipynb', [
    cell('imports', 'import random, os'),
    cell('functions', 'def twice(x):\n    return 2 * x\nFACE = "😀"'),
    cell(
      'step:a',
      'random.seed(7)\nname = "ä😀"\nitems = [1]\nalias = items\nos.environ["MODE"] = "m"'
    ),
    cell(
      'step:b prev:a',
      'alias.append(twice(2))\nwant = (FACE, name, items, random.random(), os.environ["MODE"])\nraise ValueError(want)'
    )
  ]);
  const { run } = await companion.client.call(startRun, { body: { path: 'failing.ipynb' } });
  expect(await ended(run.id)).toBe('failed');
  const { snapshot } = await companion.client.call(getRun, { params: { run: run.id } });
  const params = { run: run.id, step: 'b' };
  const { setup, cells, kernel, missing } = await companion.client.call(getStepKernel, { params });
  expect([kernel, missing, cells.map(({ cell: index }) => index)]).toEqual(['python3', [], [3]]);
  const rerun = (cells[0]?.source ?? '').replace('raise ValueError(want)', 'print(want)');
  const printed = execFileSync(PYTHON, ['-c', KERNEL, setup, rerun], { encoding: 'utf8' });
  expect(printed.trim()).toBe(snapshot.steps.find(({ name }) => name === 'b')?.error?.message);
  const unknown = await companion.client.failure(getStepKernel, {
    params: { ...params, step: 'x' }
  });
  expect(unknown).toMatchObject({ status: 404, error: { code: 'step-unknown' } });
});

it('shows a look at what a step got and left, made by its own Python', async () => {
  write('values.ipynb', [
    cell('functions', 'class Point:\n    def __repr__(self): return "Point here"'),
    cell('step:a', 'size = Point()\nitems = list(range(1000))'),
    cell('step:b prev:a', 'größe = {"items": items, "at": size}')
  ]);
  const { run } = await companion.client.call(startRun, { body: { path: 'values.ipynb' } });
  expect(await ended(run.id)).toBe('succeeded');
  const params = { run: run.id, step: 'b' };
  const { values, inputs } = await companion.client.call(listValues, {
    params: { run: run.id },
    query: { step: 'b' }
  });
  expect(inputs.find(({ name }) => name === 'items')).toMatchObject({ shape: [1000] });
  expect(values).toMatchObject([{ name: 'größe', type: 'dict', shape: [2] }]);
  const look = async (name: string, before: boolean) =>
    (await companion.client.call(peekValue, { params, body: { name, before } })).data['text/plain'];
  expect(await look('size', true)).toBe('Point here');
  expect(await look('größe', false)).toMatch(/^\{'at': Point here, 'items': \[0, 1, 2, /);
  const body = { name: 'nothing', before: true };
  expect(await companion.client.failure(peekValue, { params, body })).toMatchObject({
    status: 404,
    error: { code: 'value-missing' }
  });
});

it('looks at the machine as chard doctor does', async () => {
  const { findings } = await companion.client.call(getDoctor);
  expect(findings.filter(({ ok }) => !ok)).toEqual([]);
});

describe('runs that go on while the server ends', () => {
  it.each([
    ['with Jupyter', undefined, 0],
    ['killed', 'SIGKILL' as const, 'SIGKILL']
  ])('%s are gone on with by the next one', async (name, signal, how) => {
    const counts = join(chard.folder, `${signal}.counts`);
    const gate = join(chard.folder, `${signal}.gate`);
    const count = (step: string) => `open(${JSON.stringify(counts)}, "a").write("${step}\\n")`;
    write(`${name}.ipynb`, [
      cell('step:a', `x = 1\n${count('a')}`),
      cell(
        'step:b prev:a',
        `import os, time\n${count('b')}\nprint("here", flush=True)\nwhile not os.path.exists(${JSON.stringify(gate)}): time.sleep(0.01)\ny = x`
      )
    ]);
    const { run } = await companion.client.call(startRun, { body: { path: `${name}.ipynb` } });
    const stream = companion.client.stream(followRun, { run: run.id }, { output: true });
    for await (const { parsed } of stream) {
      if (parsed?.type === 'output' && parsed.text.includes('here')) break;
    }
    expect(await companion.end(signal)).toBe(how);
    while (chard.leftBehind().length > 0) await new Promise(resume => setTimeout(resume, 20));
    writeFileSync(gate, '');
    companion = await Companion.start(chard, root);
    // It goes on by itself: nobody asks for the run before it is over.
    while (!(await companion.client.call(getHealth)).resumed.includes(run.id)) {
      await new Promise(resume => setTimeout(resume, 20));
    }
    expect(await ended(run.id)).toBe('succeeded');
    expect(existsSync(counts) && readFileSync(counts, 'utf8')).toBe('a\nb\nb\n');
  });
});
