import { nearestOf } from '../notebook/names';
import type { ExperimentSpec } from './model';

/** Who runs an experiment: this machine, or Katib. */
export type ExperimentEngine = 'local' | 'katib';

/** What a setting holds. Settings are texts; this says which. */
export type SettingValue =
  | {
      readonly kind: 'int' | 'float';
      readonly above?: number;
      readonly from?: number;
      readonly below?: number;
    }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'parameter' };

export interface SettingInfo {
  readonly name: string;
  readonly value: SettingValue;
  /** One line, as a form shows it. */
  readonly description: string;
  /** What holds where it is not set; null where that depends on the engine. */
  readonly default: string | null;
  readonly engines: readonly ExperimentEngine[];
  /** Engines that do not start without it. */
  readonly requiredBy: readonly ExperimentEngine[];
}

export interface AlgorithmInfo {
  /** Katib's name, where Katib has it. */
  readonly name: string;
  readonly title: string;
  /** One line, as a form shows it. */
  readonly description: string;
  readonly engines: readonly ExperimentEngine[];
  readonly settings: readonly SettingInfo[];
  /** Packages that it needs on this machine and that do not come with Chard. */
  readonly packages?: readonly string[];
}

export interface SamplerInfo extends AlgorithmInfo {
  /** Whether it can take parameters whose values have no order. */
  readonly takesCategorical: boolean;
  /** Whether every range needs a step, as a grid's does. */
  readonly needsPoints: boolean;
  /** The least number of parameters. */
  readonly leastParameters: number;
}

const BOTH: readonly ExperimentEngine[] = ['local', 'katib'];

function setting(
  name: string,
  value: SettingValue,
  byDefault: string | null,
  description: string,
  { engines = BOTH, requiredBy = [] }: Partial<Pick<SettingInfo, 'engines' | 'requiredBy'>> = {}
): SettingInfo {
  return { name, value, default: byDefault, description, engines, requiredBy };
}

const RANDOM_STATE = setting(
  'random_state',
  { kind: 'int', from: 0 },
  null,
  "The seed of its random numbers; the experiment's own seed says the same."
);
const STARTUP = setting(
  'n_startup_trials',
  { kind: 'int', from: 0 },
  '10',
  'So many trials are random before it begins to learn.'
);

