import {
  orderTrials,
  type ExperimentSpec,
  type ExperimentState,
  type TrialState
} from '@chard/core/experiment';
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  memo,
  useCallback,
  useDeferredValue,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent
} from 'react';
import { Button } from '../../controls/button';
import { placeLabels, shortNumber } from '../../curves/scale';
import { shortenedApart, textWidth } from '../../curves/shorten';
import { useWidth } from '../../graph/useLayout';
import { choiceText, type AxisValue } from './axis';
import { isWithin, spanBetween, stepFrom, withBrush, type Brushes, type Span } from './brush';
import { canBeLog, dimensionsOf, type Dimension } from './dimensions';
import { Figure } from './figure';
import { distanceToLine, line, type Spot } from './marks';
import { placeOf, yIn, type Box } from './plot';
import { SHADES, shadesOf } from './shades';
import { finalValue, longestNumber, type Pointing } from './trial';
import { TrialWalker } from './walker';

const HEIGHT = 340;
const TOP = 44;
const LEFT = 72;
/** Between the last axis and the names of lines. */
const AWAY = 10;
const LEAST_GAP = 84;
/** So few lines have room for their names. */
const NAMED = 12;
const REACH = 8;
const GRIP = 14;
const MOST_NAME = 160;
/** Around an axis' name, and how wide a letter of it is at most. */
const NAME_AROUND = 6;
const NAME_LETTER = 7.6;
/** For what is named at the left of an axis. */
const TICK_ROOM = LEFT - 4;

export interface ParallelProps extends Pointing {
  readonly state: ExperimentState;
  readonly brushes: Brushes;
  readonly onBrushes: (brushes: Brushes) => void;
  readonly trans: TranslationBundle;
}

/** Each trial as a line through its parameters and results; drag along an axis, or move its ends by keys, to filter. */
export const ParallelCoordinates = memo(function ParallelCoordinates(props: ParallelProps) {
  const { state, brushes, pointed, trans } = props;
  const { spec, trials } = state;
  const { objective } = spec;
  const [frame, seen] = useWidth();
  const [logs, setLogs] = useState<ReadonlyMap<string, boolean>>(new Map());
  const dimensions = useMemo(() => dimensionsOf(spec, trials, logs), [spec, trials, logs]);
  const right = textWidth(trans.__('trial %1 (best)', longestNumber(state))) + AWAY + 4;
  const width = Math.max(seen, LEFT + right + LEAST_GAP * (dimensions.length - 1));
  const box = useMemo(
    (): Box => ({
      left: LEFT,
      top: TOP,
      width: width - LEFT - right,
      height: HEIGHT - TOP - 16
    }),
    [width, right]
  );
  const room = Math.min(MOST_NAME, box.width / Math.max(1, dimensions.length - 1) - 4);
  const titles = useMemo(
    () =>
      shortenedApart(
        dimensions.map(({ name }) => name),
        room - NAME_AROUND,
        NAME_LETTER
      ),
    [dimensions, room]
  );
  const lines = useMemo(
    () => trials.map(trial => ({ trial, spots: spotsOf(trial, dimensions, box) })),
    [trials, dimensions, box]
  );
  // The brush follows the pointer; a thousand lines may come after it.
  const filtering = useDeferredValue(brushes);
  const within = useMemo(
    () =>
      filtering.size === 0
        ? lines
        : lines.filter(({ trial }) => isWithin(trial, dimensions, filtering)),
    [lines, dimensions, filtering]
  );
  const order = useMemo(
    () =>
      walkOrder(
        within.map(({ trial }) => trial),
        spec
      ),
    [within, spec]
  );
  const canBeLogs = useMemo(
    () => dimensions.map(dimension => canBeLog(dimension, trials)),
    [dimensions, trials]
  );
  // Axes are drawn with what they are first given.
  const latest = useRef({ props, dimensions });
  latest.current = { props, dimensions };
  const brush = useCallback((id: string, span: Span | null): void => {
    const { brushes: former, onBrushes } = latest.current.props;
    onBrushes(withBrush(former, id, span));
  }, []);
  const changeLog = useCallback((id: string): void => {
    const dimension = latest.current.dimensions.find(each => each.id === id);
    setLogs(former => new Map(former).set(id, dimension?.axis.kind !== 'log'));
  }, []);
  const shown = pointed === null ? undefined : lines.find(({ trial }) => trial.number === pointed);
  const point = (event: PointerEvent<SVGSVGElement>): void => {
    if (event.buttons === 0) props.onPoint(nearestLine(within, placeOf(event)));
  };
  return (
    <Figure
      title={trans.__('Parameters and results')}
      subtitle={
        // In the place of the hint: nothing moves below a pointer that draws.
        brushes.size === 0 ? (
          trans.__('drag along an axis to filter')
        ) : (
          <Button look="inline" onClick={() => props.onBrushes(new Map())}>
            {trans.__('%1 of %2: show all', within.length, trials.length)}
          </Button>
        )
      }
      className="jp-chard-mod-parallel"
      reading={shown ? inWords(shown.trial, dimensions, trans) : ''}
      table={() => ({
        columns: [trans.__('Trial'), ...dimensions.map(({ name }) => name)],
        rows: within.map(({ trial }) => [
          trial.number,
          ...dimensions.map(({ valueOf }) => cellOf(valueOf(trial)))
        ])
      })}
      actions={<Legend spec={spec} trans={trans} />}
      trans={trans}
    >
      <TrialWalker
        {...props}
        order={order}
        label={trans._n(
          'Parameters and results of %1 trial',
          'Parameters and results of %1 trials, best first',
          within.length
        )}
      >
        <div ref={frame} className="jp-chard-Layers">
          <svg className="jp-chard-Plot jp-chard-Layers-ground" width={width} height={HEIGHT}>
            <Lines {...{ lines, within, spec, trans }} right={box.left + box.width} />
          </svg>
          <svg
            className="jp-chard-Plot"
            width={width}
            height={HEIGHT}
            onPointerMove={point}
            onClick={() => pointed !== null && props.onOpen(pointed)}
          >
            {shown && <path className="jp-chard-Parallel-pointed" d={line(shown.spots)} />}
            {dimensions.map((dimension, at) => (
              <AxisView
                key={dimension.id}
                dimension={dimension}
                x={xOf(at, dimensions.length, box)}
                title={titles[at]!}
                room={room}
                box={box}
                isObjective={dimension.id === `m:${objective.metric}`}
                canLog={canBeLogs[at]!}
                onLog={changeLog}
                span={brushes.get(dimension.id) ?? null}
                onBrush={brush}
                trans={trans}
              />
            ))}
          </svg>
        </div>
      </TrialWalker>
    </Figure>
  );
});

