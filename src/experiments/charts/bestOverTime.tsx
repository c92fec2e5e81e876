import { bestSoFar, type BestPoint, type ExperimentState } from '@chard/core/experiment';
import type { TranslationBundle } from '@jupyterlab/translation';
import { memo, useMemo, useState } from 'react';
import { Button } from '../../controls/button';
import { shortNumber } from '../../curves/scale';
import { useWidth } from '../../graph/useLayout';
import { choiceAxis, numberAxis, type Axis } from './axis';
import { Figure } from './figure';
import { labelPlace, labelPlaces } from './labels';
import { dots, line, nearestSpot, type Spot } from './marks';
import { Columns, placeOf, Rows, xIn, yIn, type Box } from './plot';
import type { Pointing } from './trial';
import { useSame } from './useSame';
import { TrialWalker } from './walker';

const HEIGHT = 200;
/** So few trials have room for their names and values. */
const NAMED = 10;
const REACH = 24;

export interface BestOverTimeProps extends Pointing {
  readonly state: ExperimentState;
  readonly trans: TranslationBundle;
}

/** The best value as it came about: a line for the best so far, a circle for each trial. */
export const BestOverTime = memo(function BestOverTime(props: BestOverTimeProps) {
  const { state, pointed, onPoint, trans } = props;
  const { metric } = state.spec.objective;
  const [frame, seen] = useWidth();
  const width = Math.max(220, seen);
  const [log, setLog] = useState(false);
  const finished = useSame(state.trials.filter(({ phase }) => phase === 'succeeded'));
  const history = useMemo(() => bestSoFar(state), [finished]);
  const canLog = history.length > 0 && history.every(({ value }) => value > 0);
  const box = useMemo(
    (): Box => ({ left: 52, top: 10, width: width - 52 - 20, height: HEIGHT - 10 - 24 }),
    [width]
  );
  const rows = useMemo(
    () =>
      numberAxis(
        history.map(({ value }) => value),
        log && canLog
      ),
    [history, log, canLog]
  );
  const columns = useMemo(() => columnsOf(history, trans), [history, trans]);
  const spots = useMemo(
    () => history.map(({ value }, at) => spotOf(at, value, history.length, rows, box)),
    [history, rows, box]
  );
  const order = useMemo(() => history.map(({ trial }) => trial), [history]);
  const at = pointed === null ? -1 : order.indexOf(pointed);
  const found = history[at];
  const last = history.at(-1);
  return (
    <Figure
      title={trans.__('Best value over time')}
      subtitle={trans.__('line: best; circles: finished trials')}
      className="jp-chard-mod-history"
      reading={
        found
          ? trans.__(
              'Trial %1: %2 %3; best by then %4',
              found.trial,
              metric,
              shortNumber(found.value),
              shortNumber(found.best)
            )
          : ''
      }
      table={() => ({
        columns: [trans.__('Trial'), metric, trans.__('Best by then')],
        rows: history.map(({ trial, value, best }) => [trial, value, best])
      })}
      actions={
        canLog && (
          <Button look="flat" small aria-pressed={log} onClick={() => setLog(!log)}>
            {trans.__('Log scale')}
          </Button>
        )
      }
      trans={trans}
    >
      <TrialWalker
        {...props}
        order={order}
        label={
          last
            ? trans._n(
                'Best value over time: %2 after %1 trial',
                'Best value over time: %2 after %1 trials',
                history.length,
                `${metric} ${shortNumber(last.best)}`
              )
            : trans.__('Best value over time: no trial has finished yet')
        }
      >
        <div ref={frame}>
          <svg
            className="jp-chard-Plot"
            width={width}
            height={HEIGHT}
            aria-hidden
            onPointerMove={event => {
              const near = nearestSpot(spots, placeOf(event), REACH);
              onPoint(near === -1 ? null : order[near]!);
            }}
            onClick={() => pointed !== null && props.onOpen(pointed)}
          >
            {history.length === 0 ? (
              <text x={width / 2} y={HEIGHT / 2} textAnchor="middle">
                {trans.__('No trial has a value.')}
              </text>
            ) : (
              <Base {...{ history, spots, rows, columns, box }} />
            )}
            {at !== -1 && spots[at] && (
              <circle className="jp-chard-Plot-pointed" cx={spots[at].x} cy={spots[at].y} r={6} />
            )}
          </svg>
        </div>
      </TrialWalker>
    </Figure>
  );
});

/** What does not change with the pointer. */
const Base = memo(function Base(props: {
  readonly history: readonly BestPoint[];
  readonly spots: readonly Spot[];
  readonly rows: Axis;
  readonly columns: Axis;
  readonly box: Box;
}) {
  const { history, spots, rows, columns, box } = props;
  const best = history.findLastIndex(({ improved }) => improved);
  const steps: Spot[] = history.flatMap(({ best: value }, at) => {
    const { x } = spots[at]!;
    const y = yIn(box, rows.place(value) ?? 0);
    const before = history[at - 1];
    return before
      ? [
          { x, y: yIn(box, rows.place(before.best) ?? 0) },
          { x, y }
        ]
      : [{ x, y }];
  });
  const texts = history.map(({ value }) => shortNumber(value));
  const places =
    history.length <= NAMED
      ? labelPlaces(spots, texts, best, box)
      : spots.map((spot, at) => (at === best ? labelPlace(spot, texts[at]!, spots, box) : null));
  return (
    <>
      <Rows axis={rows} box={box} />
      <Columns axis={columns} box={box} />
      <path className="jp-chard-Plot-line" d={line(steps)} />
      <path className="jp-chard-Plot-rings" d={dots(spots)} />
      <path className="jp-chard-Plot-ringHoles" d={dots(spots)} />
      <path className="jp-chard-Plot-bestDot" d={dots([spots[best]!])} />
      {places.map((place, at) => {
        if (place === null) return null;
        const { x, y, anchor } = place;
        return (
          <text
            key={at}
            className={at === best ? 'jp-chard-mod-best' : ''}
            x={x}
            y={y}
            textAnchor={anchor}
          >
            {texts[at]}
          </text>
        );
      })}
    </>
  );
});

function columnsOf(history: readonly BestPoint[], trans: TranslationBundle): Axis {
  if (history.length <= NAMED) {
    const axis = choiceAxis(history.map(({ trial }) => trial));
    return {
      ...axis,
      ticks: axis.ticks.map(({ at, text }) => ({
        at: inset(at, history.length),
        text: trans.__('trial %1', text)
      }))
    };
  }
  const axis = numberAxis([1, history.length], false, 6);
  const place = (count: number): number => (count - 1) / (history.length - 1);
  return {
    ...axis,
    ticks: axis.ticks
      .map(({ text }) => ({ at: place(Number(text)), text }))
      .filter(({ at, text }) => at >= 0 && at <= 1 && Number.isInteger(Number(text)))
  };
}

/** Few trials stand in the middle of columns, many from end to end. */
function inset(place: number, count: number): number {
  return (place * (count - 1) + 0.5) / count;
}

function spotOf(at: number, value: number, count: number, rows: Axis, box: Box): Spot {
  const place = count <= NAMED ? (at + 0.5) / count : at / (count - 1);
  return { x: xIn(box, place), y: yIn(box, rows.place(value) ?? 0) };
}
