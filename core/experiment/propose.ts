import type { Parameter, Pipeline } from '../pipeline';
import { defaultExperiment } from './metadata';
import type { Choice, ExperimentSpec, Objective, ObjectiveType, ParameterSpec } from './model';

/** A range for a parameter, from its name, type and value. */
export interface ParameterProposal {
  readonly parameter: ParameterSpec;
  /** Whether its name says that it is a hyperparameter: then it is tuned unless somebody says otherwise. */
  readonly likely: boolean;
}

/** Makes a range from a parameter's name and value; null where the rule is not for that value. */
type Range = (name: string, value: Choice) => ParameterSpec | null;

interface Rule {
  /** Tested against the name in small letters, words joined by `_`. */
  readonly name: RegExp;
  readonly range: Range;
  readonly likely?: boolean;
}

const CHOICES: readonly (readonly string[])[] = [
  ['sgd', 'adam', 'rmsprop', 'adamw'],
  ['relu', 'tanh', 'sigmoid', 'elu'],
  ['rbf', 'linear', 'poly', 'sigmoid'],
  ['gini', 'entropy', 'log_loss'],
  ['l1', 'l2', 'elasticnet'],
  ['gbtree', 'gblinear', 'dart'],
  ['uniform', 'distance'],
  ['sqrt', 'log2']
];

/** The first that fits holds. The ranges are those that people commonly search, widened around the value that is there. */
const RULES: readonly Rule[] = [
  {
    name: /(^|_)(seed|random_state|n_jobs|num_workers|workers|threads|verbose|verbosity|gpus?|devices?|port|version|year|fold|folds|cv)$/,
    range: (name, value) => generic(name, value),
    likely: false
  },
  {
    name: /(^|_)(path|dir|directory|folder|file|filename|url|name|id|column|target)$/,
    range: () => null
  },
  {
    name: /^(lr|eta)(_|$)|(^|_)(lr|learning_rate|step_size)($|_init$)/,
    range: numeric(learningRate)
  },
  {
    name: /(^|_)(weight_decay|l1|l2|reg_alpha|reg_lambda|reg|regularization|lambda|alpha|ccp_alpha|c|gamma|tol|epsilon|eps|var_smoothing)_?$/,
    range: numeric((name, value) =>
      value > 0 ? logRange(name, value / 1000, value * 1000) : logRange(name, 1e-6, 1e-1)
    )
  },
  { name: /(^|_)batch(_?size)?$/, range: numeric(powersOfTwo) },
  {
    name: /(^|_)(units|hidden|hidden_size|hidden_dim|neurons|filters|channels|embed_dim|embedding_dim|dim|width|num_leaves|max_bin)$/,
    range: numeric(powersOfTwo)
  },
  {
    name: /(^|_)(n_epochs|num_epochs|epochs?|max_epochs)$/,
    range: numeric((name, value) => intRange(name, Math.max(1, value / 2), Math.max(4, value * 2)))
  },
  {
    name: /drop_?out|drop_?rate/,
    range: numeric((name, value) => share(name, 0, value < 0.5 ? 0.5 : 0.8))
  },
  {
    name: /(^|_)(momentum|beta_?[12]|rho|decay)$/,
    range: numeric((name, value) => share(name, value < 0.5 ? 0 : 0.5, 0.99))
  },
  {
    name: /subsample|colsample|(^|_)(bagging_fraction|feature_fraction|max_samples|max_features)$/,
    range: numeric((name, value) => (value > 0 && value <= 1 ? share(name, 0.3, 1) : null))
  },
  {
    name: /(^|_)(max_)?depth$/,
    range: (name, value) =>
      typeof value === 'number' && value > 0
        ? intRange(name, Math.max(1, value / 3), Math.max(3, value * 2))
        : intRange(name, 2, 20)
  },
  {
    name: /(^|_)(n_estimators|num_trees|trees|n_iter|iterations|max_iter|num_boost_round|num_rounds|rounds|n_rounds)$/,
    range: numeric((name, value) =>
      logIntRange(name, Math.max(1, value / 4), Math.max(4, value * 4))
    )
  },
  {
    name: /(^|_)(n_layers|num_layers|layers|n_blocks|blocks|heads|n_heads)$/,
    range: numeric((name, value) => intRange(name, 1, Math.max(4, value + 2)))
  },
  {
    name: /(^|_)(k|n_neighbors|neighbors)$/,
    range: numeric((name, value) => intRange(name, 1, Math.max(15, value * 2)))
  },
  {
    name: /(^|_)(n_clusters|clusters|n_components|components)$/,
    range: numeric((name, value) => intRange(name, 2, Math.max(8, value * 2)))
  },
  {
    name: /(^|_)(min_samples_split|min_samples_leaf|min_child_weight|min_data_in_leaf)$/,
    range: numeric((name, value) => intRange(name, 1, Math.max(10, value * 4)))
  }
];

/** A sensible range for a parameter; null for what cannot be tuned: lists, dicts, and texts that nothing is known of. */
export function proposeParameter({
  name,
  type,
  default: value
}: Parameter): ParameterProposal | null {
  if (type === 'list' || type === 'dict') return null;
  const choice = value as Choice;
  const key = nameKey(name);
  const rule = RULES.find(each => each.name.test(key));
  if (rule) {
    const found = rule.range(name, choice);
    const parameter = found && ofType(found, type);
    return parameter && { parameter, likely: rule.likely ?? true };
  }
  if (typeof choice === 'string') {
    const list = CHOICES.find(each => each.includes(choice.toLowerCase()));
    if (!list) return null;
    const others = list.filter(each => each !== choice.toLowerCase());
    return { parameter: { name, type: 'categorical', list: [choice, ...others] }, likely: true };
  }
  const parameter = generic(name, choice);
  const fitting = parameter && ofType(parameter, type);
  return fitting && { parameter: fitting, likely: type === 'bool' ? false : isFraction(choice) };
}

