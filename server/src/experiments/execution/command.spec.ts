import { initialExperimentState, type ExperimentState } from '@chard/core/experiment';
import type { ExperimentCommand } from '@chard/core/protocol/api';
import { eventsOfCommand } from './command';

const counts = { maxTrialCount: 6, parallelTrialCount: 2, maxFailedTrialCount: 3 };

function inPhase(phase: ExperimentState['phase']): ExperimentState {
  return { ...initialExperimentState, phase, spec: { ...initialExperimentState.spec, ...counts } };
}

it.each<[ExperimentCommand, ExperimentState['phase'], readonly object[]]>([
  [{ type: 'pause' }, 'running', [{ type: 'experiment-paused' }]],
  [{ type: 'pause' }, 'paused', []],
  [{ type: 'pause' }, 'stopping', []],
  [{ type: 'resume' }, 'paused', [{ type: 'experiment-resumed', pid: process.pid }]],
  [{ type: 'resume' }, 'running', []],
  [
    { type: 'stop', trials: 'finish' },
    'paused',
    [{ type: 'experiment-stopping', reason: 'stopped' }]
  ],
  [{ type: 'stop', trials: 'cancel' }, 'stopping', []],
  [{ type: 'counts', counts }, 'running', []],
  [
    { type: 'counts', counts: { ...counts, maxTrialCount: 7 } },
    'stopping',
    [{ type: 'counts-changed', ...counts, maxTrialCount: 7 }]
  ]
])('%j to an experiment that is %s', (command, phase, events) => {
  expect(eventsOfCommand(command, inPhase(phase))).toEqual(events);
});
