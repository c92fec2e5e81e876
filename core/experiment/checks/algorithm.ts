import { nearestOf } from '../../notebook/names';
import {
  ALGORITHMS,
  algorithmInfo,
  EARLY_STOPPING,
  earlyStoppingInfo,
  settingProblem,
  type AlgorithmInfo,
  type ExperimentEngine,
  type SamplerInfo
} from '../algorithms';
import type { CheckInput } from './input';
import { isRange, type Algorithm, type ExperimentSpec } from '../model';
import { printedCurves } from '../reported';
import { problem, type ExperimentFix, type ExperimentProblem, type FieldPath } from '../problems';

const ENGINE_WORDS: Readonly<Record<ExperimentEngine, string>> = {
  local: 'this machine',
  katib: 'Katib'
};

/** Whether the algorithm is one, takes the parameters, and has the settings that it needs. */
export function checkAlgorithm(input: CheckInput): ExperimentProblem[] {
  const { spec, engine } = input;
  const { algorithm } = spec;
  const info = algorithmInfo(algorithm.name);
  const change = (name: string) => ({ algorithm: { ...algorithm, name, settings: {} } });
  if (!info) return [unknown(algorithm.name, ALGORITHMS, 'algorithm', change)];
  const settings = new SettingChecks(input, 'algorithm', info, algorithm, each => ({
    algorithm: each
  }));
  return [
    ...takesParameters(spec, info),
    ...settings.check(),
    ...(engine === 'katib' && info.name === 'hyperband' ? enoughInParallel(spec) : [])
  ];
}

/** Whether what suggests and what stops have the packages that they need. @param missing those of `neededPackages` that are not there */
export function checkPackages(
  { algorithm, earlyStopping }: ExperimentSpec,
  missing: readonly string[]
): ExperimentProblem[] {
  const check = (
    field: 'algorithm' | 'earlyStopping',
    info: AlgorithmInfo | undefined,
    fix: ExperimentFix
  ): ExperimentProblem[] => {
    const lacking = (info?.packages ?? []).filter(name => missing.includes(name));
    if (info === undefined || lacking.length === 0) return [];
    const message =
      `"${info.name}" needs ${lacking.join(' and ')}, not installed where Chard is. ` +
      `Run \`pip install ${lacking.join(' ')}\` in that environment, or choose another one.`;
    return [problem('error', 'packages-missing', [field, 'name'], message, [fix])];
  };
  return [
    ...check('algorithm', algorithmInfo(algorithm.name), take('tpe')),
    ...check('earlyStopping', earlyStoppingInfo(earlyStopping?.name ?? ''), WITHOUT_STOPPING)
  ];
}

const take = (name: string): ExperimentFix => ({
  title: `Take "${name}"`,
  change: { algorithm: { name, settings: {} } }
});
const WITHOUT_STOPPING: ExperimentFix = {
  title: 'Let every trial run to its end',
  change: { earlyStopping: null }
};

/** Whether early stopping is one that the engine has, has its settings, and has values to go by. */
export function checkEarlyStopping(input: CheckInput): ExperimentProblem[] {
  const { spec, engine, reported } = input;
  const { earlyStopping, objective } = spec;
  if (earlyStopping === null) return [];
  const info = earlyStoppingInfo(earlyStopping.name);
  const change = (name: string) => ({ earlyStopping: { name, settings: {} } });
  if (!info) return [unknown(earlyStopping.name, EARLY_STOPPING, 'earlyStopping', change)];
  if (!info.engines.includes(engine)) {
    return [
      problem(
        'error',
        'early-stopping-not-there',
        ['earlyStopping', 'name'],
        `${ENGINE_WORDS[engine]} has no early stopping "${info.name}".`,
        [{ title: 'Take "medianstop"', change: change('medianstop') }, WITHOUT_STOPPING]
      )
    ];
  }
  const settings = new SettingChecks(input, 'earlyStopping', info, earlyStopping, each => ({
    earlyStopping: each
  }));
  const problems = [...settings.check(), ...checkTogether(earlyStopping)];
  if (engine === 'local' && spec.algorithm.name === 'hyperband') {
    const message = `"hyperband" stops trials by itself: the early stopping "${info.name}" is not used beside it on this machine.`;
    problems.push(
      problem('warning', 'early-stopping-unused', ['earlyStopping', 'name'], message, [
        WITHOUT_STOPPING
      ])
    );
  }
  const curves = reported === null ? [] : [...reported.logged, ...printedCurves(reported, engine)];
  const hasCurve = reported === null || reported.others || curves.includes(objective.metric);
  if (!hasCurve && objective.metric !== '') {
    problems.push(
      problem(
        'warning',
        'nothing-to-stop-by',
        ['earlyStopping', 'name'],
        `A trial is stopped early by values that it reports while it runs, and the code is not seen to report "${objective.metric}" before its end. ` +
          `Report it in the training loop: chard.log_metric("${objective.metric}", value, step).`,
        [WITHOUT_STOPPING]
      )
    );
  }
  return problems;
}

/** What the settings of early stopping must be beside one another. */
function checkTogether({ name, settings }: Algorithm): ExperimentProblem[] {
  const change = (changed: Algorithm['settings']) => ({
    earlyStopping: { name, settings: changed }
  });
  const below = (least: string, most: string): ExperimentProblem[] => {
    const [from, to] = [settings[least], settings[most]];
    if (from === undefined || to === undefined || !(Number(to) < Number(from))) return [];
    return [
      problem(
        'error',
        'invalid-setting',
        ['earlyStopping', 'settings', most],
        `The setting "${most}" is ${to}, less than "${least}", which is ${from}.`,
        [{ title: 'Swap them', change: change({ ...settings, [least]: to, [most]: from }) }]
      )
    ];
  };
  if (name === 'hyperband') return below('min_resource', 'max_resource');
  if (name !== 'threshold') return [];
  if (Object.hasOwn(settings, 'lower') || Object.hasOwn(settings, 'upper')) {
    return below('lower', 'upper');
  }
  return [
    problem(
      'error',
      'missing-setting',
      ['earlyStopping', 'settings', 'upper'],
      '"threshold" needs the setting "lower" or "upper": the bounds that a value must not leave.',
      [WITHOUT_STOPPING]
    )
  ];
}

