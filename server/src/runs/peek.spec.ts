import type {
  Engine,
  ExecListener,
  ExecRequest,
  ExecResult,
  ExecutionContext
} from '../engines/engine';
import { peekAtValue } from './peek';

const context = { interpreter: {} } as ExecutionContext;
const request = { run: 'r', step: 's', name: 'x', before: true };
const { signal } = new AbortController();

/** An engine that answers what it is asked to execute. */
function engine(answer: (request: ExecRequest, listener: ExecListener) => ExecResult): Engine {
  return {
    execute: async (asked: ExecRequest, tell: ExecListener) => answer(asked, tell)
  } as Engine;
}
const failed = (type: string): ExecResult => ({
  state: 'failed',
  error: { code: 'exception', type, message: 'no', cell: null, line: 1, traceback: [] }
});

it('gives what the value shows of itself, on the state that was asked for', async () => {
  const asked: ExecRequest[] = [];
  const shown = await peekAtValue(
    engine((one, tell) => {
      asked.push(one);
      const at = { step: 's', attempt: 1, cell: null, displayId: null, update: false };
      const data = { 'text/plain': '1' };
      tell({ type: 'display', kind: 'result', data, metadata: {}, ...at });
      return { state: 'succeeded', error: null };
    }),
    context,
    { ...request, name: 'größe"]) + evil' },
    signal
  );
  expect(shown).toEqual({ data: { 'text/plain': '1' }, metadata: {} });
  expect(asked).toMatchObject([{ run: 'r', step: 's', before: true }]);
  // A name is a text for Python, whatever is in it.
  expect(asked[0]!.code).toContain(String.raw`globals()["gr\U000000f6\U000000dfe\"]) + evil"])`);
});

it.each([
  ['KeyError', 'value-missing'],
  ['MemoryError', 'value-unreadable']
])('says of a %s that it is %s', async (type, code) => {
  const looking = peekAtValue(
    engine(() => failed(type)),
    context,
    request,
    signal
  );
  await expect(looking).rejects.toMatchObject({ code });
});
