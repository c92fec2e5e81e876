import {
  isTrialOver,
  metricsOf,
  type ExperimentState,
  type TrialMetric,
  type TrialState
} from '@chard/core/experiment';
import type { TranslationBundle } from '@jupyterlab/translation';
import { memo, useMemo, useState } from 'react';
import { Button } from '../../controls/button';
import { curvePoints, shortNumber, thin, type Point } from '../../curves/scale';
import { textWidth } from '../../curves/shorten';
import { useWidth } from '../../graph/useLayout';
import { numberAxis, rangeAxis, type Axis } from './axis';
import { Figure } from './figure';
import { crosses, line, nearestSpot, type Spot } from './marks';
import { Columns, placeOf, Rows, xIn, yIn, type Box } from './plot';
import { SHADES, shadesOf } from './shades';
import { finalValue, longestNumber, type Pointing } from './trial';
import { TrialWalker } from './walker';

const HEIGHT = 220;
/** A curve is drawn from at most so many columns of points, and from fewer where there are many curves... */
const COLUMNS = 60;
/** ...so that all of them have about so many, but for the least that a curve is told by. */
const COLUMNS_IN_ALL = 6000;
const LEAST_COLUMNS = 6;
const REACH = 14;

export interface CurvesProps extends Pointing {
  readonly state: ExperimentState;
  readonly trans: TranslationBundle;
}

interface TrialCurve {
  readonly trial: TrialState;
  readonly points: readonly Point[];
}

/** A metric as it went in each trial: what was pruned is dashed and ends in a cross. Nothing where no trial has a curve. */
export const TrialCurves = memo(function TrialCurves(props: CurvesProps) {
  const { state, pointed, trans } = props;
  const { trials } = state;
  const [frame, seen] = useWidth();
  const width = Math.max(220, seen);
  const names = useMemo(() => curveNames(state), [trials]);
  const [chosen, setChosen] = useState<string | null>(null);
  const [log, setLog] = useState(false);
  const name = chosen !== null && names.includes(chosen) ? chosen : names[0];
  const curves = useMemo(() => (name === undefined ? [] : curvesOf(trials, name)), [trials, name]);
  const values = useMemo(() => curves.flatMap(({ points }) => points.map(({ y }) => y)), [curves]);
  const canLog = values.length > 0 && values.every(value => value > 0);
  // Room for the name of any trial that may become the best: nothing moves when another one does.
  const right = textWidth(trans.__('trial %1', longestNumber(state))) + 14;
  const box: Box = { left: 52, top: 10, width: width - 52 - right, height: HEIGHT - 10 - 24 };
  const rows = useMemo(() => numberAxis(values, log && canLog), [values, log, canLog]);
  const columns = useMemo(() => {
    const xs = curves.flatMap(({ points }) => [points[0]!.x, points.at(-1)!.x]);
    return rangeAxis(Math.min(...xs), Math.max(...xs), false);
  }, [curves]);
  const lines = useMemo(
    () =>
      curves.map(({ trial, points }) => ({
        trial,
        spots: points.map(({ x, y }) => ({
          x: xIn(box, columns.place(x) ?? 0),
          y: yIn(box, rows.place(y) ?? 0)
        }))
      })),
    [curves, rows, columns, width, right]
  );
  const order = useMemo(() => curves.map(({ trial }) => trial.number), [curves]);
  if (name === undefined) return null;
  const shown = lines.find(({ trial }) => trial.number === pointed);
  const pruned = curves.filter(({ trial }) => trial.phase === 'pruned').length;
  return (
    <Figure
      title={trans.__('Curves')}
      subtitle={
        pruned === 0
          ? trans.__('%1 of each trial by step', name)
          : trans._n(
              '%2 of each trial by step; %1 was pruned (dashed)',
              '%2 of each trial by step; %1 were pruned (dashed)',
              pruned,
              name
            )
      }
      className="jp-chard-mod-curves"
      reading={shown ? curveInWords(shown.trial, name, trans) : ''}
      table={() => ({
        columns: [trans.__('Trial'), trans.__('Step'), name, trans.__('Pruned')],
        rows: curves.flatMap(({ trial, points }) =>
          points.map(({ x, y }) => [
            trial.number,
            x,
            y,
            trial.phase === 'pruned' ? trans.__('pruned') : ''
          ])
        )
      })}
      actions={
        <>
          {names.length > 1 && (
            <select
              className="jp-chard-Select jp-chard-mod-flat"
              aria-label={trans.__('Metric of the curves')}
              value={name}
              onChange={event => setChosen(event.target.value)}
            >
              {names.map(each => (
                <option key={each}>{each}</option>
              ))}
            </select>
          )}
          {canLog && (
            <Button look="flat" small aria-pressed={log} onClick={() => setLog(!log)}>
              {trans.__('Log scale')}
            </Button>
          )}
        </>
      }
      trans={trans}
    >
      <TrialWalker
        {...props}
        order={order}
        label={trans._n(
          'Curve of %2 in %1 trial',
          'Curves of %2 in %1 trials',
          curves.length,
          name
        )}
      >
        <div ref={frame} className="jp-chard-Layers">
          <svg
            className="jp-chard-Plot jp-chard-Layers-ground"
            width={width}
            height={HEIGHT}
            aria-hidden
          >
            <Base {...{ state, lines, rows, columns, box, trans }} />
          </svg>
          <svg
            className="jp-chard-Plot"
            width={width}
            height={HEIGHT}
            aria-hidden
            onPointerMove={event => props.onPoint(nearestCurve(lines, placeOf(event)))}
            onClick={() => pointed !== null && props.onOpen(pointed)}
          >
            {shown && <path className="jp-chard-Parallel-pointed" d={line(shown.spots)} />}
          </svg>
        </div>
      </TrialWalker>
    </Figure>
  );
});