function unknown(
  name: string,
  infos: readonly AlgorithmInfo[],
  field: 'algorithm' | 'earlyStopping',
  change: (name: string) => Partial<ExperimentSpec>
): ExperimentProblem {
  const names = infos.map(info => info.name);
  const near = nearestOf(name, names);
  const what = field === 'algorithm' ? 'algorithm' : 'early stopping';
  return problem(
    'error',
    field === 'algorithm' ? 'unknown-algorithm' : 'unknown-early-stopping',
    [field, 'name'],
    `There is no ${what} "${name}". There are ${names.join(', ')}.`,
    near === null ? [] : [{ title: `Take "${near}"`, change: change(near) }]
  );
}

function takesParameters(spec: ExperimentSpec, info: SamplerInfo): ExperimentProblem[] {
  const categorical = spec.parameters.filter(({ type }) => type === 'categorical');
  if (!info.takesCategorical && categorical.length > 0) {
    const names = categorical.map(({ name }) => `"${name}"`).join(', ');
    return [
      problem(
        'error',
        'algorithm-takes-numbers-only',
        ['algorithm', 'name'],
        `"${info.name}" takes numbers only, and ${names} ${categorical.length === 1 ? 'has' : 'have'} values without an order.`,
        [take('tpe'), take('random')]
      )
    ];
  }
  const numbers = spec.parameters.filter(isRange).length;
  if (info.leastParameters > 1 && numbers < info.leastParameters && spec.parameters.length > 0) {
    return [
      problem(
        'error',
        'too-few-parameters',
        ['algorithm', 'name'],
        `"${info.name}" needs at least ${info.leastParameters} parameters with a range of numbers, and there ` +
          `${numbers === 1 ? 'is' : 'are'} ${numbers}.`,
        [take('tpe')]
      )
    ];
  }
  return [];
}

/** Katib's hyperband starts a whole round at once. Its own rule: eta to the power of how often it divides `r_l`. */
function enoughInParallel(spec: ExperimentSpec): ExperimentProblem[] {
  const most = Number(spec.algorithm.settings.r_l);
  const eta = Math.trunc(Number(spec.algorithm.settings.eta ?? '3'));
  if (!(most > 1) || !(eta > 1)) return [];
  const least = Math.ceil(eta ** Math.trunc(Math.log(most) / Math.log(eta)));
  if (spec.parallelTrialCount >= least) return [];
  return [
    problem(
      'error',
      'too-few-in-parallel',
      ['parallelTrialCount'],
      `Katib's hyperband starts ${least} trials at a time with these settings; ${spec.parallelTrialCount} are allowed.`,
      [
        {
          title: `Run ${least} at a time`,
          change: {
            parallelTrialCount: least,
            maxTrialCount: Math.max(least, spec.maxTrialCount)
          }
        }
      ]
    )
  ];
}

/** The settings of an algorithm or of early stopping. */
class SettingChecks {
  constructor(
    private readonly input: CheckInput,
    private readonly field: 'algorithm' | 'earlyStopping',
    private readonly info: AlgorithmInfo,
    private readonly said: Algorithm,
    private readonly change: (said: Algorithm) => Partial<ExperimentSpec>
  ) {}

  check(): ExperimentProblem[] {
    const names = Object.keys(this.said.settings);
    return [...names.flatMap(name => this.setting(name)), ...this.missing()];
  }

  private setting(name: string): ExperimentProblem[] {
    const { engine, spec } = this.input;
    const info = this.info.settings.find(each => each.name === name);
    if (!info?.engines.includes(engine)) {
      // Katib's services refuse what they do not know; here it does no harm.
      return [
        problem(
          engine === 'katib' ? 'error' : 'info',
          'unknown-setting',
          this.at(name),
          `"${this.info.name}" has no setting "${name}" on ${ENGINE_WORDS[engine]}.`,
          [this.without(name)]
        )
      ];
    }
    const parameters = spec.parameters.map(parameter => parameter.name);
    const wrong = settingProblem(info, this.said.settings[name]!, parameters);
    if (wrong === null) return [];
    return [
      problem(
        'error',
        'invalid-setting',
        this.at(name),
        `"${this.said.settings[name]!}" cannot be the setting "${name}": it ${wrong}.`,
        [this.without(name)]
      )
    ];
  }

  private missing(): ExperimentProblem[] {
    return this.info.settings
      .filter(
        ({ name, requiredBy }) =>
          requiredBy.includes(this.input.engine) && !Object.hasOwn(this.said.settings, name)
      )
      .map(({ name, description }) =>
        problem(
          'error',
          'missing-setting',
          this.at(name),
          `"${this.info.name}" needs the setting "${name}". ${description}`
        )
      );
  }

  private at(name: string): FieldPath {
    return [this.field, 'settings', name];
  }

  private without(name: string): ExperimentFix {
    const settings = Object.entries(this.said.settings).filter(([each]) => each !== name);
    return {
      title: 'Leave it out',
      change: this.change({ ...this.said, settings: Object.fromEntries(settings) })
    };
  }
}
