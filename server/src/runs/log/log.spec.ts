import * as fc from 'fast-check';
import type { LogLine } from '@chard/core/protocol/api';
import type { RunEventBody } from '@chard/core/run';
import { plainText } from '@chard/core/text';
import type { Stores } from '../../stores';
import { memoryStores } from '../../stores/memory';
import { newRun, OWNER, stepFinished } from '../../stores/testing/contract';
import { LogIndexes, searchLines, type LogIndex } from './index';

let stores: Stores;
let indexes: LogIndexes;
beforeEach(() => {
  stores = memoryStores();
  indexes = new LogIndexes(stores.runs);
  stores.runs.create(newRun('r1'), OWNER);
});
afterEach(() => stores.close());

type Stream = 'stdout' | 'stderr';
const printed = (
  text: string,
  { step = 'a', stream = 'stdout' as Stream, attempt = 1 } = {}
): RunEventBody => ({ type: 'output', step, attempt, cell: 3, stream, text });

const say = (...bodies: RunEventBody[]): void => {
  stores.runs.append(
    'r1',
    OWNER,
    bodies.map((body, index) => ({ time: 100 + index, body }))
  );
};

const indexOf = (step?: string, streams?: Stream[]): Promise<LogIndex> =>
  indexes.of('r1', { step, streams });
const texts = (lines: readonly LogLine[]): string[] => lines.map(({ text }) => text);
const all = async (index: LogIndex): Promise<LogLine[]> => index.page(0, index.total);

describe('a page of a log', () => {
  it('joins what was printed in pieces and cuts what was printed together', async () => {
    say(printed('one\ntw'), printed('o\n\nth'), printed('ree'));
    const index = await indexOf();
    expect(await all(index)).toEqual(
      ['one', 'two', '', 'three'].map((text, line) => ({
        line,
        step: 'a',
        attempt: 1,
        cell: 3,
        stream: 'stdout',
        time: [100, 100, 101, 101][line],
        text,
        cut: 0
      }))
    );
    expect(texts(await index.page(1, 2))).toEqual(['two', '']);
    expect(await index.page(9, 5)).toEqual([]);
    expect(index.settled).toBe(3);
  });

  it('keeps the lines of steps side by side and of both streams apart, in the order of their beginnings', async () => {
    say(
      printed('a1 '),
      printed('b1\n', { step: 'b' }),
      printed('error\n', { stream: 'stderr' }),
      printed('goes on\n')
    );
    expect(texts(await all(await indexOf()))).toEqual(['a1 goes on', 'b1', 'error']);
    expect(texts(await all(await indexOf('a', ['stderr'])))).toEqual(['error']);
    expect(texts(await all(await indexOf('b')))).toEqual(['b1']);
  });

  it('shows a line that is written over as a terminal would', async () => {
    say(printed('10 %\r'), printed('20 %'), printed('\r30 %\r\nnext\r\n'));
    expect(texts(await all(await indexOf()))).toEqual(['30 %', 'next']);
  });

  it('begins a new line with another attempt, and where the old one was left for long', async () => {
    say(printed('half'), printed('whole\n', { attempt: 2 }));
    say(printed('left', { stream: 'stderr', attempt: 2 }));
    say(printed('x\n'.repeat(300), { attempt: 2 }));
    say(printed('again\n', { stream: 'stderr', attempt: 2 }));
    const lines = await all(await indexOf());
    expect(texts(lines.slice(0, 4))).toEqual(['half', 'whole', 'left', 'x']);
    expect(lines.at(-1)).toMatchObject({ text: 'again', stream: 'stderr', line: 303 });
  });

  it('has displays and errors as the command line prints them, and says what it cut off', async () => {
    const error = { code: 'exception', type: 'E', message: 'm', cell: 3, line: 1 };
    say(printed('y'.repeat(10_005)));
    say({
      type: 'display',
      step: 'a',
      attempt: 1,
      cell: 3,
      kind: 'result',
      data: { 'text/plain': '7' },
      metadata: {},
      displayId: null,
      update: false
    });
    say({ ...stepFinished('a'), error: { ...error, traceback: ['one', 'E: m'] } } as RunEventBody);
    const [long, ...rest] = await all(await indexOf());
    expect([long?.text.length, long?.cut]).toEqual([10_000, 5]);
    expect(rest.map(({ stream, text }) => [stream, text])).toEqual([
      ['display', '7'],
      ['error', 'one'],
      ['error', 'E: m']
    ]);
  });

  it('begins each line with the colour that the same stream has left on, wherever the page begins', async () => {
    const red = { foreground: { index: 1 } };
    say(printed('\u001b[31mone\ntwo\n'), printed('plain\n', { stream: 'stderr' }));
    say(printed('half \u001b[3'), printed('2mgreen\nx\r'), printed('\u001b[1my\rz\n'));
    say(
      printed('x\n'.repeat(600)),
      printed('\u001b[0mnone\nlast\n'),
      printed('new\n', { attempt: 2 })
    );
    const index = await indexOf();
    const lines = await all(index);
    expect(lines.slice(0, 5)).toMatchObject([
      { text: '\u001b[31mone' },
      { text: 'two', style: red },
      { text: 'plain' },
      { text: 'half \u001b[32mgreen', style: red },
      { text: 'z', style: { foreground: { index: 2 }, bold: true } }
    ]);
    expect(lines[0]).not.toHaveProperty('style');
    expect(lines[2]).not.toHaveProperty('style');
    const [far] = await index.page(500, 1);
    expect(far).toMatchObject({ text: 'x', style: { foreground: { index: 2 }, bold: true } });
    expect(lines.slice(-2).map(line => 'style' in line)).toEqual([false, false]);
  });

  it('leaves no colour on from one attempt to the next', async () => {
    say(printed('\u001b[31mred\n'), printed('other process\n', { attempt: 2 }));
    expect((await all(await indexOf()))[1]).not.toHaveProperty('style');
  });

  it('catches up with a log that grows, also when asked twice at once', async () => {
    say(printed('one\n'));
    await indexOf();
    say(printed('two\n'));
    const [index] = await Promise.all([indexOf(), indexOf(), indexOf()]);
    expect(index?.total).toBe(2);
  });
});

