import fc from 'fast-check';
import { compareNotebooks, UnreadableNotebook, type ComparedCell } from './comparison';
import { compareLines } from './lines';

interface Sketch {
  readonly source: string;
  readonly id?: string;
  readonly type?: string;
  readonly tags?: readonly string[];
  readonly metadata?: object;
  readonly outputs?: readonly object[];
}

function notebook(...cells: (string | Sketch)[]): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: cells.map(cell => {
      const {
        source,
        id,
        type = 'code',
        tags,
        metadata,
        outputs = []
      } = typeof cell === 'string' ? ({ source: cell } as Sketch) : cell;
      return {
        ...(id !== undefined && { id }),
        cell_type: type,
        source,
        metadata: { ...(tags && { tags }), ...metadata },
        ...(type === 'code' && { outputs, execution_count: 1 })
      };
    })
  });
}

/** `changed 0>1 moved`: how, from where, to where. */
const told = (cells: readonly ComparedCell[]): string[] =>
  cells.map(
    ({ how, before, after, isMoved }) =>
      `${how} ${before?.index ?? ''}>${after?.index ?? ''}${isMoved ? ' moved' : ''}`
  );

const compare = (before: string, after: string): string[] =>
  told(compareNotebooks(before, after).cells);

describe('pairing cells', () => {
  it('is by id, whatever has become of the source', () => {
    const before = notebook({ id: 'a', source: 'x = 1' }, { id: 'b', source: 'y = 2' });
    const after = notebook({ id: 'b', source: 'y = 2' }, { id: 'a', source: 'import os' });
    const found = compare(before, after);
    expect(found.map(text => text.replace(' moved', ''))).toEqual(['same 1>0', 'changed 0>1']);
    expect(found.filter(text => text.endsWith('moved'))).toHaveLength(1);
  });

  it('is by source where there are no ids, and says which cells came, went and moved', () => {
    const before = notebook('import os', 'load()', 'clean()', 'train()', 'report()');
    const after = notebook('import os', 'train()', 'load()', 'clean()', 'deploy("now")');
    expect(compare(before, after)).toEqual([
      'same 0>0',
      'same 3>1 moved',
      'same 1>2',
      'same 2>3',
      'added >4',
      'removed 4>'
    ]);
  });

  it('is by likeness between the same neighbours', () => {
    const before = notebook('a()', 'rate = 0.1\ntrees = 10\nfit(rate, trees)', 'b()');
    const after = notebook(
      'a()',
      'print("new")',
      'rate = 0.2\ntrees = 10\nfit(rate, trees)',
      'b()'
    );
    expect(compare(before, after)).toEqual(['same 0>0', 'added >1', 'changed 1>2', 'same 2>3']);
  });

  it('takes cells of another type, or with little in common, for others', () => {
    const before = notebook('a()', { source: '# Title', type: 'markdown' }, 'b()');
    const after = notebook('a()', '# Title', 'b()');
    expect(compare(before, after)).toEqual(['same 0>0', 'added >1', 'removed 1>', 'same 2>2']);
  });

  it('does not trust ids that are there twice', () => {
    const before = notebook({ id: 'a', source: 'x' }, { id: 'a', source: 'y' });
    const after = notebook({ id: 'a', source: 'y' });
    expect(compare(before, after)).toEqual(['removed 0>', 'same 1>0']);
  });

  it('has every cell of both once, the second’s in their order', () => {
    const source = fc.constantFrom('', 'a', 'b', 'a = 1', 'a = 2', 'for i in x:\n  f(i)');
    const cells = fc.array(
      fc.record({ source, id: fc.option(fc.constantFrom('1', '2', '3'), { nil: undefined }) }),
      { maxLength: 7 }
    );
    const plain = (sketches: { source: string; id: string | undefined }[]): string =>
      notebook(...sketches.map(({ source: text, id }) => ({ source: text, ...(id && { id }) })));
    fc.assert(
      fc.property(cells, cells, (before, after) => {
        const found = compareNotebooks(plain(before), plain(after)).cells;
        const places = (side: 'before' | 'after'): number[] =>
          found.flatMap(cell => cell[side]?.index ?? []);
        expect(places('after')).toEqual([...after.keys()]);
        expect(places('before').toSorted((a, b) => a - b)).toEqual([...before.keys()]);
        const same = compareNotebooks(plain(before), plain(before)).cells;
        expect(same.every(({ how, isMoved }) => how === 'same' && !isMoved)).toBe(true);
      })
    );
  });
});

