import type { TranslationBundle } from '@jupyterlab/translation';
import { memo, useState, type PointerEvent } from 'react';
import { useWidth } from '../graph/useLayout';
import { placeLabels, rangeOf, shortNumber, thin, ticks, tickTexts, type Point } from './scale';
import { shortenedApart, textWidth } from './shorten';

export interface Curve {
  readonly id: string;
  /** Stands at the curve's end. */
  readonly label: string;
  readonly points: readonly Point[];
}

export interface ChartProps {
  readonly title: string;
  readonly subtitle: string;
  readonly curves: readonly Curve[];
  /** Of the drawing, in pixels. */
  readonly height: number;
  readonly trans: TranslationBundle;
}

const LEFT = 48;
const TOP = 8;
const BOTTOM = 20;
/** Around a label, in pixels. */
const AROUND = 12;
const LABEL_GAP = 15;
const MOST_ROWS = 100;

/** Curves over each other, each told apart by its dashes as well as its colour, with a table that says the same. */
export const Chart = memo(function Chart(props: ChartProps) {
  const { title, subtitle, curves, height, trans } = props;
  const [frame, seen] = useWidth();
  const width = Math.max(200, seen);
  const [pointed, setPointed] = useState<number | null>(null);
  const longest = AROUND + Math.max(0, ...curves.map(({ label }) => textWidth(label)));
  // Half of a narrow chart is for the curves, and the labels end in dots.
  const right = Math.min(longest, (width - LEFT) / 2);
  const shown = shortenedApart(
    curves.map(({ label }) => label),
    right - AROUND
  );
  const plot = { width: width - LEFT - right, height: height - TOP - BOTTOM };
  const all = curves.flatMap(({ points }) => points);
  const rows = ticks(rangeOf(all.map(({ y }) => y)), height < 120 ? 2 : 4);
  const rowTexts = tickTexts(rows);
  const columns = rangeOf(all.map(({ x }) => x));
  const xOf = (x: number): number =>
    LEFT + ((x - columns.least) / (columns.most - columns.least)) * plot.width;
  const low = rows[0]!;
  const high = rows.at(-1)!;
  const yOf = (y: number): number => TOP + plot.height - ((y - low) / (high - low)) * plot.height;
  const ends = curves.map(({ points }) => points.at(-1));
  const labels = placeLabels(
    ends.map(end => (end ? yOf(end.y) : 0)),
    LABEL_GAP,
    { least: TOP + 4, most: TOP + plot.height }
  );
  const point = (event: PointerEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - box.left - LEFT) / plot.width;
    setPointed(columns.least + Math.max(0, Math.min(1, share)) * (columns.most - columns.least));
  };
  const read = pointed === null ? [] : curves.map(({ points }) => nearest(points, pointed));
  return (
    <figure className="jp-chard-Chart">
      <figcaption>
        <strong>{title}</strong> <span className="jp-chard-hint">{subtitle}</span>
        {read.some(Boolean) && (
          <span className="jp-chard-Chart-reading">
            {curves
              .map(({ id }, at) =>
                read[at]
                  ? `${curves.length > 1 ? `${id} ` : ''}${shortNumber(read[at].y)} ${trans.__('at %1', shortNumber(read[at].x))}`
                  : ''
              )
              .join(', ')}
          </span>
        )}
      </figcaption>
      <div ref={frame}>
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={describe(title, curves, trans)}
          onPointerMove={point}
          onPointerLeave={() => setPointed(null)}
        >
          {rows.map((row, at) => (
            <g key={row} className="jp-chard-Chart-row">
              <line x1={LEFT} x2={LEFT + plot.width} y1={yOf(row)} y2={yOf(row)} />
              <text x={LEFT - 8} y={yOf(row)} textAnchor="end" dominantBaseline="central">
                {rowTexts[at]}
              </text>
            </g>
          ))}
          {ticks(columns, Math.max(2, Math.floor(plot.width / 90)))
            .filter(tick => tick >= columns.least && tick <= columns.most)
            .map(tick => (
              <text key={tick} x={xOf(tick)} y={height - 6} textAnchor="middle">
                {shortNumber(tick)}
              </text>
            ))}
          {curves.map(({ id, points }, at) => (
            <g key={id} className="jp-chard-Chart-curve" data-curve={at % 6}>
              <path d={pathOf(thin(points, Math.ceil(plot.width)), xOf, yOf)} />
              {ends[at] && <circle cx={xOf(ends[at].x)} cy={yOf(ends[at].y)} r={3} />}
              {read[at] && <circle cx={xOf(read[at].x)} cy={yOf(read[at].y)} r={3} />}
              <text
                x={(ends[at] ? xOf(ends[at].x) : LEFT) + 8}
                y={labels[at]!}
                dominantBaseline="central"
              >
                {shown[at]}
                <title>{curves[at]!.label}</title>
              </text>
            </g>
          ))}
        </svg>
      </div>
      <details className="jp-chard-Chart-table">
        <summary>{trans.__('As a table')}</summary>
        <Numbers {...props} />
      </details>
    </figure>
  );
});

/** The curves' numbers, at most a hundred rows, spread over the whole. */
function Numbers({ title, curves, trans }: ChartProps) {
  const xs = [...new Set(curves.flatMap(({ points }) => points.map(({ x }) => x)))];
  xs.sort((one, other) => one - other);
  const step = Math.max(1, Math.ceil(xs.length / MOST_ROWS));
  const rows = xs.filter((_, at) => at % step === 0 || at === xs.length - 1);
  const values = curves.map(({ points }) => new Map(points.map(({ x, y }) => [x, y])));
  return (
    <table className="jp-chard-Table">
      <caption>
        {rows.length < xs.length
          ? trans.__('%1: %2 of %3 rows', title, rows.length, xs.length)
          : title}
      </caption>
      <thead>
        <tr>
          <th className="jp-chard-Table-number">{trans.__('Step')}</th>
          {curves.map(({ id }) => (
            <th key={id} className="jp-chard-Table-number">
              {id}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(x => (
          <tr key={x}>
            <td className="jp-chard-Table-number">{x}</td>
            {values.map((points, at) => (
              <td key={curves[at]!.id} className="jp-chard-Table-number">
                {points.has(x) ? shortNumber(points.get(x)!) : ''}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function describe(title: string, curves: readonly Curve[], trans: TranslationBundle): string {
  const said = curves.map(({ id, points }) => {
    const { least, most } = rangeOf(points.map(({ y }) => y));
    const last = points.at(-1);
    if (!last) return trans.__('%1: no numbers', id);
    return trans.__(
      '%1: between %2 and %3, %4 in the end',
      id,
      shortNumber(least),
      shortNumber(most),
      shortNumber(last.y)
    );
  });
  return `${title}. ${said.join('. ')}`;
}

function pathOf(
  points: readonly Point[],
  xOf: (x: number) => number,
  yOf: (y: number) => number
): string {
  return points
    .map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${xOf(x).toFixed(1)} ${yOf(y).toFixed(1)}`)
    .join('');
}

function nearest(points: readonly Point[], x: number): Point | null {
  let best: Point | null = null;
  for (const point of points) {
    if (best === null || Math.abs(point.x - x) < Math.abs(best.x - x)) best = point;
  }
  return best;
}