interface TrialLine {
  readonly trial: TrialState;
  readonly spots: readonly (Spot | null)[];
}

function Legend({ spec, trans }: { spec: ExperimentSpec; trans: TranslationBundle }) {
  const { type, metric } = spec.objective;
  const minimise = type === 'minimize';
  return (
    <span className="jp-chard-Legend">
      {minimise ? trans.__('higher') : trans.__('lower')}
      <span className="jp-chard-Legend-shades" aria-hidden>
        {Array.from({ length: SHADES }, (_, shade) => (
          <span key={shade} data-shade={shade} />
        ))}
      </span>
      {minimise ? trans.__('lower %1', metric) : trans.__('higher %1', metric)}
    </span>
  );
}

/** All lines, each shade one path: what does not change with the pointer. */
const Lines = memo(function Lines(props: {
  readonly lines: readonly TrialLine[];
  readonly within: readonly TrialLine[];
  readonly spec: ExperimentSpec;
  readonly right: number;
  readonly trans: TranslationBundle;
}) {
  const { lines, within, spec, right, trans } = props;
  const valued = lines.flatMap(({ trial }) => finalValue(spec, trial) ?? []);
  const shadeOf = shadesOf(valued, spec.objective.type);
  const shades = Array.from({ length: SHADES }, () => '');
  let open = '';
  for (const { trial, spots } of within) {
    const value = finalValue(spec, trial);
    if (value === null) open += line(spots);
    else shades[shadeOf(value)] += line(spots);
  }
  const there = new Set(within);
  let out = '';
  for (const each of lines) if (!there.has(each)) out += line(each.spots);
  const [first] = walkOrder(
    within.map(({ trial }) => trial),
    spec
  );
  const bestLine = within.find(
    ({ trial }) => trial.number === first && finalValue(spec, trial) !== null
  );
  const best = bestLine?.trial;
  const named = within.filter(
    ({ trial, spots }) => spots.at(-1) && (trial === best || within.length <= NAMED)
  );
  const labels = placeLabels(
    named.map(({ spots }) => spots.at(-1)!.y),
    14,
    { least: TOP, most: HEIGHT }
  );
  return (
    <g className="jp-chard-Parallel-lines">
      <path data-shade="out" d={out} />
      <path data-shade="open" d={open} />
      {shades.map((path, shade) => (
        <path key={shade} data-shade={shade} d={path} />
      ))}
      {bestLine && <path className="jp-chard-mod-best" d={line(bestLine.spots)} />}
      {named.map(({ trial }, at) => (
        <text
          key={trial.number}
          x={right + AWAY}
          y={labels[at]}
          dominantBaseline="central"
          className={trial === best ? 'jp-chard-mod-best' : ''}
        >
          {trial === best
            ? trans.__('trial %1 (best)', trial.number)
            : trans.__('trial %1', trial.number)}
        </text>
      ))}
    </g>
  );
});

