import { initialExperimentState, type EndReason } from '@chard/core/experiment';
import { showExperiment } from './experimentProgress';
import type { Terminal } from './terminal';

function plainTerminal() {
  const written: string[] = [];
  const terminal: Terminal = {
    out: () => undefined,
    err: text => void written.push(text),
    paint: { out: (_, text) => text, err: (_, text) => text },
    live: false,
    columns: 80,
    rows: 24
  };
  return { terminal, written };
}

it.each<[EndReason, string]>([
  ['goal-reached', 'stopping: the goal is reached\n'],
  ['too-many-failures', 'stopping: too many trials have failed\n'],
  ['stopped', 'stopping\n'],
  ['max-trials-reached', ''],
  ['space-exhausted', '']
])('says why trials are still waited for: %s', (reason, told) => {
  const { terminal, written } = plainTerminal();
  const progress = showExperiment(terminal, () => 0, initialExperimentState);
  progress.add({ seq: 1, time: 0, type: 'experiment-stopping', reason });
  expect(written.join('')).toBe(told);
});

it('tells a failure in one line, and how a paused experiment goes on', () => {
  const { terminal, written } = plainTerminal();
  const progress = showExperiment(terminal, () => 0, { ...initialExperimentState, id: 'exp-1' });
  const rest = { values: {}, reusedSteps: [], stepsMs: 0, error: null };
  const reason = 'no\u001b[2J such\nrate';
  const event = { type: 'trial-finished', trial: 1, state: 'failed', reason, ...rest } as const;
  progress.add({ seq: 1, time: 0, ...event });
  progress.add({ seq: 2, time: 0, type: 'experiment-paused' });
  progress.add({ seq: 3, time: 0, type: 'experiment-resumed', pid: 1 });
  expect(written.slice(1)).toEqual([
    expect.stringMatching(/^trial 1 failed .*no such rate\n$/),
    'paused: `chard experiments resume exp-1` lets it go on\n',
    'resumed\n'
  ]);
});
