import fc from 'fast-check';
import { IPYTHON_CELLS, PLAIN_CELLS, mixedCell, soup } from '../../testing/ipython/cells';
import { askIPython } from '../../testing/ipython/oracle';
import type { IPythonCall, IPythonOutcome } from '../../testing/ipython/oracle';
import type { IPythonConstruct } from './model';
import { transformCell } from './transformCell';

/*
 * Where this module differs from IPython's transformer on purpose:
 * - Blank lines stay, leading ones too, and so do blanks in blank lines of a cell without common indentation: places are
 *   what analysis needs, and IPython's way changes strings.
 * - No line end is added at a cell's end.
 * - Python inside magics (`%time x = 1`, the lines below `%%time`) is transformed too; IPython does that when it runs. What is
 *   no Python there is none here, while IPython's transformer has it in a string.
 * - Only `\n`, `\r\n` and `\r` end a line; IPython's `splitlines` also takes form feeds and Unicode's line ends for it.
 */

const CELLS = [
  ...PLAIN_CELLS,
  ...IPYTHON_CELLS,
  ...fc.sample(mixedCell, { numRuns: 1500, seed: 7 }),
  ...fc.sample(soup, { numRuns: 3000, seed: 11 })
];
const OURS = CELLS.map(cell => transformCell(cell, { automagic: false }));

let outcomes: IPythonOutcome[];
let accepted: boolean[];
beforeAll(() => {
  const answer = askIPython(
    CELLS,
    OURS.map(({ source }) => `${source}\n`)
  );
  outcomes = answer.cells;
  accepted = answer.sources;
}, 60_000);

/** A construct as the call that IPython writes for it. */
function asCall({ kind, name, argument }: IPythonConstruct): IPythonCall[] {
  switch (kind) {
    case 'cell-magic':
      return [{ method: 'run_cell_magic', arguments: [name, argument] }];
    case 'shell':
      return [{ method: name === '!' ? 'system' : 'getoutput', arguments: [argument] }];
    case 'assignment':
      if (name === '!') return [{ method: 'getoutput', arguments: [argument] }];
      return [{ method: 'run_line_magic', arguments: [name, argument] }];
    case 'help': {
      if (argument === '') return [{ method: 'show_usage', arguments: [] }];
      const magic = name === '??' ? 'pinfo2' : argument.includes('*') ? 'psearch' : 'pinfo';
      return [{ method: 'run_line_magic', arguments: [magic, argument] }];
    }
    case 'autocall':
      return [];
    default:
      return [{ method: 'run_line_magic', arguments: [name, argument] }];
  }
}

function isInside(inner: IPythonConstruct, outer: IPythonConstruct): boolean {
  const { start, end } = outer.range;
  const { line, column } = inner.range.start;
  const isBehindStart = line > start.line || (line === start.line && column > start.column);
  const isBeforeEnd = line < end.line || (line === end.line && column < end.column);
  return isBehindStart && isBeforeEnd;
}

/** Constructs that IPython's transformer itself sees: those inside other constructs it leaves to the magics. */
function outermost(constructs: readonly IPythonConstruct[]): IPythonConstruct[] {
  return constructs.filter(inner => !constructs.some(outer => isInside(inner, outer)));
}

function withoutBody(calls: readonly IPythonCall[]): IPythonCall[] {
  return calls.map(call => ({ ...call, arguments: call.arguments.slice(0, 2) }));
}

/** Compared without what the list of differences names. */
function comparable(source: string): string {
  const lines = source.replace(/\r\n?/g, '\n').split('\n');
  return lines
    .map(line => (line.trim() === '' ? '' : line))
    .join('\n')
    .replace(/^\n+|\n+$/g, '');
}

describe('transformCell and IPython', () => {
  test('the sample is rich enough to mean something', () => {
    expect(IPYTHON_CELLS.length).toBeGreaterThan(150);
    const parsed = outcomes.filter(({ parses }) => parses).length;
    expect(parsed).toBeGreaterThan(1500);
    expect(
      outcomes.filter(({ parses, calls }) => parses && calls.length > 0).length
    ).toBeGreaterThan(1000);
  });

  test('finds what IPython finds, with the same names and arguments', () => {
    const differences = CELLS.flatMap((cell, index) => {
      const { parses, calls } = outcomes[index]!;
      if (!parses) return [];
      const found = outermost(OURS[index]!.constructs).flatMap(asCall);
      const expected = withoutBody(calls);
      return JSON.stringify(found) === JSON.stringify(expected) ? [] : [{ cell, found, expected }];
    });
    expect(differences).toEqual([]);
  });

  test('leaves plain Python as it is', () => {
    const differences = CELLS.flatMap((cell, index) => {
      const { source, parses } = outcomes[index]!;
      const isPlain = parses && comparable(source!) === comparable(cell);
      const { source: ours, constructs, map } = OURS[index]!;
      if (!isPlain) return [];
      const isSame =
        ours === cell.replace(/\r\n?/g, '\n') && constructs.length === 0 && map.length === 0;
      return isSame ? [] : [{ cell, ours }];
    });
    expect(differences).toEqual([]);
    PLAIN_CELLS.forEach((cell, index) =>
      expect([cell, outcomes[index]!.parses]).toEqual([cell, true])
    );
  });

  test('gives Python wherever IPython does', () => {
    const refused = CELLS.flatMap((cell, index) =>
      outcomes[index]!.parsesInside && !accepted[index] ? [{ cell, ours: OURS[index]!.source }] : []
    );
    expect(refused).toEqual([]);
  });
});
