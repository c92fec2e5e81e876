import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pipeline } from '@chard/core/pipeline';
import { Chard } from './testing/chard';
import { CheckDocument, FailureDocument, readDocument } from './testing/documents';
import { cell, notebookText, writeNotebook } from './testing/notebooks';

jest.setTimeout(120_000);

let chard: Chard;

beforeAll(() => {
  chard = new Chard();
  addKernel('removed', '/nowhere/env/bin/python');
  addKernel('forbidden', __filename);
});

function addKernel(name: string, python: string): void {
  const folder = join(chard.folder, 'jupyter/kernels', name);
  mkdirSync(folder, { recursive: true });
  const argv = [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}'];
  const kernelspec = { argv, display_name: name, language: 'python' };
  writeFileSync(join(folder, 'kernel.json'), JSON.stringify(kernelspec));
}

afterAll(() => chard.remove());

const kernel = (name: string, language: string) => ({ name, display_name: name, language });

describe('chard check says what is wrong with a notebook, where, and what to do', () => {
  it.each<[string, string, string]>([
    [
      'is not JSON',
      '{"cells": [',
      'notebook: error The file is not JSON: at line 1, column 11 of the file the text ends too early. A notebook (.ipynb) is a ' +
        'JSON file that Jupyter writes; if it was edited or merged by hand, repair it there, or restore it from a copy. [notebook-not-json]\n'
    ],
    [
      'has no cells',
      notebookText([]),
      'notebook: error The notebook has no cells. Write some code, then tag it. [no-cells]\n'
    ],
    [
      'is in R',
      notebookText([cell('step:a', 'x <- c(1, 2)')], kernel('ir', 'R')),
      'notebook: error The notebook has the kernel "ir", the language "r". Only Python notebooks become pipelines: choose a ' +
        'Python kernel if its code is Python. [unsupported-language]\n'
    ],
    [
      'has a kernel that is not installed',
      notebookText([cell('step:a', 'x = 1')], kernel('gone', 'python')),
      'notebook: error The notebook\'s kernel "gone" is not installed here. Installed: '
    ],
    [
      'has a kernel whose environment was removed',
      notebookText([cell('step:a', 'x = 1')], kernel('removed', 'python')),
      'notebook: error The kernel "removed" starts /nowhere/env/bin/python, which is not there any more (its environment was ' +
        'moved or removed). Choose another kernel, or remove this one: '
    ],
    [
      'has a kernel whose interpreter may not be run',
      notebookText([cell('step:a', 'x = 1')], kernel('forbidden', 'python')),
      `notebook: error The kernel "forbidden" starts ${__filename}, which you may not run. Choose another kernel, or remove `
    ],
    [
      'has a syntax error',
      notebookText([cell('imports', 'import os'), cell('step:a', 'x = 1\nif x:\n    y = (x +')]),
      "cell 1, line 3, column 8 (step a): error Python cannot read this cell: '(' was never closed. [syntax-error]\n" +
        '        y = (x +\n' +
        '            ^\n'
    ],
    [
      'depends on a step that is not there',
      notebookText([cell('step:load', 'x = 1'), cell('step:train prev:lod', 'y = x')]),
      'cell 1 (step train): error The step "train" depends on "lod", but no step has that name.'
    ],
    [
      'depends on a later step',
      notebookText([cell('step:a prev:b', 'x = 1'), cell('step:b', 'y = 1')]),
      'cell 0 (step a): error The step "a" (from cell 0) depends on "b", which begins only later (cell 1).'
    ],
    [
      'has a step that depends on itself',
      notebookText([cell('step:a prev:a', 'x = 1')]),
      'cell 0 (step a): error The step "a" depends on itself. Remove the tag "prev:a". [self-dependency]\n    fix: Remove "prev:a"\n'
    ],
    [
      'has a cycle',
      notebookText([
        cell('step:a', 'x = 1'),
        cell('step:b prev:a', 'y = 1'),
        cell('step:a prev:b', 'z = 1')
      ]),
      'cell 2 (step a): error The step "a" (from cell 0) depends on "b", which begins only later (cell 1).'
    ],
    [
      'reads what nothing defines',
      notebookText([cell('step:a', 'x = 1\nprint(x, misspelt)')]),
      'cell 0, line 2, column 9 (step a): error '
    ]
  ])('%s', async (_, text, message) => {
    const { code, out, err } = await chard.run(['check', '-'], { input: text });
    expect(out).toContain(message);
    expect(out).toMatch(/\n\d+ errors?(, .*)?\n$/);
    expect([code, err]).toEqual([1, '']);
  });

  it('gives the same as JSON', async () => {
    const text = notebookText([cell('step:a', 'print(1)\ny = (2 +')]);
    const result = await chard.run(['check', '-', '--json'], { input: text });
    const { diagnostics } = readDocument(result, CheckDocument);
    expect(result.code).toBe(1);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([
      expect.objectContaining({
        severity: 'error',
        code: 'syntax-error',
        notebook: '-',
        cell: 0,
        line: 2,
        column: 4,
        step: 'a'
      })
    ]);
  });

  it('asks the interpreter once about the same cells', async () => {
    const path = writeNotebook(chard.folder, 'same', notebookText([cell('step:a', 'x = (')]));
    const before = await chard.run(['check', path]);
    const after = await chard.run(['check', path]);
    expect([after.code, after.out]).toEqual([1, before.out]);
    writeFileSync(path, notebookText([cell('step:a', 'print(1)')]));
    expect((await chard.run(['check', path])).out).toBe(`${path}: nothing to say; 1 step.\n`);
  });
});