/** What suggests the next trial. Names and settings are Katib's; Katib's services refuse any others. */
export const ALGORITHMS: readonly SamplerInfo[] = [
  {
    name: 'random',
    title: 'Random',
    description:
      'Draws every trial at random: simple, and hard to beat with many trials side by side.',
    engines: BOTH,
    settings: [RANDOM_STATE],
    takesCategorical: true,
    needsPoints: false,
    leastParameters: 1
  },
  {
    name: 'grid',
    title: 'Grid',
    description: 'Tries every combination once: for a few parameters with a few values each.',
    engines: BOTH,
    settings: [RANDOM_STATE],
    takesCategorical: true,
    needsPoints: true,
    leastParameters: 1
  },
  {
    name: 'tpe',
    title: 'TPE',
    description:
      'Learns from the trials which values do well, each parameter by itself: a good first choice.',
    engines: BOTH,
    settings: [
      { ...STARTUP, engines: ['local'] },
      setting(
        'n_EI_candidates',
        { kind: 'int', above: 0 },
        '24',
        'So many candidates are compared for each trial.'
      ),
      setting(
        'prior_weight',
        { kind: 'float', above: 0 },
        '1.0',
        'How much the ranges themselves weigh beside the trials.'
      ),
      setting(
        'gamma',
        { kind: 'float', above: 0, below: 1 },
        '0.25',
        'Which part of the trials counts as good.',
        { engines: ['katib'] }
      ),
      RANDOM_STATE
    ],
    takesCategorical: true,
    needsPoints: false,
    leastParameters: 1
  },
  {
    name: 'multivariate-tpe',
    title: 'Multivariate TPE',
    description: 'As TPE, and sees which values do well together.',
    engines: BOTH,
    settings: [
      STARTUP,
      setting(
        'n_ei_candidates',
        { kind: 'int', above: 0 },
        '24',
        'So many candidates are compared for each trial.'
      ),
      RANDOM_STATE
    ],
    takesCategorical: true,
    needsPoints: false,
    leastParameters: 1
  },
  {
    name: 'bayesianoptimization',
    title: 'Bayesian optimisation',
    description: 'Models the objective by Gaussian processes: for few, slow trials.',
    engines: BOTH,
    packages: ['scipy', 'torch'],
    settings: [
      setting(
        'n_initial_points',
        { kind: 'int', from: 0 },
        '10',
        'So many trials are random before it begins to learn.'
      ),
      setting(
        'base_estimator',
        { kind: 'choice', choices: ['GP', 'RF', 'ET', 'GBRT'] },
        'GP',
        'What models the objective.',
        { engines: ['katib'] }
      ),
      setting(
        'acq_func',
        { kind: 'choice', choices: ['gp_hedge', 'LCB', 'EI', 'PI', 'EIps', 'PIps'] },
        'gp_hedge',
        'What says how promising a point is.',
        { engines: ['katib'] }
      ),
      setting(
        'acq_optimizer',
        { kind: 'choice', choices: ['auto', 'sampling', 'lbfgs'] },
        'auto',
        'How the most promising point is looked for.',
        { engines: ['katib'] }
      ),
      RANDOM_STATE
    ],
    takesCategorical: true,
    needsPoints: false,
    leastParameters: 1
  },
  {
    name: 'cmaes',
    title: 'CMA-ES',
    description:
      'Moves a cloud of points towards the best: for two or more numbers and many trials.',
    engines: BOTH,
    settings: [
      setting('sigma', { kind: 'float', above: 0 }, null, 'How wide it looks around at first.'),
      setting(
        'restart_strategy',
        { kind: 'choice', choices: ['none', 'ipop'] },
        'none',
        'Whether it begins again elsewhere when it is stuck.',
        { engines: ['katib'] }
      ),
      RANDOM_STATE
    ],
    takesCategorical: false,
    needsPoints: false,
    leastParameters: 2
  },
  {
    name: 'sobol',
    title: 'Sobol',
    description: 'Spreads the trials evenly over the space, without learning from them.',
    engines: BOTH,
    packages: ['scipy'],
    settings: [RANDOM_STATE],
    takesCategorical: false,
    needsPoints: false,
    leastParameters: 1
  },
  {
    name: 'hyperband',
    title: 'Hyperband',
    description:
      'Gives many trials a little, and more to those that do well; one parameter, such as the epochs, is what they are given.',
    engines: BOTH,
    settings: [
      setting(
        'r_l',
        { kind: 'float', from: 1 },
        null,
        'The most that a trial is given: epochs, say.',
        { requiredBy: ['katib'] }
      ),
      setting('resource_name', { kind: 'parameter' }, null, 'The parameter that is given.', {
        requiredBy: ['katib']
      }),
      setting(
        'eta',
        { kind: 'float', above: 1 },
        '3',
        'One in so many trials goes on to the next round.'
      ),
      { ...RANDOM_STATE, engines: ['local'] }
    ],
    takesCategorical: true,
    needsPoints: false,
    leastParameters: 1
  }
];

const LOCAL = { engines: ['local'] } as const;
const MIN_TRIALS = setting(
  'min_trials_required',
  { kind: 'int', above: 0 },
  '3',
  'No trial is stopped before so many have succeeded.'
);
const START_STEP = setting(
  'start_step',
  { kind: 'int', from: 1 },
  '4',
  'No trial is stopped before so many of its values.'
);

