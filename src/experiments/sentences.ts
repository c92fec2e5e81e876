import {
  activity,
  doneCount,
  isExperimentOver,
  isTrialOver,
  objectiveValue,
  spaceSize,
  isRange,
  trialState,
  type Assignment,
  type Choice,
  type EndReason,
  type ExperimentPhase,
  type ExperimentState,
  type ParameterSpec
} from '@chard/core/experiment';
import type { TranslationBundle } from '@jupyterlab/translation';
import { shortNumber, shortValue } from '../curves/scale';
import { choiceText } from './charts/axis';
import { experimentWord, hasEnded } from './text';

/** A value as a person reads it. */
export function valueText(value: Choice | undefined): string {
  if (value === undefined) return '–';
  return typeof value === 'number' ? shortValue(value) : choiceText(value);
}

/** A sentence has room for so many values. */
const MOST_SAID = 5;

/** `learning_rate 0.001 and batch_size 40`; of many the first ones. */
export function assignmentInWords(values: Assignment, trans: TranslationBundle): string {
  const said = Object.entries(values).map(([name, value]) => `${name} ${valueText(value)}`);
  if (said.length < 2) return said.join('');
  if (said.length > MOST_SAID) {
    const shown = said.slice(0, MOST_SAID - 1);
    return trans.__('%1 and %2 more', shown.join(', '), said.length - shown.length);
  }
  return trans.__('%1 and %2', said.slice(0, -1).join(', '), said.at(-1)!);
}

/** What the experiment has found, first of all. */
export function headline(state: ExperimentState, trans: TranslationBundle): string {
  const { spec, best, phase } = state;
  const trial = best === null ? undefined : trialState(state, best);
  const value = trial ? objectiveValue(spec, trial) : null;
  if (!trial || value === null) return beforeTheBest(state, trans);
  const said = [
    spec.objective.metric,
    shortNumber(value),
    assignmentInWords(trial.parameters, trans)
  ] as const;
  return hasEnded(phase)
    ? trans.__('Best: %1 %2 with %3.', ...said)
    : trans.__('Best so far: %1 %2 with %3.', ...said);
}

function beforeTheBest(state: ExperimentState, trans: TranslationBundle): string {
  const { metric } = state.spec.objective;
  if (hasEnded(state.phase)) return trans.__('No trial came to a value of %1.', metric);
  if (state.trials.every(({ phase }) => phase === 'pending')) {
    return trans.__('No trial has started yet.');
  }
  return state.tally.running > 0 && doneCount(state) === 0
    ? trans.__('The first trials are running.')
    : trans.__('No trial has come to a value of %1 yet.', metric);
}

/** What it does now, in a few words. */
export function activityInWords(
  state: ExperimentState,
  now: number,
  trans: TranslationBundle
): string {
  const { running, done, total, waitingForSuggestions, remainingMs } = activity(state, now);
  if (isExperimentOver(state.phase)) return endInWords(state, trans);
  const parts: string[] = [];
  if (state.phase === 'paused') parts.push(trans.__('paused'));
  else if (state.phase === 'stopping') parts.push(trans.__('stopping'));
  else if (waitingForSuggestions) parts.push(trans.__('waiting for suggestions'));
  else if (state.phase === 'pending' || running === 0) parts.push(trans.__('starting'));
  if (running > 0) parts.push(trans._n('%1 trial running', '%1 trials running', running));
  parts.push(trans.__('%1 of %2 done', done, total));
  if (remainingMs !== null) parts.push(trans.__('about %1 left', roughly(remainingMs, trans)));
  const [first = '', ...others] = parts;
  return [first.charAt(0).toLocaleUpperCase() + first.slice(1), ...others].join(', ');
}

/** Why it ended, as a sentence. */
function endInWords(state: ExperimentState, trans: TranslationBundle): string {
  const { done, total } = activity(state, 0);
  const counts = trans.__('%1 of %2 trials done', done, total);
  const { reason, message, phase } = state;
  if (phase === 'interrupted') {
    const cause = asSentence(message || trans.__('The server had ended'));
    return trans.__('Interrupted: %1. %2', counts, cause);
  }
  const why = reason === null ? experimentWord(phase, trans) : reasonInWords(reason, trans);
  const said = trans.__('%1: %2.', why, counts);
  return message === '' ? said : `${said} ${asSentence(message)}`;
}

/** Errors of Python end as they like. */
function asSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

export function reasonInWords(reason: EndReason, trans: TranslationBundle): string {
  const words: Record<EndReason, string> = {
    'max-trials-reached': trans.__('All trials are done'),
    'goal-reached': trans.__('The goal is reached'),
    'space-exhausted': trans.__('Every point of the space has been tried'),
    'too-many-failures': trans.__('Too many trials failed'),
    stopped: trans.__('Stopped early'),
    error: trans.__('It could not go on')
  };
  return words[reason];
}

/** What else there is to know: failures, what is shared, how the best compares with the last run of the notebook. */
export function background(
  state: ExperimentState,
  baseline: Baseline | null,
  trans: TranslationBundle
): string {
  const { tally } = state;
  // What ended it has been said.
  const failed = state.reason === 'too-many-failures' ? 0 : tally.failed;
  return [
    count(failed, trans._n('%1 failed', '%1 failed', tally.failed)),
    count(tally.pruned, trans._n('%1 was pruned', '%1 were pruned', tally.pruned)),
    count(
      tally['metrics-unavailable'],
      trans._n('%1 has no metric', '%1 have no metric', tally['metrics-unavailable'])
    )
  ]
    .filter(Boolean)
    .map(said => `${said}.`)
    .concat(comparisonInWords(state, baseline, trans), sharedInWords(state, trans))
    .filter(Boolean)
    .join(' ');
}

