import fc from 'fast-check';
import type { NotebookEdit } from '../diagnostics';
import { foreignTag, tagList } from '../testing/notebook/arbitrary';
import { notebookText } from '../testing/notebook/build';
import { applyEdits, applyEditsToModel } from './edits';
import type { Json, JsonObject } from './model';
import { parseNotebook } from './read';

const awkward = `{
  "cells": [
    {
      "cell_type": "code",
      "metadata": { "tags": ["a", "step:x"], "n": 1.0, "big": 12345678901234567890 },
      "outputs": [{"data": {"x": [1.50, -0, 1e5, NaN, -Infinity]}, "t": "quote \\" { [ \\\\"}],
      "source": ["x = '\\u00e9'\\n", "y = 2\\n", "z = 3"],
      "z": 1, "a": 2
    },
    {
      "cell_type": "markdown",
      "source": "one \\u00e9 \\ud83d\\ude00 \\/ two\\nthree"
    }
  ],
  "metadata": {"b": 1.0, "a": {}},
  "nbformat": 4,\t"nbformat_minor": 2
}
`;

const at = (line: number, column: number) => ({ line, column });

describe('applyEdits', () => {
  const cases: [string, NotebookEdit[], [string, string]][] = [
    [
      'adds a tag to a list on one line',
      [{ kind: 'add-tag', cell: 0, tag: 'prev:é' }],
      ['"step:x"]', '"step:x", "prev:é"]']
    ],
    ['adds no tag twice', [{ kind: 'add-tag', cell: 0, tag: 'a' }], ['', '']],
    [
      'adds the first tag of a cell without metadata',
      [{ kind: 'add-tag', cell: 1, tag: 'skip' }],
      [
        '/ two\\nthree"\n',
        '/ two\\nthree",\n      "metadata": {\n        "tags": [\n          "skip"\n        ]\n      }\n'
      ]
    ],
    [
      'removes a tag',
      [{ kind: 'remove-tag', cell: 0, tag: 'a' }],
      ['["a", "step:x"]', '["step:x"]']
    ],
    [
      'removes all tags',
      [
        { kind: 'remove-tag', cell: 0, tag: 'step:x' },
        { kind: 'remove-tag', cell: 0, tag: 'a' }
      ],
      ['["a", "step:x"]', '[]']
    ],
    [
      'replaces a tag',
      [{ kind: 'replace-tag', cell: 0, tag: 'step:x', with: 'step:y' }],
      ['"step:x"', '"step:y"']
    ],
    [
      'sets a new field of a cell',
      [{ kind: 'set-metadata', cell: 0, path: ['chard', 'timeoutSeconds'], value: 60 }],
      ['12345678901234567890 }', '12345678901234567890, "chard": {"timeoutSeconds": 60} }']
    ],
    [
      'replaces a field',
      [{ kind: 'set-metadata', cell: 0, path: ['n'], value: 2 }],
      ['"n": 1.0', '"n": 2']
    ],
    [
      'removes a field',
      [{ kind: 'set-metadata', cell: 0, path: ['n'], value: null }],
      ['"n": 1.0, ', '']
    ],
    [
      'removes the last field',
      [{ kind: 'set-metadata', cell: 0, path: ['big'], value: null }],
      [', "big": 12345678901234567890', '']
    ],
    [
      'removes nothing where nothing is',
      [{ kind: 'set-metadata', cell: 1, path: ['chard', 'x'], value: null }],
      ['', '']
    ],
    [
      "sets a field of the notebook's",
      [{ kind: 'set-metadata', cell: null, path: ['a', 'c'], value: [1, { d: null }] }],
      ['"a": {}', '"a": {\n    "c": [\n      1,\n      {\n        "d": null\n      }\n    ]\n  }']
    ],
    [
      'replaces a part of a line, and keeps escapes elsewhere',
      [
        {
          kind: 'replace-source',
          cell: 0,
          range: { start: at(2, 4), end: at(2, 5) },
          text: '20'
        }
      ],
      ['"y = 2\\n"', '"y = 20\\n"']
    ],
    [
      'joins and splits lines',
      [
        {
          kind: 'replace-source',
          cell: 0,
          range: { start: at(2, 0), end: at(3, 0) },
          text: 'a\nb\nc'
        }
      ],
      ['"y = 2\\n", "z = 3"', '"a\\n", "b\\n", "cz = 3"']
    ],
    [
      'replaces within a source that is one text, escapes kept, columns in code points',
      [
        {
          kind: 'replace-source',
          cell: 1,
          range: { start: at(1, 7), end: at(2, 0) },
          text: '"!"\n'
        }
      ],
      ['\\ude00 \\/ two\\nthree', '\\ude00\\"!\\"\\nthree']
    ]
  ];

  it.each(cases)('%s', (_, edits, [before, after]) => {
    const expected = awkward.replace(before, () => after);
    expect(applyEdits(awkward, edits)).toBe(expected);
    const windows = awkward.replaceAll('\n', '\r\n');
    expect(applyEdits(windows, edits)).toBe(expected.replaceAll('\n', '\r\n'));
    expect(applyEdits(`\uFEFF${awkward}`, edits)).toBe(`\uFEFF${expected}`);
  });

  it('writes as nbformat does', () => {
    const text = notebookText([{ tags: ['a'] }, {}]);
    const edited = applyEdits(text, [
      { kind: 'add-tag', cell: 0, tag: 'skip' },
      { kind: 'add-tag', cell: 1, tag: 'step:b' },
      { kind: 'set-metadata', cell: null, path: ['chard', 'name'], value: 'n' }
    ]);
    const expected = notebookText([{ tags: ['a', 'skip'] }, { tags: ['step:b'] }], {
      chard: { name: 'n' }
    });
    expect(edited).toBe(expected);
  });

  it('writes compactly into a compact text', () => {
    const text = JSON.stringify(JSON.parse(notebookText([{ tags: ['a'] }])));
    const edited = applyEdits(text, [
      { kind: 'add-tag', cell: 0, tag: 'b' },
      { kind: 'set-metadata', cell: 0, path: ['chard', 'x'], value: [1, 2] }
    ]);
    expect(edited).toBe(JSON.stringify(JSON.parse(edited)));
  });

  it('replaces the right one of double keys, and removes them all', () => {
    const text = '{"cells":[],"metadata":{"a":1,"a":2},"nbformat":4}';
    const set = (value: Json): NotebookEdit[] => [
      { kind: 'set-metadata', cell: null, path: ['a'], value }
    ];
    expect(applyEdits(text, set(3))).toBe('{"cells":[],"metadata":{"a":1,"a":3},"nbformat":4}');
    expect(applyEdits(text, set(null))).toBe('{"cells":[],"metadata":{},"nbformat":4}');
  });

  it('refuses what the notebook does not have', () => {
    const text = notebookText([{ source: 'a\nb' }]);
    const model = JSON.parse(text) as JsonObject;
    const source = (line: number, column: number): NotebookEdit => ({
      kind: 'replace-source',
      cell: 0,
      range: { start: at(line, column), end: at(line, column) },
      text: ''
    });
    const edits: NotebookEdit[] = [
      { kind: 'add-tag', cell: 1, tag: 'a' },
      { kind: 'add-tag', cell: -1, tag: 'a' },
      source(3, 0),
      source(1, 2)
    ];
    for (const edit of edits) {
      expect(() => applyEdits(text, [edit])).toThrow(RangeError);
      expect(() => applyEditsToModel(model, [edit])).toThrow(RangeError);
    }
    for (const broken of ['', '[', '{}', '{"cells":3}', '{"cells":[', '{"cells":[1]}', '"x']) {
      expect(() => applyEdits(broken, [{ kind: 'add-tag', cell: 0, tag: 'a' }])).toThrow(
        SyntaxError
      );
    }
  });
});