/** One axis: its name (and whether it is a log one), its ticks, and what of it the trials are filtered by. */
const AxisView = memo(function AxisView(props: {
  readonly dimension: Dimension;
  readonly x: number;
  /** Its name, or as much of it as tells it from the others. */
  readonly title: string;
  /** For that, in pixels. */
  readonly room: number;
  readonly box: Box;
  readonly isObjective: boolean;
  readonly canLog: boolean;
  /** @param id the dimension's */
  readonly onLog: (id: string) => void;
  readonly span: Span | null;
  readonly onBrush: (id: string, span: Span | null) => void;
  readonly trans: TranslationBundle;
}) {
  const { dimension, x, title, room, box, isObjective, canLog, onLog, span, onBrush, trans } =
    props;
  const { id, axis, name } = dimension;
  const onSpan = (next: Span | null): void => onBrush(id, next);
  const start = useRef<number | null>(null);
  const places = {
    from: span ? axis.placeOf(span.from) : 0,
    to: span ? axis.placeOf(span.to) : 1
  };
  const placeAt = (event: PointerEvent<SVGElement>): number =>
    1 - Math.max(0, Math.min(1, (placeOf(event).y - box.top) / box.height));
  const bottom = box.top + box.height;
  const texts = shortenedApart(
    axis.ticks.map(({ text }) => text),
    TICK_ROOM
  );
  return (
    <g className="jp-chard-Parallel-axis">
      <foreignObject x={x - room / 2} y={0} width={room} height={26}>
        <button
          type="button"
          className="jp-chard-Parallel-name"
          data-objective={isObjective}
          aria-label={name}
          disabled={!canLog && axis.kind !== 'log'}
          aria-pressed={axis.kind === 'log'}
          title={canLog || axis.kind === 'log' ? trans.__('%1: log axis or not', name) : name}
          onClick={event => {
            event.stopPropagation();
            onLog(id);
          }}
        >
          <span>{title}</span>
          {axis.kind === 'log' && <small>{trans.__('log')}</small>}
        </button>
      </foreignObject>
      <line x1={x} x2={x} y1={box.top} y2={bottom} />
      {axis.ticks.map(({ at, text }, index) => (
        <g key={index}>
          <line x1={x - 4} x2={x} y1={yIn(box, at)} y2={yIn(box, at)} />
          <text x={x - 8} y={yIn(box, at)} textAnchor="end" dominantBaseline="central">
            {texts[index]}
            {texts[index] !== text && <title>{text}</title>}
          </text>
        </g>
      ))}
      <rect
        className="jp-chard-Parallel-grip"
        x={x - GRIP}
        y={box.top - 6}
        width={2 * GRIP}
        height={box.height + 12}
        onPointerDown={event => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          start.current = placeAt(event);
        }}
        onPointerMove={event => {
          if (start.current !== null) onSpan(spanBetween(axis, start.current, placeAt(event)));
        }}
        onPointerUp={event => {
          // A press without a movement takes the filter away.
          if (start.current !== null && Math.abs(placeAt(event) - start.current) < 0.01)
            onSpan(null);
          start.current = null;
        }}
        onPointerCancel={() => (start.current = null)}
        onClick={event => event.stopPropagation()}
      />
      {span && (
        <rect
          className="jp-chard-Parallel-span"
          x={x - 6}
          y={yIn(box, places.to)}
          width={12}
          height={Math.max(2, yIn(box, places.from) - yIn(box, places.to))}
        />
      )}
      {(['to', 'from'] as const).map(end => (
        <SpanEnd key={end} {...{ dimension, x, box, end, places, onSpan, trans }} />
      ))}
    </g>
  );
});

