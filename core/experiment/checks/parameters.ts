import { nearestOf } from '../../notebook/names';
import type { Parameter, Pipeline } from '../../pipeline';
import { asLiteral } from '../../python/literals';
import { algorithmInfo } from '../algorithms';
import type { CheckInput } from './input';
import { printNumber } from '../katibForm';
import { isRange, type Choice, type ParameterSpec, type RangeParameter } from '../model';
import { problem, type ExperimentFix, type ExperimentProblem, type FieldPath } from '../problems';
import { decimals, lastValue, pointsOf } from '../space';

/** Each parameter by itself, and against the one of the pipeline that it sets. */
export function checkParameters({ spec, pipeline }: CheckInput): ExperimentProblem[] {
  const { parameters } = spec;
  if (parameters.length === 0) {
    const message =
      pipeline !== null && pipeline.parameters.length === 0
        ? 'There is nothing to tune: the notebook has no parameters. Tag a cell "pipeline-parameters".'
        : 'There is nothing to tune. Choose at least one parameter and its range.';
    return [problem('error', 'nothing-to-tune', ['parameters'], message)];
  }
  const isGrid = algorithmInfo(spec.algorithm.name)?.needsPoints ?? false;
  return parameters.flatMap((parameter, index) => {
    const at = new ParameterChecks(parameters, index, isGrid);
    return [
      ...at.name(),
      ...(pipeline === null ? [] : at.against(pipeline)),
      ...(isRange(parameter) ? at.range(parameter) : at.list())
    ];
  });
}

class ParameterChecks {
  private readonly parameter: ParameterSpec;

  constructor(
    private readonly parameters: readonly ParameterSpec[],
    private readonly index: number,
    private readonly isGrid: boolean
  ) {
    this.parameter = parameters[index]!;
  }

  name(): ExperimentProblem[] {
    const { name } = this.parameter;
    if (name === '') {
      return [
        problem('error', 'parameter-without-name', this.at('name'), 'A parameter has no name.', [
          this.without('Leave it out')
        ])
      ];
    }
    if (this.parameters.findIndex(other => other.name === name) === this.index) return [];
    return [
      problem(
        'error',
        'parameter-tuned-twice',
        this.at('name'),
        `The parameter "${name}" is tuned twice.`,
        [this.without('Leave this one out')]
      )
    ];
  }

  against(pipeline: Pipeline): ExperimentProblem[] {
    const { name } = this.parameter;
    if (name === '') return [];
    const known = pipeline.parameters.find(each => each.name === name);
    if (!known) return [this.unknown(pipeline)];
    const misfit = this.misfit(known);
    if (misfit) return [misfit];
    const steps = [...pipeline.steps, ...(pipeline.metricsStep ? [pipeline.metricsStep] : [])];
    if (steps.some(({ parameters }) => parameters.includes(name))) return [];
    return [
      problem(
        'warning',
        'parameter-without-effect',
        this.at('name'),
        `No step reads the parameter "${name}", so that tuning it changes nothing.`,
        [this.without('Leave it out')]
      )
    ];
  }

  private unknown(pipeline: Pipeline): ExperimentProblem {
    const { name } = this.parameter;
    const tuned = this.parameters.map(each => each.name);
    const names = pipeline.parameters.map(each => each.name).filter(each => !tuned.includes(each));
    const near = nearestOf(name, names);
    return problem(
      'error',
      'unknown-parameter',
      this.at('name'),
      `The pipeline "${pipeline.name}" has no parameter "${name}".` +
        (near === null ? '' : ` Did you mean "${near}"?`),
      [
        near === null ? null : this.fix(`Tune "${near}"`, { ...this.parameter, name: near }),
        this.without('Leave it out')
      ]
    );
  }

  /** Whether each value can stand where the pipeline has its own. */
  private misfit(known: Parameter): ExperimentProblem | null {
    const { parameter } = this;
    const wrong = (field: string, what: string, fixes: (ExperimentFix | null)[] = []) =>
      problem(
        'error',
        'wrong-parameter-type',
        this.at(field),
        `The parameter "${known.name}" is ${TYPE_WORDS[known.type]} in the notebook; ${what}.`,
        [...fixes, this.without('Leave it out')]
      );
    if (known.type === 'list' || known.type === 'dict') {
      return wrong('type', 'an experiment cannot vary that. Make its parts parameters');
    }
    if (!isRange(parameter)) {
      const at = (parameter.list as Choice[]).findIndex(value => !fits(known, value));
      if (at < 0) return null;
      return wrong('list', `${JSON.stringify(parameter.list[at])} is not`);
    }
    if (known.type === 'str' || known.type === 'bool') {
      return wrong('type', 'a range of numbers is not. Give a list of values');
    }
    if (known.type !== 'int' || parameter.type === 'int') return null;
    const { min, max, step } = parameter;
    const isWhole = [min, max, step].every(value => value === null || Number.isInteger(value));
    return wrong('type', 'this range has fractions', [
      isWhole
        ? this.fix('Take whole numbers only', { ...parameter, type: 'int' })
        : this.fix('Take whole numbers only', {
            ...parameter,
            type: 'int',
            min: Math.ceil(min),
            max: Math.max(Math.ceil(min), Math.floor(max)),
            step: step === null ? null : Math.max(1, Math.round(step))
          })
    ]);
  }

