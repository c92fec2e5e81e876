import { algorithmInfo } from '../algorithms';
import type { CheckInput } from './input';
import { isRange, type ExperimentSpec } from '../model';
import { problem, type ExperimentProblem } from '../problems';
import { pointsOf, spaceSize } from '../space';

/** A grid beyond this is written out by no engine in a time that anybody waits for. */
export const MAX_GRID_POINTS = 100_000;

/** Whether the space and the number of trials go together. */
export function checkSpace({ spec, engine }: CheckInput): ExperimentProblem[] {
  const { parameters, maxTrialCount } = spec;
  const size = spaceSize(parameters);
  if (parameters.length === 0 || size === 0) return [];
  const info = algorithmInfo(spec.algorithm.name);
  const isGrid = info?.needsPoints ?? false;
  const endless = isGrid ? endlessParameters(spec) : [];
  if (endless.length > 0) return endless;
  if (isGrid && size > MAX_GRID_POINTS) {
    return [
      problem(
        'error',
        'grid-too-large',
        ['algorithm', 'name'],
        `The grid has ${grouped(size)} points; ${grouped(MAX_GRID_POINTS)} can be. Take larger steps or fewer parameters, or ` +
          'an algorithm that does not try every point.',
        [
          { title: 'Take "random"', change: { algorithm: { name: 'random', settings: {} } } },
          { title: 'Take "tpe"', change: { algorithm: { name: 'tpe', settings: {} } } }
        ]
      )
    ];
  }
  const all = { title: `Run ${grouped(size)} trials`, change: allTrials(spec, size) };
  if (isGrid && size > maxTrialCount) {
    return [
      problem(
        'warning',
        'grid-larger-than-trials',
        ['maxTrialCount'],
        `The grid has ${grouped(size)} points, of which ${grouped(maxTrialCount)} are tried.`,
        [all]
      )
    ];
  }
  if (size < maxTrialCount) {
    return [
      problem(
        isGrid && engine === 'katib' ? 'error' : 'warning',
        'more-trials-than-points',
        ['maxTrialCount'],
        `The space has ${grouped(size)} ${size === 1 ? 'point' : 'points'} and there are ${grouped(maxTrialCount)} trials: ` +
          (isGrid && engine === 'katib'
            ? 'Katib refuses that.'
            : isGrid
              ? 'the experiment ends when all have been tried.'
              : 'some are tried more than once.'),
        [all]
      )
    ];
  }
  return [];
}

function endlessParameters({ parameters }: ExperimentSpec): ExperimentProblem[] {
  return parameters.flatMap((parameter, index) => {
    if (!isRange(parameter) || Number.isFinite(pointsOf(parameter))) return [];
    const step = Number(((parameter.max - parameter.min) / 10).toPrecision(2));
    return [
      problem(
        'error',
        'endless-grid',
        ['parameters', index, 'step'],
        `A grid needs a step for "${parameter.name}".`,
        [
          {
            title: `Take steps of ${step}`,
            change: {
              parameters: parameters.with(index, { ...parameter, step, distribution: 'uniform' })
            }
          }
        ]
      )
    ];
  });
}

function allTrials(spec: ExperimentSpec, size: number): Partial<ExperimentSpec> {
  return {
    maxTrialCount: size,
    ...(spec.parallelTrialCount > size ? { parallelTrialCount: size } : {}),
    ...(spec.maxFailedTrialCount > size ? { maxFailedTrialCount: size } : {})
  };
}

function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
