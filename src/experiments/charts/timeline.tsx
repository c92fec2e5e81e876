import { isExperimentOver, type ExperimentState, type TrialPhase } from '@chard/core/experiment';
import type { TranslationBundle } from '@jupyterlab/translation';
import { memo, useMemo } from 'react';
import { useWidth } from '../../graph/useLayout';
import { useNow } from '../../runs/document/useNow';
import { axisTime } from '../../runs/document/timeline/timeline';
import { duration } from '../../runs/text';
import { trialWord } from '../words';
import { Figure } from './figure';
import { lanesOf, timeTicks, type LaneBar } from './lanes';
import { placeOf } from './plot';
import { PHASES, type Pointing } from './trial';
import { TrialWalker } from './walker';

const LANE = 18;
const GAP = 3;
const LEFT = 8;
const BOTTOM = 22;
/** For a time below the bars, in pixels. */
const LEAST_TICK = 90;
/** A bar of this width has room for its trial's number. */
const NAMED_WIDTH = 24;

export interface TrialTimelineProps extends Pointing {
  readonly state: ExperimentState;
  readonly trans: TranslationBundle;
}

/** When the trials ran, side by side. */
export const TrialTimeline = memo(function TrialTimeline(props: TrialTimelineProps) {
  const { state, pointed, onPoint, trans } = props;
  const [frame, seen] = useWidth();
  const width = Math.max(220, seen);
  const goesOn = !isExperimentOver(state.phase) && state.tally.running > 0;
  const now = useNow(goesOn);
  const bars = useMemo(() => lanesOf(state.trials, state.finishedAt ?? now), [state.trials, now]);
  const from = bars[0]?.from ?? 0;
  const span = Math.max(1000, ...bars.map(({ to }) => to - from));
  const lanes = Math.max(1, ...bars.map(({ lane }) => lane + 1));
  const plot = width - 2 * LEFT;
  const xOf = (time: number): number => LEFT + ((time - from) / span) * plot;
  const height = lanes * (LANE + GAP) + BOTTOM;
  const shown = bars.find(({ trial }) => trial.number === pointed);
  const order = useMemo(() => bars.map(({ trial }) => trial.number), [bars]);
  const box = (bar: LaneBar) => ({
    x: xOf(bar.from),
    y: bar.lane * (LANE + GAP),
    width: Math.max(1.5, xOf(bar.to) - xOf(bar.from) - 1),
    height: LANE
  });
  const phases = PHASES.filter(phase => bars.some(({ trial }) => trial.phase === phase));
  return (
    <Figure
      title={trans.__('Timeline')}
      subtitle={
        bars.length === 0
          ? trans.__('no trial has started')
          : trans._n('%1 trial at a time', '%1 trials at a time', lanes)
      }
      className="jp-chard-mod-timeline"
      reading={shown ? barInWords(shown, from, trans) : ''}
      table={() => ({
        columns: [
          trans.__('Trial'),
          trans.__('State'),
          trans.__('Lane'),
          trans.__('Began after (s)'),
          trans.__('Took (s)')
        ],
        rows: bars.map(bar => [
          bar.trial.number,
          trialWord(bar.trial.phase, trans),
          bar.lane + 1,
          Number(((bar.from - from) / 1000).toFixed(1)),
          Number(((bar.to - bar.from) / 1000).toFixed(1))
        ])
      })}
      actions={
        <span className="jp-chard-Legend">
          {phases.map(phase => (
            <span key={phase}>
              <span className="jp-chard-Legend-mark" data-phase={phase} aria-hidden />
              {trialWord(phase, trans)}
            </span>
          ))}
        </span>
      }
      trans={trans}
    >
      <TrialWalker
        {...props}
        order={order}
        label={trans._n('When %1 trial ran', 'When %1 trials ran', bars.length)}
      >
        <div ref={frame} className="jp-chard-Lanes">
          <svg
            className="jp-chard-Plot"
            width={width}
            height={height}
            aria-hidden
            onPointerMove={event => {
              const { x, y } = placeOf(event);
              const lane = Math.floor(y / (LANE + GAP));
              const found = bars.find(
                bar => bar.lane === lane && xOf(bar.from) <= x && x <= xOf(bar.to)
              );
              onPoint(found?.trial.number ?? null);
            }}
            onClick={() => pointed !== null && props.onOpen(pointed)}
          >
            {(bars.length === 0 ? [] : timeTicks(span, Math.floor(plot / LEAST_TICK))).map(tick => (
              <g key={tick} className="jp-chard-Plot-rows">
                <line x1={xOf(from + tick)} x2={xOf(from + tick)} y1={0} y2={height - BOTTOM} />
                <text
                  x={xOf(from + tick)}
                  y={height - 6}
                  textAnchor={tick === 0 ? 'start' : tick > span * 0.95 ? 'end' : 'middle'}
                >
                  {axisTime(tick)}
                </text>
              </g>
            ))}
            {phases.map(phase => (
              <path key={phase} data-phase={phase} d={barsOf(bars, phase, box)} />
            ))}
            {bars
              .filter(bar => box(bar).width >= NAMED_WIDTH)
              .map(bar => (
                <text
                  key={bar.trial.number}
                  className="jp-chard-Lanes-name"
                  x={box(bar).x + 5}
                  y={box(bar).y + LANE / 2}
                  dominantBaseline="central"
                >
                  {bar.trial.number}
                </text>
              ))}
            {shown && <rect className="jp-chard-Plot-pointed" {...box(shown)} />}
          </svg>
        </div>
      </TrialWalker>
    </Figure>
  );
});

type BoxOf = (bar: LaneBar) => { x: number; y: number; width: number; height: number };

function barsOf(bars: readonly LaneBar[], phase: TrialPhase, boxOf: BoxOf): string {
  let path = '';
  for (const bar of bars) {
    if (bar.trial.phase !== phase) continue;
    const { x, y, width, height } = boxOf(bar);
    path += `M${x.toFixed(1)} ${y}h${width.toFixed(1)}v${height}h${(-width).toFixed(1)}z`;
  }
  return path;
}

function barInWords(
  { trial, from, to }: LaneBar,
  origin: number,
  trans: TranslationBundle
): string {
  return trans.__(
    'Trial %1: %2, began after %3, took %4',
    trial.number,
    trialWord(trial.phase, trans),
    duration(from - origin),
    duration(to - from)
  );
}