/** One end of the part of an axis that trials are filtered by, for the keyboard. */
function SpanEnd(props: {
  readonly dimension: Dimension;
  readonly x: number;
  readonly box: Box;
  /** Where both ends stand, from 0 to 1. */
  readonly places: Span;
  readonly end: 'from' | 'to';
  readonly onSpan: (span: Span | null) => void;
  readonly trans: TranslationBundle;
}) {
  const { dimension, x, box, places, end, onSpan, trans } = props;
  const { axis, name } = dimension;
  const place = places[end];
  const press = (event: KeyboardEvent): void => {
    const move = (to: number) => () =>
      onSpan(
        end === 'from'
          ? spanBetween(axis, Math.min(to, places.to), places.to)
          : spanBetween(axis, places.from, Math.max(to, places.from))
      );
    const keys: Record<string, () => void> = {
      ArrowUp: move(stepFrom(axis, place, 1)),
      ArrowRight: move(stepFrom(axis, place, 1)),
      ArrowDown: move(stepFrom(axis, place, -1)),
      ArrowLeft: move(stepFrom(axis, place, -1)),
      Home: move(end === 'from' ? 0 : places.from),
      End: move(end === 'to' ? 1 : places.to),
      Escape: () => onSpan(null),
      Delete: () => onSpan(null)
    };
    const action = keys[event.key];
    if (!action || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };
  const y = yIn(box, place);
  const away = end === 'to' ? -6 : 6;
  return (
    <path
      className="jp-chard-Parallel-end"
      role="slider"
      tabIndex={0}
      aria-label={end === 'to' ? trans.__('%1: at most', name) : trans.__('%1: at least', name)}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(place * 100)}
      aria-valuetext={axis.textAt(place)}
      d={`M${x} ${y}l-6 ${away}h12z`}
      onKeyDown={press}
    />
  );
}

function xOf(at: number, count: number, box: Box): number {
  return box.left + (count <= 1 ? box.width / 2 : (at / (count - 1)) * box.width);
}

function spotsOf(trial: TrialState, dimensions: readonly Dimension[], box: Box): (Spot | null)[] {
  return dimensions.map(({ axis, valueOf }, at) => {
    const place = axis.place(valueOf(trial));
    return place === null ? null : { x: xOf(at, dimensions.length, box), y: yIn(box, place) };
  });
}

/** Best first; those without a value last. */
function walkOrder(trials: readonly TrialState[], spec: ExperimentSpec): number[] {
  const { type } = spec.objective;
  return orderTrials(spec, trials, { by: 'objective' }, type === 'maximize').map(
    ({ number }) => number
  );
}

function nearestLine(lines: readonly TrialLine[], place: Spot): number | null {
  let found: number | null = null;
  let least = REACH;
  for (const { trial, spots } of lines) {
    const at = spots.findIndex((spot, index) => index > 0 && spot && spot.x >= place.x);
    const from = at > 0 ? spots[at - 1] : null;
    if (!from) continue;
    const distance = distanceToLine(place, from, spots[at]!);
    if (distance < least) {
      least = distance;
      found = trial.number;
    }
  }
  return found;
}

function inWords(
  trial: TrialState,
  dimensions: readonly Dimension[],
  trans: TranslationBundle
): string {
  const said = dimensions
    .map(({ name, valueOf }) => `${name} ${cellText(valueOf(trial))}`)
    .join(', ');
  return trans.__('Trial %1: %2', trial.number, said);
}

function cellText(value: AxisValue): string {
  if (value === undefined) return '–';
  return typeof value === 'number' ? shortNumber(value) : choiceText(value);
}

function cellOf(value: AxisValue): string | number {
  return typeof value === 'number' ? value : cellText(value);
}
