import { nearestOf } from '../../notebook/names';
import type { CheckInput } from './input';
import { metricsOf, type Objective } from '../model';
import { printedCurves } from '../reported';
import { problem, type ExperimentFix, type ExperimentProblem, type FieldPath } from '../problems';

/** There is a metric, a step reports it, and no other is named twice. */
export function checkObjective(input: CheckInput): ExperimentProblem[] {
  const { objective } = input.spec;
  const fix = (title: string, change: Partial<Objective>) => ({
    title,
    change: { objective: { ...objective, ...change } }
  });
  const known = knownMetrics(input);
  const problems: ExperimentProblem[] = [];
  if (objective.metric === '') {
    problems.push(
      problem(
        'error',
        'objective-without-metric',
        ['objective', 'metric'],
        known.length === 0
          ? 'The experiment has no metric to compare trials by, and the notebook reports none. Tag a cell "pipeline-metrics".'
          : 'The experiment has no metric to compare trials by.',
        known.slice(0, 5).map(metric => fix(`Take "${metric}"`, { metric }))
      )
    );
  } else {
    problems.push(
      ...unknownMetric(input, objective.metric, ['objective', 'metric'], 'error', known, metric =>
        fix(`Take "${metric}"`, { metric })
      )
    );
  }
  objective.additionalMetrics.forEach((name, index) => {
    const field = ['objective', 'additionalMetrics', index];
    const without = fix('Leave it out', {
      additionalMetrics: objective.additionalMetrics.toSpliced(index, 1)
    });
    if (name === objective.metric || objective.additionalMetrics.indexOf(name) !== index) {
      problems.push(
        problem(
          'error',
          'metric-named-twice',
          field,
          `The metric "${name}" is named twice in the objective.`,
          [without]
        )
      );
      return;
    }
    const replace = (metric: string) =>
      fix(`Take "${metric}"`, {
        additionalMetrics: objective.additionalMetrics.with(index, metric)
      });
    problems.push(...unknownMetric(input, name, field, 'warning', known, replace));
  });
  return [...problems, ...strategiesOfOthers(objective)];
}

/** Metrics of which the code or an earlier run knows. */
function knownMetrics({ reported, seenMetrics = [] }: CheckInput): string[] {
  if (reported === null) return [...new Set(seenMetrics)];
  const { single, logged } = reported;
  return [...new Set([...single, ...logged, ...seenMetrics])];
}

function unknownMetric(
  { reported, engine }: CheckInput,
  name: string,
  field: FieldPath,
  severity: 'error' | 'warning',
  known: readonly string[],
  replace: (metric: string) => ExperimentFix
): ExperimentProblem[] {
  if (reported === null || known.includes(name)) return [];
  // Not offered as one to take: most of what steps print is no metric.
  if (printedCurves(reported, engine).includes(name)) return [];
  const near = nearestOf(name, known) ?? (known.length === 1 ? known[0]! : null);
  const names = known.map(each => `"${each}"`).join(', ');
  const has = known.length === 0 ? 'The notebook reports no metrics.' : `It reports ${names}.`;
  if (reported.others) {
    return [
      problem(
        'info',
        'metric-not-seen',
        field,
        `The code does not spell out that a step reports "${name}", but it also reports under names that only a run shows. ` +
          'A trial without it has no value.'
      )
    ];
  }
  return [
    problem(
      severity,
      'unknown-metric',
      field,
      `No step reports the metric "${name}". ${has} Print it in a cell tagged "pipeline-metrics": print("${name}", value).`,
      near === null ? [] : [replace(near)]
    )
  ];
}

function strategiesOfOthers(objective: Objective): ExperimentProblem[] {
  const metrics = metricsOf(objective);
  const entries = Object.entries(objective.strategies);
  return entries
    .filter(([name]) => !metrics.includes(name))
    .map(([name]) =>
      problem(
        'warning',
        'strategy-without-metric',
        ['objective', 'strategies', name],
        `There is a strategy for the metric "${name}", which is not one of the objective's.`,
        [
          {
            title: 'Leave it out',
            change: {
              objective: {
                ...objective,
                strategies: Object.fromEntries(entries.filter(([each]) => each !== name))
              }
            }
          }
        ]
      )
    );
}
