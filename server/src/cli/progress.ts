import { METRICS_STEP } from '@chard/core/pipeline';
import { isOver, reduce, type RunEvent, type RunState, type StepState } from '@chard/core/run';
import { LiveLines } from './liveLines';
import { shownSteps, stepLines } from './runView';
import { duration, type Terminal } from './terminal';

/** Shows a run while it goes on. Give it each event as it comes; `end` leaves the last state on the screen. */
export interface Progress {
  readonly state: RunState;
  add(event: RunEvent): void;
  end(): void;
}

/** `history` is what happened before. A live view where the terminal can draw over its lines, else a line for each change. */
export function showProgress(terminal: Terminal, now: () => number, history: RunState): Progress {
  return terminal.live
    ? new LiveProgress(terminal, now, history)
    : new PlainProgress(terminal, history);
}

const REDRAW_MS = 100;

class LiveProgress implements Progress {
  private readonly lines: LiveLines;
  private readonly warnings: string[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly terminal: Terminal,
    private readonly now: () => number,
    public state: RunState
  ) {
    this.lines = new LiveLines(terminal);
    this.timer = setInterval(() => this.draw(), REDRAW_MS);
    this.timer.unref();
  }

  add(event: RunEvent): void {
    this.state = reduce(this.state, event);
    if (event.type === 'warning') {
      this.warnings.push(warningText(event));
    }
  }

  end(): void {
    clearInterval(this.timer);
    this.draw(Infinity);
    this.warnings.forEach(text => this.terminal.err(`${text}\n`));
  }

  private draw(rows = this.terminal.rows): void {
    if (this.state.id === '') {
      return;
    }
    const { paint } = this.terminal;
    const title = `${this.state.pipeline} ${paint.err('dim', `run ${this.state.id}`)}`;
    const all = shownSteps(this.state);
    // The title, the count and the line that the cursor stands on.
    const steps = all.length <= rows - 2 ? all : mostTelling(all, rows - 3);
    const lines = [title, ...stepLines(this.state, this.now(), paint.err, steps)];
    if (steps.length < all.length) {
      const over = all.filter(({ phase }) => isOver(phase)).length;
      lines.push(paint.err('dim', `  ${over} of ${all.length} steps are over`));
    }
    this.lines.draw(lines);
  }
}

/** Of more steps than there are lines: what runs, what failed, what ended last, what comes next; in their order. */
function mostTelling(steps: readonly StepState[], room: number): StepState[] {
  const rank = ({ phase }: StepState) =>
    phase === 'running' ? 0 : phase === 'failed' ? 1 : isOver(phase) ? 2 : 3;
  const chosen = new Set(
    [...steps]
      .sort((a, b) => rank(a) - rank(b) || (b.finishedAt ?? 0) - (a.finishedAt ?? 0))
      .slice(0, Math.max(1, room))
  );
  return steps.filter(step => chosen.has(step));
}

function warningText({ step, message }: Extract<RunEvent, { type: 'warning' }>): string {
  return `warning: ${step === null ? '' : `${step}: `}${message}`;
}

class PlainProgress implements Progress {
  constructor(
    private readonly terminal: Terminal,
    public state: RunState
  ) {}

  add(event: RunEvent): void {
    this.state = reduce(this.state, event);
    const text = this.describe(event);
    if (text !== null) {
      this.terminal.err(`${text}\n`);
    }
  }

  end(): void {
    // Every change has been told as it happened.
  }

  private describe(event: RunEvent): string | null {
    switch (event.type) {
      case 'run-started':
        return `${this.state.pipeline}: run ${this.state.id} started`;
      case 'run-resumed':
        return `${this.state.pipeline}: run ${this.state.id} resumed`;
      case 'step-started':
        return event.step === METRICS_STEP ? null : `${event.step}: started`;
      case 'step-retrying':
        return `${event.step}: ${event.error.message}; trying again in ${event.delaySeconds} s`;
      case 'step-finished': {
        if (event.step === METRICS_STEP && event.state === 'succeeded') {
          return null;
        }
        const took =
          event.resources === null ? '' : ` in ${duration(event.resources.wallSeconds * 1000)}`;
        return `${event.step}: ${event.cached ? 'reused' : event.state + took}`;
      }
      case 'warning':
        return warningText(event);
      default:
        return null;
    }
  }
}
