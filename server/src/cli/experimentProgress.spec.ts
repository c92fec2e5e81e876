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