interface DrawnCurve {
  readonly trial: TrialState;
  readonly spots: readonly Spot[];
}

const Base = memo(
  function Base(props: {
    readonly state: ExperimentState;
    readonly lines: readonly DrawnCurve[];
    readonly rows: Axis;
    readonly columns: Axis;
    readonly box: Box;
    readonly trans: TranslationBundle;
  }) {
    const { state, lines, rows, columns, box, trans } = props;
    const { spec, best } = state;
    const valued = lines.flatMap(({ trial }) => finalValue(spec, trial) ?? []);
    const shadeOf = shadesOf(valued, spec.objective.type);
    const paths: Record<string, string> = {};
    const add = (key: string, path: string): void => void (paths[key] = (paths[key] ?? '') + path);
    const ends: Spot[] = [];
    for (const { trial, spots } of lines) {
      const value = finalValue(spec, trial);
      if (trial.phase === 'pruned') {
        add('pruned', line(spots));
        ends.push(spots.at(-1)!);
      } else if (!isTrialOver(trial.phase)) add('open', line(spots));
      else add(value === null ? 'out' : String(shadeOf(value)), line(spots));
    }
    const bestLine = lines.find(({ trial }) => trial.number === best);
    const end = bestLine?.spots.at(-1);
    const shades = [
      'out',
      'pruned',
      'open',
      ...Array.from({ length: SHADES }, (_, at) => String(at))
    ];
    return (
      <g className="jp-chard-Parallel-lines">
        <Rows axis={rows} box={box} />
        <Columns axis={columns} box={box} />
        {shades.map(
          shade => paths[shade] && <path key={shade} data-shade={shade} d={paths[shade]} />
        )}
        <path className="jp-chard-Plot-crosses" d={crosses(ends)} />
        {bestLine && <path className="jp-chard-mod-best" d={line(bestLine.spots)} />}
        {end && (
          <text className="jp-chard-mod-best" x={end.x + 6} y={end.y} dominantBaseline="central">
            {trans.__('trial %1', best)}
          </text>
        )}
      </g>
    );
  },
  (one, other) => one.lines === other.lines && one.state.best === other.state.best
);

/** Of trials that have not changed, which most of many have not, the points are those of the last time. */
const known = new WeakMap<TrialMetric, { columns: number; points: readonly Point[] }>();

function pointsOf({ metrics }: TrialState, name: string, columns: number): readonly Point[] {
  const metric = metrics.get(name);
  if (metric === undefined) return [];
  const former = known.get(metric);
  if (former?.columns === columns) return former.points;
  const points = thin(curvePoints(metric.points), columns);
  known.set(metric, { columns, points });
  return points;
}

/** The metrics that any trial reported more than once: the objective first. */
function curveNames({ spec, trials }: ExperimentState): string[] {
  const found = new Set<string>();
  for (const { metrics } of trials) {
    for (const [name, { points }] of metrics) if (points.length > 1) found.add(name);
  }
  const first = metricsOf(spec.objective).filter(name => found.has(name));
  return [...new Set([...first, ...found])];
}

function curvesOf(trials: readonly TrialState[], name: string): TrialCurve[] {
  const share = Math.floor(COLUMNS_IN_ALL / Math.max(1, trials.length));
  const columns = Math.max(LEAST_COLUMNS, Math.min(COLUMNS, share));
  return trials.flatMap(trial => {
    const points = pointsOf(trial, name, columns);
    return points.length > 1 ? [{ trial, points }] : [];
  });
}

function curveInWords(trial: TrialState, name: string, trans: TranslationBundle): string {
  const last = trial.metrics.get(name)?.last;
  const value = typeof last === 'number' ? shortNumber(last) : String(last);
  return trial.phase === 'pruned'
    ? trans.__('Trial %1: pruned at %2 %3', trial.number, name, value)
    : trans.__('Trial %1: %2 %3 in the end', trial.number, name, value);
}

function nearestCurve(lines: readonly DrawnCurve[], place: Spot): number | null {
  let found: number | null = null;
  let least = REACH;
  for (const { trial, spots } of lines) {
    const at = nearestSpot(spots, place, least);
    if (at === -1) continue;
    least = Math.hypot(spots[at]!.x - place.x, spots[at]!.y - place.y);
    found = trial.number;
  }
  return found;
}