  range(parameter: RangeParameter): ExperimentProblem[] {
    const { name, min, max, step } = parameter;
    if (min > max) {
      return [
        problem(
          'error',
          'empty-range',
          this.at('max'),
          `The range of "${name}" begins at ${printNumber(min)} and ends below it, at ${printNumber(max)}.`,
          [this.fix('Swap its ends', { ...parameter, min: max, max: min })]
        )
      ];
    }
    if (!Number.isFinite(max - min)) {
      const message = `The range of "${name}" is wider than a number can say.`;
      const half = { ...parameter, min: min / 2, max: max / 2 };
      return [
        problem('error', 'range-too-wide', this.at('max'), message, [
          this.fix('Take half of it', half)
        ])
      ];
    }
    if (step !== null && step <= 0) {
      return [
        problem(
          'error',
          'bad-step',
          this.at('step'),
          `The step of "${name}" is ${printNumber(step)}; a step is greater than 0.`,
          [this.fix('Leave out the step', { ...parameter, step: null })]
        )
      ];
    }
    const logarithmic = this.logarithmic(parameter);
    if (logarithmic.length > 0) return logarithmic;
    if (pointsOf(parameter) === 1)
      return [this.single(step === null || min === max ? 'max' : 'step')];
    return [...this.uneven(parameter), ...this.wide(parameter)];
  }

  private logarithmic(parameter: RangeParameter): ExperimentProblem[] {
    const { name, min, max, step } = parameter;
    if (parameter.distribution !== 'logUniform') return [];
    const uniform = this.fix('Draw it uniformly', { ...parameter, distribution: 'uniform' });
    if (min <= 0) {
      const start = parameter.type === 'int' ? 1 : Number((max / 1e4).toPrecision(1));
      return [
        problem(
          'error',
          'log-range-from-zero',
          this.at('min'),
          `The range of "${name}" is logarithmic and begins at ${printNumber(min)}; it must begin above 0.`,
          [
            max > 0
              ? this.fix(`Begin at ${printNumber(start)}`, { ...parameter, min: start })
              : null,
            uniform
          ]
        )
      ];
    }
    if (step === null || (parameter.type === 'int' && step === 1)) return [];
    return [
      problem(
        'error',
        'log-range-with-step',
        this.at('step'),
        `The range of "${name}" is logarithmic, which has no even steps.`,
        [this.fix('Leave out the step', { ...parameter, step: null }), uniform]
      )
    ];
  }

  /** A hint: the last stretch of the range is never tried. */
  private uneven(parameter: RangeParameter): ExperimentProblem[] {
    const { name, max, step } = parameter;
    const last = lastValue(parameter);
    if (step === null || Math.abs(last - max) <= step * 1e-9) return [];
    const digits = Math.max(decimals(last), decimals(step));
    const next = Number((last + step).toFixed(Math.min(digits, 100)));
    return [
      problem(
        'info',
        'uneven-step',
        this.at('step'),
        `Steps of ${printNumber(step)} from ${printNumber(parameter.min)} end at ${printNumber(last)}: ` +
          `${printNumber(max)} itself is never tried for "${name}".`,
        [
          this.fix(`End at ${printNumber(last)}`, { ...parameter, max: last }),
          this.fix(`End at ${printNumber(next)}`, { ...parameter, max: next })
        ]
      )
    ];
  }

  private wide(parameter: RangeParameter): ExperimentProblem[] {
    const { name, min, max, step, distribution } = parameter;
    if (this.isGrid || distribution !== 'uniform' || step !== null) return [];
    if (min <= 0 || max / min < 1000) return [];
    return [
      problem(
        'info',
        'range-over-decades',
        this.at('distribution'),
        `The range of "${name}" spans ${Math.floor(Math.log10(max / min))} powers of ten; drawn uniformly, nearly all ` +
          'values come from the last one.',
        [this.fix('Draw it on a log scale', { ...parameter, distribution: 'logUniform' })]
      )
    ];
  }

  private single(field: string): ExperimentProblem {
    return problem(
      'warning',
      'one-value',
      this.at(field),
      `The parameter "${this.parameter.name}" can have one value only, so that there is nothing to tune.`,
      [this.without('Leave it out')]
    );
  }

  list(): ExperimentProblem[] {
    const { parameter } = this;
    if (isRange(parameter)) return [];
    const different = [...new Set<Choice>(parameter.list)];
    if (different.length === 0) {
      return [
        problem(
          'error',
          'empty-list',
          this.at('list'),
          `The list of "${parameter.name}" has no values.`,
          [this.without('Leave it out')]
        )
      ];
    }
    const repeated =
      different.length === parameter.list.length
        ? []
        : [
            problem(
              'warning',
              'repeated-value',
              this.at('list'),
              `The list of "${parameter.name}" has a value twice; it counts once.`,
              [this.fix('Keep each once', { ...parameter, list: different } as ParameterSpec)]
            )
          ];
    return different.length === 1 ? [...repeated, this.single('list')] : repeated;
  }

  private at(field: string): FieldPath {
    return ['parameters', this.index, field];
  }

  private fix(title: string, parameter: ParameterSpec): ExperimentFix {
    return { title, change: { parameters: this.parameters.with(this.index, parameter) } };
  }

  private without(title: string): ExperimentFix {
    return { title, change: { parameters: this.parameters.toSpliced(this.index, 1) } };
  }
}

const TYPE_WORDS: Readonly<Record<Parameter['type'], string>> = {
  int: 'a whole number',
  float: 'a number',
  str: 'a text',
  bool: 'True or False',
  none: 'None',
  list: 'a list',
  dict: 'a dict'
};

/** None takes the place of a value of any type. */
function fits(known: Parameter, value: Choice): boolean {
  return known.type === 'none' || asLiteral(known.type, value) !== null;
}