it('says in what a cell differs, and tells other outputs from another cell', () => {
  const shown = (text: string) => [{ output_type: 'stream', name: 'stdout', text }];
  const aspects = (before: Sketch, after: Sketch) => {
    const [cell] = compareNotebooks(notebook(before), notebook(after)).cells;
    return [cell?.how, cell?.aspects];
  };
  const cell = { source: 'x', outputs: shown('1') };
  expect(aspects(cell, { ...cell, outputs: shown('2') })).toEqual(['outputs', ['outputs']]);
  expect(aspects(cell, { ...cell, tags: ['step:a'] })).toEqual(['changed', ['tags']]);
  expect(aspects(cell, { ...cell, metadata: { chard: {} } })).toEqual(['changed', ['metadata']]);
  expect(aspects({ ...cell, id: 'a' }, { id: 'a', source: 'y', type: 'markdown' })).toEqual([
    'changed',
    ['source', 'type', 'outputs']
  ]);
  const result = { output_type: 'execute_result', data: {}, metadata: {} };
  expect(
    aspects(
      { source: 'x', outputs: [{ ...result, execution_count: 1 }] },
      { source: 'x', outputs: [{ ...result, execution_count: 7 }] }
    )
  ).toEqual(['same', []]);
});

it('says of what is no notebook why', () => {
  expect(() => compareNotebooks('{', notebook())).toThrow(UnreadableNotebook);
  expect(() => compareNotebooks(notebook(), '[]')).toThrow(UnreadableNotebook);
});

describe('comparing lines', () => {
  const shown = (before: string, after: string): string[] =>
    compareLines(before, after).map(({ how, before: old, after: now }) => {
      const text = (side: typeof old): string =>
        side === null
          ? ''
          : `${side.number}:${side.parts.map(part => (part.differs ? `[${part.text}]` : part.text)).join('')}`;
      return `${how} ${text(old)}|${text(now)}`;
    });

  it('puts them side by side, with what differs within them', () => {
    expect(shown('a\nrate = 0.1\nc\nd', 'a\nrate = 0.25\nc\nnew\nd')).toEqual([
      'same 1:a|1:a',
      'changed 2:rate = 0.[1]|2:rate = 0.[25]',
      'same 3:c|3:c',
      'added |4:[new]',
      'same 4:d|5:d'
    ]);
  });

  it('marks lines as a whole that have little in common', () => {
    expect(shown('import os', 'x = load(y)')).toEqual(['changed 1:[import os]|1:[x = load(y)]']);
  });

  it('knows nothing of a last line’s end', () => {
    expect(shown('a', 'a\n')).toEqual(['same 1:a|1:a']);
    expect(shown('', '')).toEqual([]);
    expect(shown('', 'a\n\n')).toEqual(['added |1:[a]', 'added |2:[]']);
  });

  it('gives up on texts that have nothing in common, and shows both', () => {
    const text = (letter: string): string =>
      Array.from({ length: 1000 }, (_, at) => `${letter}${at}`).join('\n');
    const rows = compareLines(text('a'), text('b'));
    expect(rows).toHaveLength(1000);
    expect(rows.every(({ how }) => how === 'changed')).toBe(true);
  });

  it('has all lines of both, in their order', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'ab', '', 'a b'), { maxLength: 9 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const rows = compareLines(before.join('\n'), after.join('\n'));
        const side = (name: 'before' | 'after'): string =>
          rows
            .flatMap(row => row[name] ?? [])
            .map(({ parts }) => parts.map(part => part.text).join(''))
            .join('\n');
        const trimmed = (lines: string[]): string => lines.join('\n').replace(/\n$/, '');
        expect(side('before')).toBe(trimmed(before));
        expect(side('after')).toBe(trimmed(after));
      })
    );
  });
});
