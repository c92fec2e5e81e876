import {
  metricsOf,
  type Choice,
  objectiveValue,
  type ExperimentSpec,
  type TrialKey,
  type TrialState
} from '@chard/core/experiment';
import type { TranslationBundle } from '@jupyterlab/translation';
import { shortenedApart } from '../../curves/shorten';
import { duration } from '../../runs/text';
import { choiceText } from '../charts/axis';
import { metricOf } from '../charts/trial';
import { valueText } from '../sentences';
import { trialWord } from '../text';

/** A column of the trials' table. */
export interface TrialColumn {
  readonly id: string;
  readonly title: string;
  /** As much of the title as there is room for. */
  readonly head: string;
  /** What it is sorted by; null where it is not. */
  readonly key: TrialKey | null;
  readonly isNumber: boolean;
  /** The width of its texts, in pixels. */
  readonly width: number;
  textOf(trial: TrialState, now: number): string;
  /** All of what `textOf` shortens. */
  wholeOf?(trial: TrialState): string;
}

const CHARACTER = 7;
const PADDING = 28;
const LEAST = 64;
const MOST = 200;

type Untitled = Omit<TrialColumn, 'head'>;

/** All columns that the trials of an experiment have, in their order. */
export function trialColumns(spec: ExperimentSpec, trans: TranslationBundle): TrialColumn[] {
  const wide = (title: string, least = LEAST): number =>
    Math.min(MOST, Math.max(least, title.length * CHARACTER + PADDING));
  const parameters = spec.parameters.map(({ name, type }): Untitled => ({
    id: `p:${name}`,
    title: name,
    key: { by: 'parameter', name },
    isNumber: type !== 'categorical',
    width: wide(name, 80),
    textOf: ({ parameters: values }) =>
      Object.hasOwn(values, name) ? valueText(values[name]) : '–',
    wholeOf: ({ parameters: values }) => wholeText(values[name])
  }));
  const metrics = metricsOf(spec.objective).map((name, at): Untitled => ({
    id: `m:${name}`,
    title: name,
    key: at === 0 ? { by: 'objective' } : { by: 'metric', name },
    isNumber: true,
    width: wide(name, 80),
    textOf: trial => {
      const value = metricOf(trial, name);
      return value === undefined ? '–' : valueText(value);
    },
    wholeOf: trial => wholeText(metricOf(trial, name))
  }));
  // What the table is sorted by stays in view, however many parameters there are.
  const [objective, ...others] = metrics;
  const columns: Untitled[] = [
    {
      id: 'number',
      title: trans.__('Trial'),
      key: { by: 'number' },
      isNumber: true,
      width: 64,
      textOf: ({ number }) => String(number)
    },
    {
      id: 'phase',
      title: trans.__('State'),
      key: { by: 'phase' },
      isNumber: false,
      width: 152,
      textOf: ({ phase }) => trialWord(phase, trans),
      wholeOf: trial => [trialWord(trial.phase, trans), whyText(trial)].filter(Boolean).join(': ')
    },
    objective!,
    ...parameters,
    ...others,
    {
      id: 'time',
      title: trans.__('Time'),
      key: { by: 'duration' },
      isNumber: true,
      width: 104,
      textOf: (trial, now) => timeText(trial, now)
    },
    {
      id: 'reused',
      title: trans.__('Reused steps'),
      key: null,
      isNumber: false,
      width: 120,
      textOf: ({ reusedSteps }) => reusedSteps.join(', ')
    },
    {
      id: 'reason',
      title: trans.__('Why'),
      key: null,
      isNumber: false,
      width: 200,
      textOf: whyText
    }
  ];
  const heads = shortenedApart(
    columns.map(({ title }) => title),
    MOST - PADDING,
    CHARACTER
  );
  return columns.map((column, at) => ({ ...column, head: heads[at]! }));
}

function whyText({ reason, error }: TrialState): string {
  return reason || (error ? `${error.type}: ${error.message}` : '');
}

function wholeText(value: Choice | undefined): string {
  return value === undefined ? '' : choiceText(value);
}

function timeText({ startedAt, finishedAt, phase }: TrialState, now: number): string {
  if (startedAt === null || phase === 'pending') return '';
  return duration(Math.max(0, (finishedAt ?? now) - startedAt));
}

export interface TrialFilter {
  /** Words, each of which a trial's texts hold: its state, or a parameter as `name=value`. */
  readonly text: string;
  readonly outcome: 'all' | 'active' | 'finished' | 'rest';
}

/** Those that fit, in their order. */
export function filterTrials(
  spec: ExperimentSpec,
  trials: readonly TrialState[],
  { text, outcome }: TrialFilter,
  trans: TranslationBundle
): TrialState[] {
  const words = text
    .replace(/\s*=\s*/g, '=')
    .toLocaleLowerCase()
    .split(/\s+/)
    .filter(word => word !== '');
  return trials.filter(trial => {
    if (!hasOutcome(spec, trial, outcome)) return false;
    if (words.length === 0) return true;
    const texts = [
      `trial=${trial.number}`,
      trialWord(trial.phase, trans),
      ...Object.entries(trial.parameters).map(([name, value]) => `${name}=${String(value)}`)
    ].map(each => each.toLocaleLowerCase());
    return words.every(word => texts.some(each => each.includes(word)));
  });
}

function hasOutcome(
  spec: ExperimentSpec,
  trial: TrialState,
  outcome: TrialFilter['outcome']
): boolean {
  const isActive = trial.phase === 'pending' || trial.phase === 'running';
  const hasValue = trial.phase === 'succeeded' && objectiveValue(spec, trial) !== null;
  switch (outcome) {
    case 'all':
      return true;
    case 'active':
      return isActive;
    case 'finished':
      return hasValue;
    case 'rest':
      return !isActive && !hasValue;
  }
}

export interface TrialSorting {
  readonly column: string;
  readonly descending: boolean;
}

/** The order that a person looks for first: the best on top. */
export function bestFirst(spec: ExperimentSpec): TrialSorting {
  const { metric, type } = spec.objective;
  return { column: `m:${metric}`, descending: type === 'maximize' };
}

/** What a press on a column's title makes of the order: upwards, then downwards. */
export function pressed(sorting: TrialSorting, column: string): TrialSorting {
  return { column, descending: sorting.column === column ? !sorting.descending : false };
}

/** Keeps the order that a person looks at: those that were there stay in it, new ones come behind. */
export function heldOrder(held: readonly number[], sorted: readonly number[]): readonly number[] {
  const there = new Set(sorted);
  const known = new Set(held);
  return [
    ...held.filter(number => there.has(number)),
    ...sorted.filter(number => !known.has(number))
  ];
}
