import * as fc from 'fast-check';
import { z } from 'zod';
import { getDisplay } from './displays';
import { requestTarget, WireFlag, WireInt, wireList, type JsonEndpoint } from './endpoint';
import { readLog } from './logs';
import { findModules, NotebookPath } from './notebooks';
import { listRuns } from './runs';

/** What a server reads from an address: each value a text, a repeated name a list. */
function received(target: string): Record<string, string | string[]> {
  const search = new URL(target, 'http://host/').searchParams;
  return Object.fromEntries(
    [...new Set(search.keys())].map(name => {
      const values = search.getAll(name);
      return [name, values.length === 1 ? (values[0] as string) : values];
    })
  );
}

describe('requestTarget', () => {
  it('puts parameters into the path and the rest behind it', () => {
    expect(
      requestTarget(readLog, { params: { run: 'r1' }, query: { step: 'a b', from: -200 } })
    ).toBe('chard/api/v1/runs/r1/log?step=a%20b&from=-200');
    expect(requestTarget(getDisplay, { params: { run: 'r1', seq: 7 }, query: {} })).toBe(
      'chard/api/v1/runs/r1/displays/7'
    );
  });

  it('repeats the name of a list and leaves out what is undefined', () => {
    const target = requestTarget(listRuns, {
      params: {},
      query: { state: ['failed', 'cancelled'], text: undefined }
    });
    expect(target).toBe('chard/api/v1/runs?state=failed&state=cancelled');
    expect(listRuns.query.parse(received(target))).toMatchObject({
      state: ['failed', 'cancelled'],
      limit: 50
    });
  });

  it('is read back as it was written, whatever the values are', () => {
    const query = z.strictObject({
      text: z.string().optional(),
      count: WireInt.optional(),
      flag: WireFlag.optional(),
      list: wireList(z.string()).optional()
    });
    const endpoint = {
      kind: 'json',
      method: 'GET',
      path: '/x',
      status: 200,
      params: z.strictObject({}),
      query,
      body: z.strictObject({}),
      answer: z.unknown()
    } as const satisfies JsonEndpoint;
    const any = fc.record(
      {
        text: fc.string({ unit: 'grapheme' }),
        count: fc.integer(),
        flag: fc.boolean(),
        list: fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 })
      },
      { requiredKeys: [] }
    );
    fc.assert(
      fc.property(any, values => {
        const target = requestTarget(endpoint, { params: {}, query: values });
        expect(query.parse(received(target))).toEqual(values);
      })
    );
  });
});

describe('NotebookPath', () => {
  it.each(['a.ipynb', 'folder/ä b.ipynb', '.hidden/x.ipynb', 'a..b/c'])('takes %j', path => {
    expect(NotebookPath.safeParse(path).success).toBe(true);
  });

  it.each(['', '/etc/passwd', '../x', 'a/../../x', 'a//b', './a', 'a/', 'a\0b'])(
    'refuses %j',
    path => expect(NotebookPath.safeParse(path).success).toBe(false)
  );
});

describe('findModules', () => {
  const names = (...list: string[]) =>
    findModules.body.safeParse({ path: 'n.ipynb', names: list }).success;

  it('takes dotted names only', () => {
    expect(names('utils', 'a.b_2', 'größe')).toBe(true);
    expect(names('../x')).toBe(false);
    expect(names('a/b')).toBe(false);
    expect(names('a..b')).toBe(false);
    expect(names('')).toBe(false);
  });
});
