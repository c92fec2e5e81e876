import type { ExperimentEventBody, ExperimentState, TrialCounts } from '@chard/core/experiment';
import type { ExperimentCommand } from '@chard/core/protocol/api';

/** What a command makes happen to an experiment in this state; nothing where it has happened already. */
export function eventsOfCommand(
  command: ExperimentCommand,
  { phase, spec }: ExperimentState
): ExperimentEventBody[] {
  switch (command.type) {
    case 'pause':
      return phase === 'running' ? [{ type: 'experiment-paused' }] : [];
    case 'resume':
      return phase === 'paused' ? [{ type: 'experiment-resumed', pid: process.pid }] : [];
    case 'stop':
      return phase === 'stopping' ? [] : [{ type: 'experiment-stopping', reason: 'stopped' }];
    case 'counts':
      return areSame(spec, command.counts) ? [] : [{ type: 'counts-changed', ...command.counts }];
  }
}

function areSame(one: TrialCounts, other: TrialCounts): boolean {
  return (
    one.maxTrialCount === other.maxTrialCount &&
    one.parallelTrialCount === other.parallelTrialCount &&
    one.maxFailedTrialCount === other.maxFailedTrialCount
  );
}
