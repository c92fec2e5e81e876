import type { ExperimentState, TrialState } from '@chard/core/experiment';
import type { TranslationBundle } from '@jupyterlab/translation';
import { memo, useMemo } from 'react';
import { shortNumber } from '../../curves/scale';
import { shortenedApart } from '../../curves/shorten';
import { useWidth } from '../../graph/useLayout';
import { choiceText, numberAxis, type Axis } from './axis';
import { parameterDimension, type Dimension } from './dimensions';
import { Figure } from './figure';
import { dots, nearestSpot, type Spot } from './marks';
import { Columns, placeOf, Rows, xIn, yIn, type Box } from './plot';
import { SHADES } from './shades';
import { finalValue, type Pointing } from './trial';
import { useSame } from './useSame';
import { TrialWalker } from './walker';

const HEIGHT = 150;
const LEFT = 52;
const RIGHT = 10;
const LEAST_WIDTH = 180;
const REACH = 16;
/** How wide a letter of a title is at most: they are bold. */
const TITLE_LETTER = 7.6;
/** For a choice's name, in pixels: with less, some of them go unnamed. */
const LEAST_ROOM = 28;
/** As the style sheet has it. */
const GAP = 8;

export interface SlicesProps extends Pointing {
  readonly state: ExperimentState;
  readonly trans: TranslationBundle;
}

/** Each parameter against the objective: a circle for each finished trial, later ones darker. */
export const Slices = memo(function Slices(props: SlicesProps) {
  const { state, pointed, trans } = props;
  const { spec, trials } = state;
  const { metric } = spec.objective;
  const [frame, seen] = useWidth();
  const finished = useSame(trials.filter(trial => finalValue(spec, trial) !== null));
  const dimensions = useMemo(
    () => spec.parameters.map(parameter => parameterDimension(parameter)),
    [spec.parameters]
  );
  const rows = useMemo(
    () =>
      numberAxis(
        finished.map(trial => finalValue(spec, trial)!),
        false,
        3
      ),
    [finished]
  );
  const order = useMemo(() => finished.map(({ number }) => number), [finished]);
  const columns = Math.max(1, Math.min(dimensions.length, Math.floor(seen / LEAST_WIDTH)));
  // Hidden, it has no width at all.
  const width = Math.max(LEAST_WIDTH, Math.floor(seen / columns)) - GAP;
  // Before the first trial has finished as after it: what stands below does not move.
  const lines = Math.ceil(dimensions.length / columns);
  const height = lines * HEIGHT + (lines - 1) * GAP;
  const shown = finished.find(({ number }) => number === pointed);
  const titles = shortenedApart(
    dimensions.map(({ name }) => name),
    width - LEFT - RIGHT,
    TITLE_LETTER
  );
  return (
    <Figure
      title={trans.__('Slices')}
      subtitle={trans.__('%1 by each parameter; later trials are darker', metric)}
      className="jp-chard-mod-slices"
      reading={
        shown
          ? trans.__(
              'Trial %1: %2',
              shown.number,
              `${metric} ${shortNumber(finalValue(spec, shown)!)}, ${valuesInWords(shown)}`
            )
          : ''
      }
      table={() => ({
        columns: [trans.__('Trial'), ...dimensions.map(({ name }) => name), metric],
        rows: finished.map(trial => [
          trial.number,
          ...dimensions.map(({ valueOf }) => {
            const value = valueOf(trial);
            return typeof value === 'number'
              ? value
              : value === undefined
                ? '–'
                : choiceText(value);
          }),
          finalValue(spec, trial)!
        ])
      })}
      trans={trans}
    >
      <TrialWalker {...props} order={order} label={trans.__('%1 by each parameter', metric)}>
        <div ref={frame} className="jp-chard-Slices" style={{ minHeight: height }}>
          {finished.length === 0 && (
            <p className="jp-chard-hint">{trans.__('No trial has a value.')}</p>
          )}
          {finished.length > 0 &&
            dimensions.map((dimension, at) => (
              <Slice
                key={dimension.id}
                {...props}
                title={titles[at]!}
                {...{ dimension, finished, rows, width }}
                best={state.best}
              />
            ))}
        </div>
      </TrialWalker>
    </Figure>
  );
});

