import { isOver, type RunState, type StepState } from '@chard/core/run';
import { ticks } from '../../../curves/scale';

/** A step's bar. Places are shares of the drawing's width. */
export interface TimelineRow {
  readonly step: StepState;
  /** Null for a step that has not begun. */
  readonly bar: { readonly from: number; readonly to: number } | null;
}

export interface Timeline {
  readonly rows: readonly TimelineRow[];
  readonly ticks: readonly { readonly at: number; readonly milliseconds: number }[];
  /** Where now is, while the run goes on. */
  readonly now: number | null;
  /** Where the run stood still for so long that the time is left out: it was cut off and resumed. */
  readonly pauses: readonly { readonly at: number; readonly milliseconds: number }[];
}

/** What the bars may take of the width; the rest is for what is written behind them. */
const SHARE = 0.8;
const LEAST_SPAN_MS = 500;
const LEAST_PAUSE_MS = 60_000;

interface Interval {
  readonly from: number;
  readonly to: number;
}

/** When each step of a run ran. `now` is in milliseconds since 1970. */
export function timelineOf(state: RunState, now: number): Timeline {
  const isLive = !isOver(state.phase);
  const spans = state.steps.map(step => spanOf(step, now));
  const begins = spans.flatMap(span => (span ? [span.from] : []));
  const origin = Math.min(...begins, state.startedAt ?? state.createdAt ?? now);
  const busy = spans.filter(span => span !== null);
  const pauses = pausesBetween(isLive ? [...busy, { from: now, to: now }] : busy);
  const runTime = (time: number): number =>
    time - origin - pauses.reduce((sum, pause) => sum + overlap(pause, time), 0);
  const end = Math.max(origin, ...busy.map(({ to }) => to), isLive ? now : origin);
  const span = Math.max(LEAST_SPAN_MS, runTime(end));
  const place = (time: number): number => (Math.max(0, runTime(time)) / span) * SHARE;
  const most = span / SHARE;
  return {
    rows: state.steps.map((step, at) => {
      const found = spans[at];
      return { step, bar: found ? { from: place(found.from), to: place(found.to) } : null };
    }),
    ticks: ticks({ least: 0, most }, 6)
      .filter(milliseconds => milliseconds < most * 0.98)
      .map(milliseconds => ({ at: milliseconds / most, milliseconds })),
    now: isLive ? place(now) : null,
    pauses: pauses.map(({ from, to }) => ({ at: place(from), milliseconds: to - from }))
  };
}

function spanOf({ startedAt, finishedAt, phase }: StepState, now: number): Interval | null {
  if (startedAt === null || phase === 'skipped') return null;
  return { from: startedAt, to: Math.max(startedAt, finishedAt ?? now) };
}

/** Where no step ran for longer than all of them ran together. */
function pausesBetween(busy: readonly Interval[]): Interval[] {
  const sorted = [...busy].sort((one, other) => one.from - other.from);
  const gaps: Interval[] = [];
  let end = sorted[0]?.to ?? 0;
  let work = 0;
  for (const { from, to } of sorted) {
    if (from > end) gaps.push({ from: end, to: from });
    work += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return gaps.filter(({ from, to }) => to - from > Math.max(LEAST_PAUSE_MS, work));
}

function overlap({ from, to }: Interval, time: number): number {
  return Math.max(0, Math.min(time, to) - from);
}
