import type { CheckInput } from './input';
import type { ExperimentSpec, TrialCounts } from '../model';
import { problem, type ExperimentProblem } from '../problems';

/** What numpy, which the samplers draw with, takes for a seed. */
const MAX_SEED = 2 ** 32 - 1;

/** The counts, the seed and the time limit. */
export function checkCounts({ spec }: CheckInput): ExperimentProblem[] {
  const counts = [
    ...atLeast(spec, 'maxTrialCount', 1, 'There must be at least one trial.'),
    ...atLeast(spec, 'parallelTrialCount', 1, 'At least one trial must run at a time.'),
    ...atLeast(spec, 'maxFailedTrialCount', 0, 'The number of failed trials cannot be negative.')
  ];
  return [
    ...(counts.length > 0 ? counts : moreThanTrials(spec)),
    ...checkSeed(spec),
    ...checkTimeLimit(spec)
  ];
}

function checkSeed({ seed }: ExperimentSpec): ExperimentProblem[] {
  if (seed === null || (seed >= 0 && seed <= MAX_SEED)) return [];
  return [
    problem('error', 'bad-seed', ['seed'], `A seed is a whole number from 0 to ${MAX_SEED}.`, [
      { title: 'Leave out the seed', change: { seed: null } }
    ])
  ];
}

function checkTimeLimit({ trialTimeoutSeconds }: ExperimentSpec): ExperimentProblem[] {
  if (trialTimeoutSeconds === null || trialTimeoutSeconds > 0) return [];
  return [
    problem(
      'error',
      'bad-time-limit',
      ['trialTimeoutSeconds'],
      'The time limit of a trial must be more than 0 seconds.',
      [{ title: 'Set no limit', change: { trialTimeoutSeconds: null } }]
    )
  ];
}

/** What Katib refuses, and what makes no sense here either. */
function moreThanTrials(spec: ExperimentSpec): ExperimentProblem[] {
  const { maxTrialCount, parallelTrialCount, maxFailedTrialCount } = spec;
  const problems: ExperimentProblem[] = [];
  if (parallelTrialCount > maxTrialCount) {
    problems.push(
      problem(
        'error',
        'more-parallel-than-trials',
        ['parallelTrialCount'],
        `${parallelTrialCount} trials at a time are more than the ${maxTrialCount} that there are.`,
        [
          {
            title: `Run ${maxTrialCount} at a time`,
            change: { parallelTrialCount: maxTrialCount }
          },
          {
            title: `Run ${parallelTrialCount} trials`,
            change: { maxTrialCount: parallelTrialCount }
          }
        ]
      )
    );
  }
  if (maxFailedTrialCount > maxTrialCount) {
    problems.push(
      problem(
        'error',
        'more-failures-than-trials',
        ['maxFailedTrialCount'],
        `${maxFailedTrialCount} failed trials are more than the ${maxTrialCount} that there are.`,
        [{ title: `Allow ${maxTrialCount}`, change: { maxFailedTrialCount: maxTrialCount } }]
      )
    );
  }
  return problems;
}

function atLeast(
  spec: ExperimentSpec,
  field: keyof TrialCounts,
  least: number,
  message: string
): ExperimentProblem[] {
  if (spec[field] >= least) return [];
  return [
    problem('error', 'bad-count', [field], message, [
      { title: `Set it to ${least}`, change: { [field]: least } }
    ])
  ];
}