function Slice(
  props: SlicesProps & {
    readonly dimension: Dimension;
    /** Its name, or as much of it as there is room for. */
    readonly title: string;
    readonly finished: readonly TrialState[];
    readonly rows: Axis;
    readonly width: number;
    readonly best: number | null;
  }
) {
  const { state, dimension, title, finished, rows, width, best, pointed, onPoint } = props;
  const box: Box = {
    left: LEFT,
    top: 22,
    width: width - LEFT - RIGHT,
    height: HEIGHT - 22 - 22
  };
  const spots = useMemo(
    () =>
      finished.map(trial => ({
        x: xIn(box, inset(dimension.axis, dimension.axis.place(dimension.valueOf(trial)))),
        y: yIn(box, rows.place(finalValue(state.spec, trial)) ?? 0)
      })),
    [finished, dimension, rows, width]
  );
  const at = finished.findIndex(({ number }) => number === pointed);
  const bestAt = finished.findIndex(({ number }) => number === best);
  return (
    <svg
      className="jp-chard-Plot"
      width={width}
      height={HEIGHT}
      aria-hidden
      onPointerMove={event => {
        const near = nearestSpot(spots, placeOf(event), REACH);
        onPoint(near === -1 ? null : finished[near]!.number);
      }}
      onClick={() => pointed !== null && props.onOpen(pointed)}
    >
      <SliceBase
        {...{ dimension, title, rows, spots }}
        box={box}
        bestSpot={spots[bestAt] ?? null}
      />
      {spots[at] && (
        <circle className="jp-chard-Plot-pointed" cx={spots[at].x} cy={spots[at].y} r={6} />
      )}
    </svg>
  );
}

const SliceBase = memo(
  function SliceBase(props: {
    readonly dimension: Dimension;
    readonly title: string;
    readonly rows: Axis;
    readonly spots: readonly Spot[];
    readonly box: Box;
    readonly bestSpot: Spot | null;
  }) {
    const { dimension, title, rows, spots, box, bestSpot } = props;
    const { axis, name } = dimension;
    const size = Math.ceil(spots.length / SHADES);
    const shades = Array.from({ length: SHADES }, (_, shade) =>
      spots.slice(shade * size, (shade + 1) * size)
    ).filter(({ length }) => length > 0);
    const columns = { ...axis, ticks: ticksIn(axis, box) };
    return (
      <>
        <text className="jp-chard-Plot-title" x={box.left} y={12}>
          {title}
          <title>{name}</title>
        </text>
        <Rows axis={rows} box={box} />
        <Columns axis={columns} box={box} />
        {shades.map((some, at) => (
          <path
            key={at}
            className="jp-chard-Slices-dots"
            data-shade={SHADES - shades.length + at}
            d={dots(some)}
          />
        ))}
        {bestSpot && <path className="jp-chard-Plot-bestDot" d={dots([bestSpot])} />}
      </>
    );
  },
  (one, other) =>
    one.spots === other.spots && one.bestSpot === other.bestSpot && one.rows === other.rows
);

/** Choices do not stand at the very ends. */
function inset(axis: Axis, place: number | null): number {
  if (place === null) return 0;
  return axis.kind === 'choices' ? 0.1 + place * 0.8 : place;
}

/** Choices are shortened; of numbers those are named that there is room for. */
function ticksIn(axis: Axis, box: Box): Axis['ticks'] {
  const ticks = axis.ticks.map(tick => ({ ...tick, at: inset(axis, tick.at) }));
  if (axis.kind !== 'choices' || ticks.length < 2) return ticks;
  // Those at the ends are held inside, nearer to the others than their places are.
  const share = Math.min(ticks[1]!.at - ticks[0]!.at, 1 / ticks.length);
  const room = share * box.width - GAP;
  const texts = shortenedApart(
    ticks.map(({ text }) => text),
    Math.max(room, LEAST_ROOM)
  );
  return ticks.map(({ at }, index) => ({ at, text: texts[index]! }));
}

function valuesInWords({ parameters }: TrialState): string {
  return Object.entries(parameters)
    .map(
      ([name, value]) =>
        `${name} ${typeof value === 'number' ? shortNumber(value) : choiceText(value)}`
    )
    .join(', ');
}