const LESS_IS_BETTER =
  /(^|_)(loss|error|err|mse|rmse|mae|mape|msle|cost|perplexity|wer|cer|logloss|log_loss|inertia|deviance|distance|time|seconds|latency|brier|merror)($|_)/;

/** Whether less of a metric is better, by its name: losses and errors are, all else is not. */
export function proposeObjectiveType(metric: string): ObjectiveType {
  return LESS_IS_BETTER.test(nameKey(metric)) ? 'minimize' : 'maximize';
}

/** An experiment to begin with: the parameters that are probably meant, and the metric that says most of a model. */
export function proposeExperiment(
  pipeline: Pipeline,
  metrics: readonly string[],
  name: string
): ExperimentSpec {
  const spec = defaultExperiment(name);
  const parameters = pipeline.parameters.flatMap(parameter => {
    const proposal = proposeParameter(parameter);
    return proposal?.likely ? [proposal.parameter] : [];
  });
  return { ...spec, parameters, objective: proposeObjective(metrics, spec.objective) };
}

/** Validation says more than training, and a metric whose name is known more than another. */
const BETTER_SAID = [
  /(^|_)val(idation)?(_|$)/,
  /(^|_)(test|eval)(_|$)/,
  /loss|acc|auc|f1|r2|rmse|mae/
];

function proposeObjective(metrics: readonly string[], objective: Objective): Objective {
  const metric =
    BETTER_SAID.map(said => metrics.find(each => said.test(nameKey(each)))).find(Boolean) ??
    metrics[0];
  if (metric === undefined) return objective;
  return { ...objective, metric, type: proposeObjectiveType(metric) };
}

/** `learningRate`, `Learning-Rate` and `LEARNING_RATE` are `learning_rate`. */
function nameKey(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_');
}

function numeric(range: (name: string, value: number) => ParameterSpec | null): Range {
  return (name, value) => (typeof value === 'number' ? range(name, value) : null);
}

/** By the value alone. */
function generic(name: string, value: Choice): ParameterSpec | null {
  if (typeof value === 'boolean') return { name, type: 'categorical', list: [true, false] };
  if (typeof value !== 'number') return null;
  if (value === 0) return doubleRange(name, 0, 1);
  if (value < 0) return doubleRange(name, value * 2, value / 2);
  if (value < 1) return logRange(name, value / 10, Math.min(1, value * 10));
  return Number.isInteger(value)
    ? intRange(name, Math.max(1, value / 2), value * 2)
    : logRange(name, value / 10, value * 10);
}

/** A parameter that holds whole numbers takes no others. */
function ofType(parameter: ParameterSpec, type: Parameter['type']): ParameterSpec | null {
  if (parameter.type === 'categorical') return parameter;
  if (type === 'str' || type === 'bool') return null;
  if (type !== 'int' || parameter.type !== 'double') return parameter;
  const [min, max] = [Math.round(parameter.min), Math.round(parameter.max)];
  if (min === max) return intRange(parameter.name, min, min + 10);
  const isLog = parameter.distribution === 'logUniform' && min >= 1;
  return { ...intRange(parameter.name, min, max), distribution: isLog ? 'logUniform' : 'uniform' };
}

function isFraction(value: Choice): boolean {
  return typeof value === 'number' && !Number.isInteger(value);
}

function intRange(name: string, min: number, max: number): ParameterSpec & { type: 'int' } {
  const range = { min: Math.floor(min), max: Math.ceil(max) };
  return { name, type: 'int', ...range, step: null, distribution: 'uniform' };
}

function logIntRange(name: string, min: number, max: number): ParameterSpec {
  return { ...intRange(name, min, max), distribution: 'logUniform' };
}

function doubleRange(name: string, min: number, max: number): ParameterSpec {
  return {
    name,
    type: 'double',
    min: rounded(min),
    max: rounded(max),
    step: null,
    distribution: 'uniform'
  };
}

function logRange(name: string, min: number, max: number): ParameterSpec {
  return { ...doubleRange(name, min, max), distribution: 'logUniform' } as ParameterSpec;
}

/** A part of a whole, in steps of a twentieth. */
function share(name: string, min: number, max: number): ParameterSpec {
  const step = max === 0.99 ? null : 0.05;
  return { name, type: 'double', min, max, step, distribution: 'uniform' };
}

/** Hardly ever above 1; a value that is there is always within. */
function learningRate(name: string, value: number): ParameterSpec {
  if (!(value > 0)) return logRange(name, 1e-5, 0.1);
  const most = value < 1 ? Math.min(Math.max(value * 100, 1e-3), 1) : value * 10;
  return logRange(name, value / 100, most);
}

/** The powers of two from a quarter of the value to four times it, and the value itself. */
function powersOfTwo(name: string, value: number): ParameterSpec | null {
  if (!(value >= 1)) return null;
  const exponent = Math.round(Math.log2(value));
  const list = [-2, -1, 0, 1, 2].map(by => 2 ** (exponent + by)).filter(each => each >= 1);
  if (!list.includes(value)) list.push(value);
  return { name, type: 'discrete', list: list.sort((one, other) => one - other) };
}

function rounded(value: number): number {
  return Number(value.toPrecision(2));
}
