import {
  reduceExperiment,
  type EndReason,
  type ExperimentEvent,
  type ExperimentState,
  type TrialState
} from '@chard/core/experiment';
import { activityLine, assignment, bestLine, endReason, trialTable } from './experimentView';
import type { Terminal } from './terminal';

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
const CURSOR_UP_AND_CLEAR = (lines: number) => (lines > 0 ? `\u001b[${lines}A\u001b[J` : '');
/** The title, what it is doing, the best, the table's header, and the line that the cursor stands on. */
const OTHER_LINES = 5;

class LiveProgress implements ExperimentProgress {
  private drawn = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly terminal: Terminal,
    private readonly now: () => number,
    public state: ExperimentState
  ) {
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
    const { paint, columns, rows } = terminal;
    const trials = mostTelling(state, Math.max(1, rows - OTHER_LINES));
    const lines = [
      `${state.spec.name} ${paint.err('dim', state.id)}`,
      activityLine(state, this.now()),
      bestLine(state),
      ...(trials.length === 0 ? [] : trialTable(state, trials, this.now(), paint.err))
    ];
    const shown = lines.map(line => clip(line, columns - 1));
    terminal.err(CURSOR_UP_AND_CLEAR(this.drawn) + shown.map(line => `${line}\n`).join(''));
    this.drawn = shown.length;
  }
}

/** Of more trials than there are lines: the best, and the latest; in their order. */
function mostTelling({ trials, best }: ExperimentState, room: number): TrialState[] {
  if (trials.length <= room) return [...trials];
  const latest = trials.slice(-room);
  const first = best === null ? undefined : trials[best - 1];
  return first === undefined || latest.includes(first) ? latest : [first, ...latest.slice(1)];
}

// eslint-disable-next-line no-control-regex -- the escape character is what a colour begins with
const COLOUR = /\u001b\[[0-9;]*m/g;

function clip(line: string, width: number): string {
  const plain = line.replace(COLOUR, '');
  return plain.length <= width ? line : `${plain.slice(0, Math.max(0, width - 1))}…`;
}

/** Reasons for which an experiment stops when no trial goes on any more. */
const NOTHING_LEFT: ReadonlySet<EndReason> = new Set(['max-trials-reached', 'space-exhausted']);

class PlainProgress implements ExperimentProgress {
  constructor(
    private readonly terminal: Terminal,
    public state: ExperimentState
  ) {
    if (state.id !== '') terminal.err(`${state.spec.name} ${state.id}\n`);
  }

  add(event: ExperimentEvent): void {
    this.state = reduceExperiment(this.state, event);
    const { terminal, state } = this;
    if (event.type === 'experiment-created') {
      terminal.err(`${state.spec.name} ${state.id}\n`);
    } else if (event.type === 'trial-finished') {
      const trial = state.trials[event.trial - 1];
      const value = event.values[state.spec.objective.metric];
      const what = [
        `trial ${event.trial} ${event.state}`,
        ...(value === undefined ? [] : [`${state.spec.objective.metric}=${value}`]),
        trial === undefined ? '' : assignment(trial),
        ...(event.reason === '' ? [] : [event.reason])
      ];
      terminal.err(`${what.join('  ')}${state.best === event.trial ? '  (best)' : ''}\n`);
    } else if (event.type === 'experiment-paused') {
      terminal.err('paused\n');
    } else if (event.type === 'experiment-stopping' && !NOTHING_LEFT.has(event.reason)) {
      terminal.err(`stopping${event.reason === 'stopped' ? '' : `: ${endReason(state)}`}\n`);
    }
  }

  end(): void {
    return;
  }
}
