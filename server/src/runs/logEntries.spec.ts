import type { RunEventBody } from '@chard/core/run';
import { logEntry } from './logEntries';

const event = (body: RunEventBody) => logEntry({ seq: 1, time: 5, ...body });
const step = { step: 'load', attempt: 1 };
const error = { code: 'exception', type: 'KeyError', message: "'x'", cell: 1, line: 2 };
const finished = {
  type: 'step-finished' as const,
  ...step,
  cached: false,
  why: '',
  reusedFrom: null,
  values: [],
  resources: null
};

it('has text as it came', () => {
  expect(event({ type: 'output', ...step, cell: 0, stream: 'stderr', text: 'half a li' })).toEqual({
    step: 'load',
    stream: 'stderr',
    time: 5,
    text: 'half a li'
  });
});

it('says how much was left out', () => {
  const entry = event({ type: 'output-dropped', ...step, stream: 'stdout', bytes: 1234567 });
  expect(entry?.text).toContain('[1,234,567 bytes left out');
});

it.each([
  [{ 'text/plain': '<Figure>', 'image/png': '…' }, '<Figure>\n'],
  [{ 'text/plain': ['a\n', 'b'] }, 'a\nb\n'],
  [{ 'text/html': '<b>', 'image/png': '…' }, '[text/html, image/png]\n']
])('shows a display %j as text', (data, text) => {
  const display = { type: 'display', ...step, cell: 0, kind: 'display', data } as const;
  const entry = event({ ...display, metadata: {}, displayId: null, update: false });
  expect(entry).toMatchObject({ stream: 'display', text });
});

it('has the traceback of a failed step, else its error', () => {
  const failed = { ...finished, state: 'failed' } as const;
  expect(
    event({ ...failed, error: { ...error, traceback: ['Traceback', 'KeyError'] } })
  ).toMatchObject({ stream: 'error', text: 'Traceback\nKeyError\n' });
  expect(event({ ...failed, error: { ...error, traceback: [] } })?.text).toBe("KeyError: 'x'\n");
});

it('has nothing of what says nothing', () => {
  expect(event({ ...finished, state: 'succeeded', error: null })).toBeNull();
  expect(event({ type: 'run-started', pid: 1 })).toBeNull();
});
