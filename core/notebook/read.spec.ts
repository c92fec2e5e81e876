import { notebookJson, notebookText } from '../testing/notebook/build';
import { applyEdits } from './edits';
import type { JsonObject } from './model';
import { parseNotebook } from './read';

const codes = (input: string | object) => parseNotebook(input).diagnostics.map(({ code }) => code);

describe('parseNotebook', () => {
  it('reads cells, kernel and metadata, and keeps no outputs', () => {
    const json = notebookJson(
      [
        { source: ['a = 1\n', 'b = 2'], tags: ['step:x', 'mine'] },
        { type: 'markdown', source: '# Title' },
        { type: 'raw', source: '' }
      ],
      {
        kernelspec: { name: 'python3', display_name: 'Python 3 (ipykernel)', language: 'python' },
        theirs: { x: 1 }
      }
    );
    const { notebook, diagnostics } = parseNotebook(JSON.stringify(json));
    expect(diagnostics).toEqual([]);
    expect(notebook).toEqual({
      nbformat: { major: 4, minor: 4 },
      language: 'python',
      kernelspec: { name: 'python3', displayName: 'Python 3 (ipykernel)' },
      metadata: json.metadata,
      cells: [
        {
          index: 0,
          id: null,
          type: 'code',
          source: 'a = 1\nb = 2',
          tags: ['step:x', 'mine'],
          metadata: { tags: ['step:x', 'mine'] }
        },
        { index: 1, id: null, type: 'markdown', source: '# Title', tags: [], metadata: {} },
        { index: 2, id: null, type: 'raw', source: '', tags: [], metadata: {} }
      ]
    });
    expect(parseNotebook(json)).toEqual({ notebook, diagnostics });
  });

  it.each([0, 1, 2, 3, 4, 5, 6])('reads nbformat 4.%i', minor => {
    const json: JsonObject = { ...notebookJson([{ source: 'a' }]), nbformat_minor: minor };
    const cells = json.cells as JsonObject[];
    if (minor >= 5) cells[0]!.id = 'c0ffee';
    expect(parseNotebook(JSON.stringify(json))).toMatchObject({
      notebook: { nbformat: { major: 4, minor }, cells: [{ id: minor >= 5 ? 'c0ffee' : null }] },
      diagnostics: []
    });
  });

  it('reads Windows line ends, in the file and in sources, and a byte order mark', () => {
    const text = notebookText([{ source: ['a\r\n', 'b\r', 'c'] }, { source: 'd\r\ne' }]);
    const { notebook, diagnostics } = parseNotebook(`\uFEFF${text.replaceAll('\n', '\r\n')}`);
    expect(diagnostics).toEqual([]);
    expect(notebook!.cells.map(({ source }) => source)).toEqual(['a\nb\nc', 'd\ne']);
  });

  it("reads Python's NaN and infinities, which it writes into outputs", () => {
    const text = notebookText([{ source: 'x = "NaN"' }]).replace(
      '"outputs": []',
      '"outputs": [{"data": {"v": [NaN, -Infinity, Infinity, "NaN \\" Infinity"]}}]'
    );
    const { notebook, diagnostics } = parseNotebook(text);
    expect(diagnostics).toEqual([]);
    expect(notebook!.cells[0]!.source).toBe('x = "NaN"');
  });

  it.each<[JsonObject, string]>([
    [{}, 'python'],
    [{ kernelspec: { name: 'conda-env-x-py', display_name: 'x' } }, 'python'],
    [{ kernelspec: { name: 'k', language: 'Python' } }, 'python'],
    [{ language_info: { name: 'ipython' } }, 'python'],
    [{ kernelspec: { name: 'ir', display_name: 'R', language: 'R' } }, 'r'],
    [{ kernelspec: { name: 'ir', display_name: 'R' } }, 'r'],
    [{ language_info: { name: 'R' } }, 'r'],
    [{ kernelspec: { name: 'julia-1.10' } }, 'julia']
  ])('takes the language from %j', (metadata, language) => {
    const { notebook, diagnostics } = parseNotebook(notebookJson([{}], metadata));
    expect(notebook!.language).toBe(language);
    expect(diagnostics).toMatchObject(
      language === 'python' ? [] : [{ severity: 'error', code: 'unsupported-language' }]
    );
  });

  it('names the kernel that is not Python', () => {
    const metadata = { kernelspec: { name: 'ir', display_name: 'R 4.4', language: 'R' } };
    const [problem] = parseNotebook(notebookJson([{}], metadata)).diagnostics;
    expect(problem!.message).toContain('"R 4.4"');
    expect(problem!.message).toContain('choose a Python kernel');
  });

  it.each([
    ['', 'notebook-empty-file'],
    ['\uFEFF \r\n', 'notebook-empty-file'],
    ['rubbish', 'notebook-not-json'],
    ['\u0000\u0001', 'notebook-not-json'],
    ['PK\u0003\u0004', 'notebook-not-json'],
    ['<html></html>', 'notebook-not-json'],
    ['"unclosed', 'notebook-not-json'],
    ['[]', 'not-a-notebook'],
    ['null', 'not-a-notebook'],
    ['3', 'not-a-notebook'],
    ['{"cells": []}', 'not-a-notebook'],
    ['{"nbformat": 4}', 'not-a-notebook'],
    ['{"nbformat": 4, "cells": {}}', 'not-a-notebook'],
    ['{"nbformat": 3, "worksheets": []}', 'notebook-too-old'],
    ['{"nbformat": 2, "worksheets": []}', 'notebook-too-old'],
    ['{"nbformat": 5, "cells": []}', 'notebook-too-new']
  ])('refuses %j', (text, code) => {
    const { notebook, diagnostics } = parseNotebook(text);
    expect(notebook).toBeNull();
    expect(diagnostics).toMatchObject([{ severity: 'error', code, cell: null }]);
  });

  it('says how to convert an old notebook', () => {
    const [problem] = parseNotebook('{"nbformat": 3, "worksheets": [{"cells": []}]}').diagnostics;
    expect(problem!.message).toContain('jupyter nbconvert --to notebook --nbformat 4');
  });

  it('says where the JSON breaks', () => {
    const text = notebookText([{ source: 'é' }]).replace('"metadata"', '😀, "metadata"');
    const line = text.split('\n').findIndex(each => each.includes('😀')) + 1;
    const [problem] = parseNotebook(text).diagnostics;
    expect(problem).toMatchObject({ code: 'notebook-not-json', line, column: 3 });
    expect(problem!.message).toContain(`line ${line}, column 3 of the file`);
    expect(codes(text.replace('😀, ', ''))).toEqual([]);
  });

  it.each(['<<<<<<< HEAD\n', ',', '// why\n'])('refuses a text with %j in it', rubbish => {
    const text = notebookText([{}]).replace('"nbformat"', `${rubbish}"nbformat"`);
    const [problem] = parseNotebook(text).diagnostics;
    expect(problem).toMatchObject({ code: 'notebook-not-json' });
    expect(problem!.line).not.toBeNull();
  });

  it('reports a notebook without cells, and gives it', () => {
    const { notebook, diagnostics } = parseNotebook(notebookJson([]));
    expect(notebook!.cells).toEqual([]);
    expect(diagnostics).toMatchObject([{ severity: 'error', code: 'no-cells' }]);
  });

  it('keeps the indexes right past a broken cell', () => {
    const json = notebookJson([{ source: 'a' }, {}, {}, { source: 'b' }]);
    const cells = json.cells as JsonObject[];
    cells[1] = 7 as unknown as JsonObject;
    cells[2]!.source = 7;
    const { notebook, diagnostics } = parseNotebook(json);
    expect(notebook!.cells.map(({ index, type, source }) => [index, type, source])).toEqual([
      [0, 'code', 'a'],
      [1, 'raw', ''],
      [2, 'code', ''],
      [3, 'code', 'b']
    ]);
    expect(diagnostics).toMatchObject([
      { code: 'invalid-cell', cell: 1 },
      { code: 'invalid-cell', cell: 2 }
    ]);
  });

  it.each<[unknown, string[]]>([
    [
      ['a', 1, null, 'b'],
      ['a', 'b']
    ],
    ['step:x', ['step:x']],
    [{}, []]
  ])('repairs tags that are %j', (tags, repaired) => {
    const text = notebookText([{ metadata: { tags } as JsonObject }]);
    const [problem] = parseNotebook(text).diagnostics;
    expect(problem).toMatchObject({ severity: 'warning', code: 'invalid-tags', cell: 0 });
    const fixed = parseNotebook(applyEdits(text, problem!.fixes[0]!.edits));
    expect(fixed.diagnostics).toEqual([]);
    expect(fixed.notebook!.cells[0]!.tags).toEqual(repaired);
  });
});
