import type { MetricState, RunState } from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Chart } from '../../curves/chart';
import { curvePoints, shortNumber } from '../../curves/scale';
import { stepTitle } from '../text';

/** What the run reported: numbers, and curves of what was reported more than once. */
export function Metrics({ state, trans }: { state: RunState; trans: TranslationBundle }) {
  const metrics = [...state.metrics.values()];
  if (metrics.length === 0) return null;
  return (
    <section className="jp-chard-Metrics" aria-label={trans.__('Metrics')}>
      <h2>{trans.__('Metrics')}</h2>
      <table className="jp-chard-Table">
        <thead>
          <tr>
            <th>{trans.__('Name')}</th>
            <th className="jp-chard-Table-number">{trans.__('Value')}</th>
            <th>{trans.__('From')}</th>
          </tr>
        </thead>
        <tbody>
          {metrics.map(({ name, step, last, points }) => (
            <tr key={name}>
              <td>{name}</td>
              <td className="jp-chard-Table-number" title={String(last)}>
                {metricText(last)}
              </td>
              <td className="jp-chard-hint">
                {stepTitle(step, trans)}
                {points.length > 1 && ` · ${trans._n('%1 value', '%1 values', points.length)}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="jp-chard-Metrics-curves">
        {metrics.filter(isCurve).map(metric => (
          <MetricCurve key={metric.name} metric={metric} trans={trans} />
        ))}
      </div>
    </section>
  );
}

/** Whether a metric was reported more than once. */
export function isCurve({ points }: MetricState): boolean {
  return points.length > 1;
}

/** One metric as it went. */
export function MetricCurve(props: {
  readonly metric: MetricState;
  readonly height?: number;
  readonly trans: TranslationBundle;
}) {
  const { metric, height, trans } = props;
  const { name, points, last } = metric;
  return (
    <Chart
      title={name}
      subtitle={trans._n('%1 value', '%1 values', points.length)}
      curves={[{ id: name, label: metricText(last), points: curvePoints(points) }]}
      height={height ?? 140}
      trans={trans}
    />
  );
}

/** A metric's value: JSON has no word for those that are not finite, Python has. */
export function metricText(value: MetricState['last']): string {
  return typeof value === 'number' ? shortNumber(value) : value;
}
