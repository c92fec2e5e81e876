import { METRICS_STEP } from '@chard/core/pipeline';
import {
  finiteValues,
  firstCause,
  isOver,
  type Cause,
  type ComparedStep,
  type RunComparison,
  type RunPhase
} from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';
import { shortNumber } from '../curves/scale';
import { phaseWord, stepTitle } from '../runs/text';

/** What the comparison says, first of all: how a metric moved, and what was changed. `names` are those of the runs. */
export function headline(
  comparison: RunComparison,
  names: readonly string[],
  trans: TranslationBundle
): string {
  return [metricSentence(comparison, names, trans), parameterSentence(comparison, trans)]
    .filter(Boolean)
    .join(' ');
}

function metricSentence(
  { metrics }: RunComparison,
  names: readonly string[],
  trans: TranslationBundle
): string {
  if (metrics.length === 0) return '';
  // What the metrics cells report was chosen to be reported; curves end somewhere.
  const chosen = metrics.filter(({ values }) => values.some(value => value?.step === METRICS_STEP));
  const candidates = chosen.length > 0 ? chosen : metrics;
  const row = candidates.find(each => each.differs && finiteValues(each));
  if (!row) {
    return metrics.some(({ differs }) => differs)
      ? trans.__('Not all runs have the same metrics.')
      : trans.__('The metrics are the same.');
  }
  const values = finiteValues(row)!;
  if (values.length === 2) {
    const [before, now] = values as [number, number];
    const said = [names[1]!, row.name, shortNumber(before), shortNumber(now)] as const;
    return now < before
      ? trans.__('%1 lowered %2 from %3 to %4.', ...said)
      : trans.__('%1 raised %2 from %3 to %4.', ...said);
  }
  const least = values.indexOf(Math.min(...values));
  const most = values.indexOf(Math.max(...values));
  return trans.__(
    '%1 is lowest in %2 (%3) and highest in %4 (%5).',
    row.name,
    names[least]!,
    shortNumber(values[least]!),
    names[most]!,
    shortNumber(values[most]!)
  );
}

function parameterSentence({ parameters }: RunComparison, trans: TranslationBundle): string {
  const differing = parameters.filter(({ differs }) => differs).map(({ name }) => name);
  if (parameters.length === 0) return '';
  if (differing.length === 0) return trans.__('No parameter differs.');
  return differing.length === 1
    ? trans.__('One parameter differs: %1.', differing[0]!)
    : trans.__('%1 parameters differ: %2.', differing.length, differing.join(', '));
}

/** What else is the same or not: code, environment, and how the runs ended. */
export function background(
  { steps, environment }: RunComparison,
  phases: readonly RunPhase[],
  trans: TranslationBundle
): string {
  const hasOtherCode = steps.some(({ causes }) =>
    causes.some(({ kind }) => kind === 'code' || kind === 'modules' || kind === 'absent')
  );
  return [
    hasOtherCode ? trans.__('The code differs.') : trans.__('The code is the same.'),
    environment.length === 0
      ? trans.__('The environment is the same.')
      : trans.__(
          'The environment differs: %1.',
          listed(
            environment.map(({ name }) => name),
            trans
          )
        ),
    outcome(phases, trans)
  ].join(' ');
}

function outcome(phases: readonly RunPhase[], trans: TranslationBundle): string {
  const [first] = phases;
  if (phases.some(phase => !isOver(phase))) return trans.__('Not all of them are over.');
  if (phases.every(phase => phase === first)) {
    return first === 'succeeded'
      ? trans.__('All succeeded.')
      : trans.__('All of them: %1.', phaseWord(first!, trans));
  }
  const counts = [...new Set(phases)].map(
    phase => `${phases.filter(each => each === phase).length} ${phaseWord(phase, trans)}`
  );
  return `${counts.join(', ')}.`;
}

/** How many steps differ, and where that begins. */
export function stepsInWords(comparison: RunComparison, trans: TranslationBundle): string {
  const { steps } = comparison;
  const count = steps.filter(({ causes }) => causes.length > 0).length;
  if (count === 0) return trans.__('all are the same');
  const first = firstCause(comparison);
  const said = trans.__('%1 of %2 differ', count, steps.length);
  if (!first) return said;
  return trans.__(
    '%1; the first cause is %2 in %3',
    said,
    causeName(first.cause, trans),
    stepTitle(first.step, trans)
  );
}

function causeName(cause: Cause, trans: TranslationBundle): string {
  switch (cause.kind) {
    case 'parameter':
    case 'input':
      return cause.name;
    case 'modules':
      return cause.paths.join(', ');
    case 'code':
      return trans.__('the code');
    case 'environment':
      return trans.__('the environment');
    case 'absent':
      return trans.__('that not all have it');
    case 'outcome':
      return trans.__('how it ended');
    case 'unknown':
      return trans.__('something that Chard does not know');
  }
}

/** Why a step differs, in sentences; that it does not, where it does not. */
export function whyInWords({ causes }: ComparedStep, trans: TranslationBundle): string {
  if (causes.length === 0) return trans.__('Its code and all that it got are the same.');
  const inputs = causes.filter(cause => cause.kind === 'input');
  return [
    ...causes.filter(({ kind }) => kind !== 'input').map(cause => causeSentence(cause, trans)),
    ...[...new Set(inputs.map(({ from }) => from))].map(from =>
      trans.__(
        'It got other values from %1: %2.',
        stepTitle(from, trans),
        listed(
          inputs.filter(input => input.from === from).map(({ name }) => name),
          trans
        )
      )
    )
  ].join(' ');
}

function causeSentence(cause: Cause, trans: TranslationBundle): string {
  switch (cause.kind) {
    case 'parameter':
      return trans.__('It uses the parameter %1.', cause.name);
    case 'modules':
      return trans.__('A module that it uses has changed: %1.', cause.paths.join(', '));
    case 'code':
      return trans.__('Its code has changed.');
    case 'environment':
      return trans.__('Its code and inputs are the same; the environment is not.');
    case 'absent':
      return trans.__('Not all of the notebooks have it.');
    case 'outcome':
      return trans.__('Its code and inputs are the same; it ended differently.');
    default:
      return trans.__(
        'Its code and inputs are the same, what it left is not: it may depend on time, chance or files.'
      );
  }
}

const MOST_LISTED = 4;

function listed(names: readonly string[], trans: TranslationBundle): string {
  if (names.length <= MOST_LISTED) return names.join(', ');
  const more = names.length - MOST_LISTED + 1;
  return trans.__('%1 and %2 more', names.slice(0, MOST_LISTED - 1).join(', '), more);
}

/** How the last value compares with the first: `0.064 lower, 24 %`. Empty where that cannot be said. */
export function differenceInWords(before: unknown, now: unknown, trans: TranslationBundle): string {
  if (typeof before !== 'number' || typeof now !== 'number' || before === now) return '';
  const amount = shortNumber(Number(Math.abs(now - before).toPrecision(6)));
  const share = before === 0 ? null : Math.round((Math.abs(now - before) / Math.abs(before)) * 100);
  const said = now < before ? trans.__('%1 lower', amount) : trans.__('%1 higher', amount);
  return share === null || share === 0 || share > 999 ? said : trans.__('%1, %2 %', said, share);
}