/** What gives up a trial by the values that it reports while it runs. Katib has the first, Optuna all. */
export const EARLY_STOPPING: readonly AlgorithmInfo[] = [
  {
    name: 'medianstop',
    title: 'Median',
    description: 'Stops a trial that is worse than the median of the others at the same point.',
    engines: BOTH,
    settings: [MIN_TRIALS, START_STEP]
  },
  {
    name: 'percentile',
    title: 'Percentile',
    description: 'As the median, with another part of the trials to keep.',
    engines: ['local'],
    settings: [
      setting(
        'percentile',
        { kind: 'float', above: 0, below: 100 },
        '25.0',
        'So many in a hundred are kept.',
        LOCAL
      ),
      { ...MIN_TRIALS, ...LOCAL },
      { ...START_STEP, ...LOCAL }
    ]
  },
  {
    name: 'successive-halving',
    title: 'Successive halving',
    description: 'Lets one in so many trials go on, round after round.',
    engines: ['local'],
    settings: [
      setting(
        'min_resource',
        { kind: 'int', above: 0 },
        '1',
        'So many values before the first round.',
        LOCAL
      ),
      setting('reduction_factor', { kind: 'int', from: 2 }, '4', 'One in so many goes on.', LOCAL)
    ]
  },
  {
    name: 'hyperband',
    title: 'Hyperband',
    description: 'Successive halving at several paces at once.',
    engines: ['local'],
    settings: [
      setting(
        'min_resource',
        { kind: 'int', above: 0 },
        '1',
        'So many values before the first round.',
        LOCAL
      ),
      setting(
        'max_resource',
        { kind: 'int', above: 0 },
        null,
        'So many values has a whole trial.',
        LOCAL
      ),
      setting('reduction_factor', { kind: 'int', from: 2 }, '3', 'One in so many goes on.', LOCAL)
    ]
  },
  {
    name: 'threshold',
    title: 'Threshold',
    description: 'Stops a trial whose value leaves given bounds.',
    engines: ['local'],
    settings: [
      setting('lower', { kind: 'float' }, null, 'The least value that may be.', LOCAL),
      setting('upper', { kind: 'float' }, null, 'The greatest value that may be.', LOCAL),
      { ...START_STEP, default: '1', ...LOCAL }
    ]
  },
  {
    name: 'patient',
    title: 'Patience',
    description: 'Stops a trial that has not become better for some time.',
    engines: ['local'],
    settings: [
      setting(
        'patience',
        { kind: 'int', from: 0 },
        '3',
        'So many values without an improvement.',
        LOCAL
      ),
      setting(
        'min_delta',
        { kind: 'float', from: 0 },
        '0.0',
        'What counts as an improvement.',
        LOCAL
      )
    ]
  },
  {
    name: 'wilcoxon',
    title: 'Wilcoxon',
    description:
      'Stops a trial that is worse than the best one by a test over its values: for cross-validation, a value a fold.',
    engines: ['local'],
    packages: ['scipy'],
    settings: [
      setting(
        'p_threshold',
        { kind: 'float', above: 0, below: 1 },
        '0.1',
        'How sure it must be.',
        LOCAL
      ),
      { ...START_STEP, default: '2', ...LOCAL }
    ]
  }
];

export function algorithmInfo(name: string): SamplerInfo | undefined {
  return ALGORITHMS.find(info => info.name === name);
}

export function earlyStoppingInfo(name: string): AlgorithmInfo | undefined {
  return EARLY_STOPPING.find(info => info.name === name);
}

/** Packages that an experiment needs on this machine and that do not come with Chard. */
export function neededPackages({ algorithm, earlyStopping }: ExperimentSpec): string[] {
  const packages = [
    ...(algorithmInfo(algorithm.name)?.packages ?? []),
    ...(earlyStoppingInfo(earlyStopping?.name ?? '')?.packages ?? [])
  ];
  return [...new Set(packages)];
}

/** The seed that holds: the experiment's, else the algorithm's `random_state`; null where neither is said. */
export function seedOf({ seed, algorithm }: ExperimentSpec): number | null {
  if (seed !== null) return seed;
  const said = algorithm.settings.random_state;
  const value = said === undefined ? NaN : Number(said);
  return Number.isInteger(value) ? value : null;
}

/** What is wrong with a setting's text, as the end of a sentence that begins with its name; null: nothing. */
export function settingProblem(
  { value }: SettingInfo,
  text: string,
  parameters: readonly string[]
): string | null {
  switch (value.kind) {
    case 'choice':
      return value.choices.includes(text) ? null : `is one of ${value.choices.join(', ')}`;
    case 'parameter': {
      if (parameters.includes(text)) return null;
      const near = nearestOf(text, parameters);
      return `is the name of a tuned parameter${near === null ? '' : `, such as "${near}"`}`;
    }
    default:
      return numberProblem(value, text);
  }
}

const WHOLE = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function numberProblem(
  { kind, above, from, below }: Extract<SettingValue, { kind: 'int' | 'float' }>,
  text: string
): string | null {
  // As Python and Go read it: Number also takes "0x10", " 4" and "".
  const number = (kind === 'int' ? WHOLE : DECIMAL).test(text) ? Number(text) : NaN;
  const isRight =
    (kind === 'int' ? Number.isInteger(number) : Number.isFinite(number)) &&
    (above === undefined || number > above) &&
    (from === undefined || number >= from) &&
    (below === undefined || number < below);
  if (isRight) return null;
  const bounds = [
    ...(above === undefined ? [] : [`greater than ${above}`]),
    ...(from === undefined ? [] : [`${from} or greater`]),
    ...(below === undefined ? [] : [`less than ${below}`])
  ];
  const noun = kind === 'int' ? 'a whole number' : 'a number';
  return `is ${[noun, ...(bounds.length > 0 ? [bounds.join(' and ')] : [])].join(', ')}`;
}