describe('the edits of text and model', () => {
  const json = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;
  const key = fc.constantFrom('chard', 'a', 'tags', '1', '__proto__', 'ключ "');
  const anyMetadata = fc.dictionary(key, json, { maxKeys: 4 }) as fc.Arbitrary<JsonObject>;
  const metadata = fc
    .tuple(anyMetadata, fc.option(tagList))
    .map(([rest, tags]) => (tags ? { ...rest, tags } : rest));
  const line = fc.string({ unit: fc.constantFrom('a', ' ', '"', '\\', 'é', '😀', '\t') });
  const lines = fc.array(line, { maxLength: 4 });
  const newline = fc.constantFrom('\n', '\r\n');
  const source = fc.oneof(
    fc.tuple(lines, newline).map(([all, end]) => all.join(end)),
    fc
      .tuple(lines, newline)
      .map(([all, end]) => all.map((each, i) => (i < all.length - 1 ? each + end : each))),
    fc.array(fc.string({ unit: fc.constantFrom('a', '\n', 'é') }), { maxLength: 4 })
  );
  const cell = fc.record(
    { cell_type: fc.constant('code'), metadata, outputs: fc.array(json), source },
    { requiredKeys: ['cell_type'] }
  ) as fc.Arbitrary<JsonObject>;
  const notebook = fc.record(
    { metadata, cells: fc.array(cell, { minLength: 1, maxLength: 3 }), nbformat: fc.constant(4) },
    { requiredKeys: ['cells', 'nbformat'] }
  ) as fc.Arbitrary<JsonObject & { cells: JsonObject[] }>;

  const tag = fc.oneof(foreignTag, fc.constantFrom('step:a', 'prev:a', 'skip', 'cache:disabled'));
  type Drawn =
    | Exclude<NotebookEdit, { kind: 'replace-source' }>
    | { kind: 'replace-source'; cell: number; from: number; length: number; text: string };
  const edit: fc.Arbitrary<Drawn> = fc.oneof(
    fc.record({ kind: fc.constant('add-tag' as const), cell: fc.nat(2), tag }),
    fc.record({ kind: fc.constant('remove-tag' as const), cell: fc.nat(2), tag }),
    fc.record({ kind: fc.constant('replace-tag' as const), cell: fc.nat(2), tag, with: tag }),
    fc.record({
      kind: fc.constant('set-metadata' as const),
      cell: fc.option(fc.nat(2)),
      path: fc.array(key, { minLength: 1, maxLength: 3 }),
      value: fc.oneof(json, fc.constant(null))
    }),
    fc.record({
      kind: fc.constant('replace-source' as const),
      cell: fc.nat(2),
      from: fc.nat(99),
      length: fc.nat(9),
      text: lines.map(all => all.join('\n'))
    })
  );

  /** Makes the numbers of a drawn edit fit the notebook as it is by now. */
  function fit(drawn: Drawn, model: JsonObject): NotebookEdit {
    const cells = model.cells as JsonObject[];
    const cell = drawn.cell === null ? null : drawn.cell % cells.length;
    if (drawn.kind === 'set-metadata') return { ...drawn, cell };
    if (drawn.kind !== 'replace-source') return { ...drawn, cell: cell! };
    const text = [cells[cell!]!.source ?? []].flat().join('');
    const characters = [...text.replaceAll('\r\n', '\n')];
    const start = drawn.from % (characters.length + 1);
    const end = Math.min(start + drawn.length, characters.length);
    const position = (offset: number) => {
      const before = characters.slice(0, offset).join('').split('\n');
      return { line: before.length, column: [...before.at(-1)!].length };
    };
    const range = { start: position(start), end: position(end) };
    return { kind: 'replace-source', cell: cell!, range, text: drawn.text };
  }

  const layouts: ((value: unknown) => string)[] = [
    value => JSON.stringify(value),
    value => JSON.stringify(value, null, 1),
    value => JSON.stringify(value, null, '\t').replaceAll('\n', '\r\n'),
    value => JSON.stringify(value, null, 2).replaceAll('é', '\\u00E9'),
    value => JSON.stringify(value, null, 1).replace(/\[\n *(?=")/g, '[')
  ];

  it('agree, one by one and all at once', () => {
    fc.assert(
      fc.property(
        notebook,
        fc.array(edit, { maxLength: 6 }),
        fc.constantFrom(...layouts),
        (model, drawn, print) => {
          const text = print(model);
          const original = structuredClone(model);
          let edited: JsonObject = model;
          const edits: NotebookEdit[] = [];
          for (const each of drawn) {
            const fitted = fit(each, edited);
            edits.push(fitted);
            edited = applyEditsToModel(edited, [fitted]);
          }
          expect(applyEditsToModel(model, edits)).toEqual(edited);
          expect(JSON.parse(applyEdits(text, edits))).toEqual(JSON.parse(JSON.stringify(edited)));
          expect(model).toEqual(original);
        }
      ),
      { numRuns: 500 }
    );
  });

  it('leave every other byte as it was', () => {
    fc.assert(
      fc.property(notebook, edit, fc.constantFrom(...layouts), (model, drawn, print) => {
        const text = print(model);
        const edited = applyEdits(text, [fit(drawn, model)]);
        const touched = drawn.cell === null ? -1 : drawn.cell % model.cells.length;
        const cellTexts = (of: string) =>
          (JSON.parse(of) as typeof model).cells.filter((_, index) => index !== touched).map(print);
        expect(cellTexts(edited)).toEqual(cellTexts(text));
        let start = 0;
        while (start < text.length && text[start] === edited[start]) start++;
        let end = 0;
        while (end < text.length - start && text.at(-1 - end) === edited.at(-1 - end)) end++;
        const changed = text.slice(start, text.length - end);
        // What goes is within the one value that is edited, so it never holds another cell's key.
        expect(changed.includes('"cell_type"')).toBe(false);
      })
    );
  });

  it('undo each other byte for byte', () => {
    fc.assert(
      fc.property(notebook, fc.constantFrom(...layouts), (model, print) => {
        const text = print(model);
        const before = parseNotebook(text).notebook!.cells[0]!.tags;
        fc.pre(Array.isArray((model.cells[0]!.metadata as JsonObject | undefined)?.tags));
        fc.pre(before.length > 0);
        const added = applyEdits(text, [{ kind: 'add-tag', cell: 0, tag: 'step:ours' }]);
        expect(added).not.toBe(text);
        expect(applyEdits(added, [{ kind: 'remove-tag', cell: 0, tag: 'step:ours' }])).toBe(text);
      })
    );
  });
});