const anySource = fc.record({
  step: fc.constantFrom('a', 'b'),
  stream: fc.constantFrom<Stream[]>('stdout', 'stderr'),
  attempt: fc.constantFrom(1, 1, 1, 2)
});
const anyText = fc
  .array(
    fc.constantFrom(
      'x',
      '\u001b[31m',
      '\u001b[',
      '0m',
      'needle',
      'Needle',
      '\n',
      '\n',
      '\n\n',
      '\r',
      'y'.repeat(9)
    ),
    {
      maxLength: 8
    }
  )
  .map(parts => parts.join(''));
const anyLog = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: fc.tuple(anyText, anySource) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('many\n'.repeat(270)), anySource) }
  ),
  { maxLength: 60 }
);

describe('any log', () => {
  it('reads the same in pages of any size as in one', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyLog,
        fc.integer({ min: 1, max: 700 }),
        fc.nat(),
        async (log, size, at) => {
          stores = memoryStores();
          indexes = new LogIndexes(stores.runs);
          stores.runs.create(newRun('r1'), OWNER);
          log.forEach(([text, source], position) => {
            if (position === at % (log.length + 1)) void indexOf();
            say(printed(text, source));
          });
          const index = await indexOf();
          const whole = await all(index);
          expect(whole.map(({ line }) => line)).toEqual(whole.map((_, line) => line));
          const pages: LogLine[] = [];
          for (let from = 0; from < index.total; from += size) {
            pages.push(...(await index.page(from, size)).toSorted((a, b) => a.line - b.line));
          }
          expect(pages).toEqual(whole.toSorted((a, b) => a.line - b.line));
        }
      ),
      { numRuns: 60 }
    );
  });

  it('is searched as its lines would be one by one, in pages of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyLog,
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        async (log, limit, matchCase) => {
          stores = memoryStores();
          indexes = new LogIndexes(stores.runs);
          stores.runs.create(newRun('r1'), OWNER);
          for (const [text, source] of log) say(printed(text, source));
          const index = await indexOf();
          const fits = (text: string): boolean =>
            (matchCase ? plainText(text) : plainText(text).toLowerCase()).includes('needle');
          const expected = (await all(index)).filter(({ text }) => fits(text));
          const found: LogLine[] = [];
          for (let from: number | null = 0; from !== null;) {
            const page = await searchLines(index, { text: 'needle', matchCase, from, limit });
            expect(page.matches.length).toBeLessThanOrEqual(limit);
            found.push(...page.matches.map(({ line }) => line));
            from = page.next;
          }
          expect(found).toEqual(expected.toSorted((a, b) => a.line - b.line));
        }
      ),
      { numRuns: 60 }
    );
  });
});

describe('a search', () => {
  const find = async (text: string, matchCase = false) =>
    (await searchLines(await indexOf(), { text, matchCase, from: 0, limit: 10 })).matches.map(
      ({ line, ranges }) => ranges.map(([start, end]) => line.text.slice(start, end))
    );

  it('takes a text as it is, not as a pattern', async () => {
    say(printed('a.b (c)\naxb\n'));
    expect(await find('a.b')).toEqual([['a.b']]);
    expect(await find('(c)')).toEqual([['(c)']]);
    expect(await find('/')).toEqual([]);
  });

  it('finds what a colour begins in the middle of', async () => {
    say(printed('\u001b[31mlo\u001b[1mss\u001b[0m = 3, loss\n'));
    expect(await find('LOSS')).toEqual([['lo\u001b[1mss', 'loss']]);
    expect(await find('31m')).toEqual([]);
  });

  it('finds in a line that is still being written', async () => {
    say(printed('one\ntwo nee'), printed('dle'));
    expect(await find('needle')).toEqual([['needle']]);
  });
});
