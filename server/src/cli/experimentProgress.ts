import {
  reduceExperiment,
  type EndReason,
  type ExperimentEvent,
  type ExperimentState,
  type TrialState
} from '@chard/core/experiment';
import {
  activityLine,
  assignment,
  bestLine,
  endReason,
  lastFailure,
  trialTable
} from './experimentView';
import { LiveLines } from './liveLines';
import { oneLine, type Terminal } from './terminal';

/** Shows an experiment while it goes on. Give it each event as it comes; `end` leaves the last state on the screen. */
export interface ExperimentProgress {
  readonly state: ExperimentState;
  add(event: ExperimentEvent): void;
  end(): void;
}

/** A live table where the terminal can draw over its lines, else a line a trial. `state` is what comes before the first event. */
export function showExperiment(
  terminal: Terminal,
  now: () => number,
  state: ExperimentState
): ExperimentProgress {
  return terminal.live
    ? new LiveProgress(terminal, now, state)
    : new PlainProgress(terminal, state);
}

const REDRAW_MS = 200;
/** The title, what it is doing, the best, the last failure, the table's header, and the line that the cursor stands on. */
const OTHER_LINES = 6;

class LiveProgress implements ExperimentProgress {
  private readonly lines: LiveLines;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly terminal: Terminal,
    private readonly now: () => number,
    public state: ExperimentState
  ) {
    this.lines = new LiveLines(terminal);
    this.timer = setInterval(() => this.draw(), REDRAW_MS);
    this.timer.unref();
  }

  add(event: ExperimentEvent): void {
    this.state = reduceExperiment(this.state, event);
  }

  end(): void {
    clearInterval(this.timer);
    this.draw();
  }

  private draw(): void {
    const { state, terminal } = this;
    if (state.id === '') return;
    const { paint, rows } = terminal;
    const trials = mostTelling(state, Math.max(1, rows - OTHER_LINES));
    const failure = lastFailure(state);
    this.lines.draw([
      `${oneLine(state.spec.name)} ${paint.err('dim', state.id)}`,
      activityLine(state, this.now()),
      bestLine(state),
      ...(failure === null ? [] : [paint.err('red', failure)]),
      ...(trials.length === 0 ? [] : trialTable(state, trials, this.now(), paint.err))
    ]);
  }
}

/** Of more trials than there are lines: the best, and the latest; in their order. */
function mostTelling({ trials, best }: ExperimentState, room: number): TrialState[] {
  if (trials.length <= room) return [...trials];
  const latest = trials.slice(-room);
  const first = best === null ? undefined : trials[best - 1];
  return first === undefined || latest.includes(first) ? latest : [first, ...latest.slice(1)];
}

/** Reasons for which an experiment stops when no trial goes on any more. */
const NOTHING_LEFT: ReadonlySet<EndReason> = new Set(['max-trials-reached', 'space-exhausted']);

class PlainProgress implements ExperimentProgress {
  constructor(
    private readonly terminal: Terminal,
    public state: ExperimentState
  ) {
    if (state.id !== '') terminal.err(`${oneLine(state.spec.name)} ${state.id}\n`);
  }

  add(event: ExperimentEvent): void {
    const wasPaused = this.state.phase === 'paused';
    this.state = reduceExperiment(this.state, event);
    const { terminal, state } = this;
    if (event.type === 'experiment-created') {
      terminal.err(`${oneLine(state.spec.name)} ${state.id}\n`);
    } else if (event.type === 'trial-finished') {
      const trial = state.trials[event.trial - 1];
      const value = event.values[state.spec.objective.metric];
      const what = [
        `trial ${event.trial} ${event.state}`,
        ...(value === undefined ? [] : [`${state.spec.objective.metric}=${value}`]),
        trial === undefined ? '' : assignment(trial),
        ...(event.reason === '' ? [] : [oneLine(event.reason)])
      ];
      terminal.err(`${what.join('  ')}${state.best === event.trial ? '  (best)' : ''}\n`);
    } else if (event.type === 'experiment-paused') {
      terminal.err(`paused: \`chard experiments resume ${state.id}\` lets it go on\n`);
    } else if (event.type === 'experiment-resumed' && wasPaused) {
      terminal.err('resumed\n');
    } else if (event.type === 'experiment-stopping' && !NOTHING_LEFT.has(event.reason)) {
      terminal.err(`stopping${event.reason === 'stopped' ? '' : `: ${endReason(state)}`}\n`);
    }
  }

  end(): void {
    return;
  }
}