describe('a notebook with errors', () => {
  const text = notebookText([cell('step:a prev:a', 'print(1)')]);

  it('makes no graph', async () => {
    const result = await chard.run(['graph', '-', '--json'], { input: text });
    expect(result.code).toBe(1);
    const { error, diagnostics } = readDocument(result, FailureDocument);
    expect(error).toEqual({
      code: 'notebook-has-errors',
      message: '- has errors; it makes no pipeline.'
    });
    expect(diagnostics).toHaveLength(1);
    const shown = await chard.run(['graph', '-'], { input: text });
    expect([shown.code, shown.err]).toEqual([1, expect.stringContaining('[self-dependency]')]);
  });

  it('is not run', async () => {
    const path = writeNotebook(chard.folder, 'wrong', text);
    const shown = await chard.run(['run', path]);
    expect([shown.code, shown.out]).toEqual([1, '']);
    expect(shown.err).toContain('cell 0 (step a): error The step "a" depends on itself.');
    const result = await chard.run(['run', path, '--json']);
    expect(readDocument(result, FailureDocument).error).toEqual({
      code: 'notebook-has-errors',
      message: `${path} has errors; nothing was run.`
    });
    expect((await chard.run(['runs', 'list'])).out).toBe(
      'No runs yet. `chard run NOTEBOOK` makes the first.\n'
    );
  });
});

describe('wrong usage ends with 2 and says what is right', () => {
  const parameters = 'n = 3\nname = "a"\nflag = True\nitems = [1, 2]';
  let notebook: string;

  beforeAll(() => {
    notebook = writeNotebook(
      chard.folder,
      'parameters',
      notebookText([
        cell('pipeline-parameters', parameters),
        cell('step:a', 'print(n, name, flag, items)')
      ])
    );
  });

  it.each([
    ['n=x', 'wrong-parameter-type', 'The parameter "n": "x" is not an integer like 3.'],
    ['flag=3', 'wrong-parameter-type', 'The parameter "flag": "3" is not true or false.'],
    [
      'items=1',
      'wrong-parameter-type',
      'The parameter "items": "1" is not a list like ["a", "b"].'
    ],
    [
      'nam=b',
      'unknown-parameter',
      'The pipeline "parameters" has no parameter "nam". Did you mean "name"?'
    ],
    ['n', 'malformed-parameter', '"n" is not of the form name=value, for example rate=0.1.']
  ])('-p %s', async (word, code, message) => {
    const shown = await chard.run(['run', notebook, '-p', word]);
    expect([shown.code, shown.out, shown.err]).toEqual([2, '', `chard: ${message}\n`]);
    const json = await chard.run(['run', notebook, '-p', word, '--json']);
    expect([json.code, readDocument(json, FailureDocument)]).toEqual([
      2,
      { error: { code, message } }
    ]);
  });

  it.each([
    [['bogus'], "chard: unknown command 'bogus'. See `chard --help`.\n"],
    [['chek', '-'], "chard: unknown command 'chek'. (Did you mean check?) See `chard --help`.\n"],
    [['run'], "chard: missing required argument 'notebook'. See `chard --help`.\n"],
    [['run', '-'], 'chard: A run needs a notebook file: its steps start in its folder.\n'],
    [
      ['runs', 'show', 'latest'],
      'chard: There is no run yet. `chard run NOTEBOOK` makes the first.\n'
    ],
    [
      ['runs', 'list', '--limit', 'x'],
      "chard: option '--limit <n>' argument 'x' is invalid. It takes a whole number from 1. See `chard --help`.\n"
    ]
  ])('chard %j', async (words, message) => {
    const input = notebookText([cell('step:a', 'x = 1')]);
    const { code, out, err } = await chard.run(words, { input });
    expect([code, out, err]).toEqual([2, '', message]);
  });

  it('a folder or a file that is not there as the notebook', async () => {
    const folder = await chard.run(['run', chard.folder]);
    expect([folder.code, folder.err]).toEqual([
      2,
      `chard: The notebook ${chard.folder} cannot be read: it is a folder.\n`
    ]);
    const missing = await chard.run(['check', 'missing.ipynb', '--json']);
    expect([missing.code, readDocument(missing, FailureDocument).error]).toEqual([
      2,
      {
        code: 'notebook-unreadable',
        message: `The notebook ${join(chard.folder, 'missing.ipynb')} cannot be read: there is no such file.`
      }
    ]);
  });
});

describe('what is no trouble', () => {
  it('a notebook of 1,000 cells', async () => {
    const cells = Array.from({ length: 1000 }, (_, index) =>
      index % 10 === 0
        ? cell(`step:s${index}${index > 0 ? ` prev:s${index - 10}` : ''}`, `x${index} = ${index}`)
        : cell('', `x${index} = x${index - 1} + 1`)
    );
    const input = notebookText(cells);
    const pipeline = readDocument(await chard.run(['graph', '-', '--json'], { input }), Pipeline);
    expect(pipeline.steps).toHaveLength(100);
    expect(pipeline.steps[99]?.cells).toHaveLength(10);
    expect((await chard.run(['check', '-'], { input })).code).toBe(0);
  });

  it('help, of which every page has an example', async () => {
    const pages = [
      [],
      ['check'],
      ['graph'],
      ['run'],
      ['doctor'],
      ['runs', 'exec'],
      ['runs', 'list']
    ];
    for (const words of pages) {
      const { code, out, err } = await chard.run([...words, '--help']);
      expect([code, err]).toEqual([0, '']);
      expect(out).toContain('Example:\n  chard ');
    }
  });

  it('a machine that has all that Chard needs', async () => {
    const { code, out } = await chard.run(['doctor']);
    expect(out.split('\n').filter(line => line.startsWith('✓'))).toHaveLength(5);
    expect(code).toBe(0);
  });
});
