import { RunnerMessage } from '@chard/core/protocol';
import { parseRunnerMessage, ProtocolError } from './messages';

it.each([
  { type: 'output', cell: 1, stream: 'stdout', text: 'x' },
  { type: 'output', cell: null, stream: 'stderr', text: '' },
  { type: 'cell-started', cell: 3 },
  { type: 'metric', name: 'loss', value: 'nan', at: 1.5 }
])('takes %j', message => {
  expect(parseRunnerMessage(JSON.stringify(message))).toEqual(message);
  expect(RunnerMessage.safeParse(message).success).toBe(true);
});

it.each([
  { type: 'output', cell: '1', stream: 'stdout', text: 'x' },
  { type: 'output', cell: 1, stream: 'stdin', text: 'x' },
  { type: 'output', cell: 1, stream: 'stdout' },
  { type: 'unheard-of' },
  7,
  null
])('refuses %j', message => {
  expect(() => parseRunnerMessage(JSON.stringify(message))).toThrow(ProtocolError);
  expect(RunnerMessage.safeParse(message).success).toBe(false);
});

it('shows the beginning of what is no message', () => {
  expect(() => parseRunnerMessage('Traceback (most recent call last)')).toThrow(
    'not JSON: Traceback (most recent call last)'
  );
  expect(() => parseRunnerMessage('z'.repeat(10_000))).toThrow(/^not JSON: z{200}…$/);
});