function count(number: number, said: string): string {
  return number === 0 ? '' : said;
}

/** A run to compare the best with. */
export interface Baseline {
  readonly name: string;
  readonly value: number;
}

/** `The best is 0.017 lower than run 13 (0.204).` */
export function comparisonInWords(
  state: ExperimentState,
  baseline: Baseline | null,
  trans: TranslationBundle
): string {
  const trial = state.best === null ? undefined : trialState(state, state.best);
  const value = trial ? objectiveValue(state.spec, trial) : null;
  if (value === null || baseline === null) return '';
  const said = [baseline.name, shortNumber(baseline.value)] as const;
  const difference = shortNumber(Number(Math.abs(value - baseline.value).toPrecision(4)));
  if (value === baseline.value) return trans.__('The best is the same as %1 (%2).', ...said);
  return value < baseline.value
    ? trans.__('The best is %3 lower than %1 (%2).', ...said, difference)
    : trans.__('The best is %3 higher than %1 (%2).', ...said, difference);
}

/** The steps that all trials but the first took over. */
function sharedInWords({ trials }: ExperimentState, trans: TranslationBundle): string {
  const ended = trials.filter(({ phase }) => isTrialOver(phase) && phase === 'succeeded');
  if (ended.length < 2) return '';
  const counts = new Map<string, number>();
  for (const { reusedSteps } of ended) {
    for (const step of reusedSteps) counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  const shared = [...counts].filter(([, times]) => times >= ended.length - 1).map(([step]) => step);
  if (shared.length === 0) return '';
  return shared.length === 1
    ? trans.__('%1 was shared by the trials.', shared[0]!)
    : trans.__('%1 were shared by the trials.', shared.join(', '));
}

/** `20 s`, `4 minutes`, `1 h 10 min`. */
export function roughly(milliseconds: number, trans: TranslationBundle): string {
  const seconds = milliseconds / 1000;
  if (seconds < 55) {
    const rounded = seconds < 10 ? Math.max(1, Math.round(seconds)) : Math.round(seconds / 5) * 5;
    return trans.__('%1 s', rounded);
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return trans._n('%1 minute', '%1 minutes', minutes);
  const rest = Math.round((minutes % 60) / 5) * 5;
  const hours = Math.floor(minutes / 60) + (rest === 60 ? 1 : 0);
  return rest % 60 === 0 ? trans.__('%1 h', hours) : trans.__('%1 h %2 min', hours, rest);
}

/** What of a parameter is searched: `0.001 to 0.1 by 0.01`. */
export function rangeInWords(parameter: ParameterSpec, trans: TranslationBundle): string {
  if (!isRange(parameter)) return parameter.list.map(valueText).join(', ');
  const { min, max, step, distribution } = parameter;
  const said =
    step === null
      ? trans.__('%1 to %2', valueText(min), valueText(max))
      : trans.__('%1 to %2 by %3', valueText(min), valueText(max), valueText(step));
  return distribution === 'logUniform' ? trans.__('%1 (log)', said) : said;
}

/** The whole space, and how many points it has. */
export function spaceInWords(
  parameters: readonly ParameterSpec[],
  trans: TranslationBundle
): string {
  const said = parameters.map(each => `${each.name} ${rangeInWords(each, trans)}`).join('; ');
  return trans.__('Space: %1. %2', said, pointsInWords(parameters, trans));
}

/** `That makes 40 points.` */
export function pointsInWords(
  parameters: readonly ParameterSpec[],
  trans: TranslationBundle
): string {
  const points = spaceSize(parameters);
  if (!Number.isFinite(points)) return trans.__('A range without a step has no end of points.');
  return trans._n('That makes %1 point.', 'That makes %1 points.', points);
}

/** What a list says of an experiment: how far it is, or what came of it. */
export function outcomeInWords(
  item: {
    readonly state: ExperimentPhase;
    readonly tally: Readonly<Partial<Record<string, number>>>;
    readonly counts: { readonly maxTrialCount: number };
    readonly objective: { readonly metric: string };
    readonly best: { readonly value: number } | null;
    readonly damage: string | null;
  },
  trans: TranslationBundle
): string {
  const { state, tally, counts, objective, best, damage } = item;
  if (damage !== null) return trans.__('damaged');
  const waiting = (tally.pending ?? 0) + (tally.running ?? 0) + (tally.interrupted ?? 0);
  const all = Object.values(tally).reduce<number>((sum, each) => sum + (each ?? 0), 0);
  if (!isExperimentOver(state)) {
    const progress = trans.__('%1 of %2 trials done', all - waiting, counts.maxTrialCount);
    return state === 'running' ? progress : `${experimentWord(state, trans)}, ${progress}`;
  }
  if (best === null) return experimentWord(state, trans);
  const found = `${objective.metric} ${shortNumber(best.value)}`;
  return state === 'succeeded' ? found : `${experimentWord(state, trans)}, ${found}`;
}
