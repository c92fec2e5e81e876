import type { CheckInput } from './input';
import { problem, type ExperimentProblem } from '../problems';

/** An experiment has a name, of its own. */
export function checkName({ spec, pipeline, takenNames }: CheckInput): ExperimentProblem[] {
  const fix = (name: string) => ({ title: `Call it "${name}"`, change: { name } });
  if (spec.name.trim() === '') {
    const free = freeName(pipeline?.name ?? 'experiment', takenNames);
    return [
      problem('error', 'experiment-without-name', ['name'], 'The experiment has no name.', [
        fix(free)
      ])
    ];
  }
  if (!takenNames.includes(spec.name)) return [];
  return [
    problem(
      'error',
      'experiment-name-taken',
      ['name'],
      `There is an experiment "${spec.name}" already. Choose another name, or add trials to that one.`,
      [fix(freeName(spec.name, takenNames))]
    )
  ];
}

/**
 * `wanted`, or with the first number behind it that makes it a name of its own: `digits-2`. A number that it ends in is counted
 * on where another name is the same but for that, `digits` or `digits-3`; that of `resnet-50` is a part of it.
 */
export function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  const stem = stemOf(wanted);
  const isCounted = taken.some(name => name !== wanted && (name === stem || stemOf(name) === stem));
  for (let number = 2; ; number += 1) {
    const name = `${isCounted ? stem : wanted}-${number}`;
    if (!taken.includes(name)) return name;
  }
}

/** A name without the number that it ends in. */
function stemOf(name: string): string {
  return name.replace(/-\d+$/u, '');
}
