import * as fc from 'fast-check';
import { applyEditsToModel, parseNotebook, type JsonObject, type Notebook } from '../notebook';
import {
  KatibAlgorithm,
  KatibObjective,
  KatibParameters,
  printKatibAlgorithm,
  printKatibObjective,
  printKatibParameter,
  printNumber
} from './katibForm';
import { checkExperiment } from './check';
import { besidesUnread, defaultExperiment, editsToSetExperiment, readExperiment } from './metadata';
import type { ExperimentSpec, ParameterSpec } from './model';

function notebookWith(metadata: JsonObject): Notebook {
  const text = JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells: [] });
  return parseNotebook(text).notebook!;
}

/** Applies the edits as an editor would. */
function edited(notebook: Notebook, change: Partial<ExperimentSpec>): Notebook {
  const model = { nbformat: 4, nbformat_minor: 5, metadata: notebook.metadata, cells: [] };
  const edits = editsToSetExperiment(notebook, change);
  return notebookWith(applyEditsToModel(model, edits).metadata as JsonObject);
}

const rate: ParameterSpec = {
  name: 'rate',
  type: 'double',
  min: 0.00001,
  max: 0.1,
  step: null,
  distribution: 'logUniform'
};

const KATIB: JsonObject = {
  algorithm: {
    algorithmName: 'grid',
    algorithmSettings: [{ name: 'random_state', value: '10' }]
  },
  maxFailedTrialCount: 3,
  maxTrialCount: 15,
  objective: {
    additionalMetricNames: ['recall'],
    goal: 1,
    objectiveMetricName: 'accuracy',
    type: 'maximize',
    theirs: 1
  },
  parallelTrialCount: 2,
  parameters: [
    {
      feasibleSpace: { max: '0.3', min: '0.1', step: '0.1' },
      name: 'ETA',
      parameterType: 'double'
    },
    { feasibleSpace: { list: ['a', 'b'] }, name: 'KIND', parameterType: 'categorical' },
    { feasibleSpace: { list: ['16', '32'] }, name: 'BATCH', parameterType: 'discrete' },
    { feasibleSpace: { min: 2, max: 6, step: '' }, name: 'DEPTH', parameterType: 'int' }
  ]
};
const KALE: JsonObject = { kubeflow_notebook: { katib_run: true, katib_metadata: KATIB } };

describe('an experiment in a notebook', () => {
  it('is the default one where nothing is said', () => {
    expect(readExperiment(notebookWith({}), 'digits')).toEqual({
      spec: defaultExperiment('digits'),
      said: new Set(),
      diagnostics: []
    });
  });

  it("is read as Kale's form left it", () => {
    const { spec, said, diagnostics } = readExperiment(notebookWith(KALE), 'p');
    expect(diagnostics).toEqual([]);
    expect(said.has('objective')).toBe(true);
    expect(spec).toEqual({
      ...defaultExperiment('p'),
      maxTrialCount: 15,
      parallelTrialCount: 2,
      algorithm: { name: 'grid', settings: { random_state: '10' } },
      objective: {
        type: 'maximize',
        metric: 'accuracy',
        goal: 1,
        additionalMetrics: ['recall'],
        strategies: {}
      },
      parameters: [
        { name: 'ETA', type: 'double', min: 0.1, max: 0.3, step: 0.1, distribution: 'uniform' },
        { name: 'KIND', type: 'categorical', list: ['a', 'b'] },
        { name: 'BATCH', type: 'discrete', list: [16, 32] },
        { name: 'DEPTH', type: 'int', min: 2, max: 6, step: null, distribution: 'uniform' }
      ]
    });
  });

  it('is written where the notebook has it, one key a field, and nothing else is touched', () => {
    const notebook = notebookWith(KALE);
    const { spec } = readExperiment(notebook, 'p');
    const edits = editsToSetExperiment(notebook, {
      parameters: [rate],
      objective: { ...spec.objective, metric: 'f1' },
      seed: 3
    });
    expect(edits.map(edit => 'path' in edit && edit.path.join('.'))).toEqual([
      'kubeflow_notebook.katib_metadata.parameters',
      'kubeflow_notebook.katib_metadata.objective',
      'chard.tuning.seed'
    ]);
    const after = edited(notebook, {
      parameters: [rate],
      objective: { ...spec.objective, metric: 'f1' },
      seed: 3
    });
    const katib = (after.metadata.kubeflow_notebook as JsonObject).katib_metadata as JsonObject;
    expect(katib.parameters).toEqual([
      {
        name: 'rate',
        parameterType: 'double',
        feasibleSpace: { min: '0.00001', max: '0.1', distribution: 'logUniform' }
      }
    ]);
    expect(katib.objective).toMatchObject({ objectiveMetricName: 'f1', theirs: 1 });
    expect(katib.algorithm).toEqual(KATIB.algorithm);
    expect(readExperiment(after, 'p').spec.seed).toBe(3);
  });

  it('goes under our own key elsewhere, with no more than what is said', () => {
    const notebook = notebookWith({ theirs: 1 });
    const objective = { ...defaultExperiment('').objective, metric: 'loss' };
    const after = edited(notebook, { parameters: [rate], objective, earlyStopping: null });
    expect(after.metadata).toEqual({
      theirs: 1,
      chard: {
        tuning: {
          parameters: [
            { name: 'rate', type: 'double', min: 0.00001, max: 0.1, distribution: 'logUniform' }
          ],
          objective: { type: 'minimize', metric: 'loss' }
        }
      }
    });
    expect(readExperiment(after, 'p').spec).toEqual({
      ...defaultExperiment('p'),
      parameters: [rate],
      objective
    });
    expect(edited(after, { parameters: [] }).metadata).toMatchObject({
      chard: { tuning: { parameters: [] } }
    });
  });

  it('says by its name which field cannot be used, and keeps the others', () => {
    const tuning = {
      parameters: [{ name: 'rate', type: 'double', min: 'low', max: 1 }],
      maxTrialCount: 'many',
      parallelTrialCount: 4
    };
    const { spec, diagnostics } = readExperiment(notebookWith({ chard: { tuning } }), 'p');
    expect(spec).toMatchObject({ parameters: [], maxTrialCount: 12, parallelTrialCount: 4 });
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      [
        'invalid-field',
        expect.stringContaining('"chard.tuning.parameters.0.min" must be a number')
      ],
      ['invalid-field', expect.stringContaining('"chard.tuning.maxTrialCount" must be a whole')]
    ]);
    const katib = { katib_metadata: { parameters: [{ name: 'x', parameterType: 'odd' }] } };
    expect(
      readExperiment(notebookWith({ kubeflow_notebook: katib }), 'p').diagnostics[0]!.message
    ).toContain('kubeflow_notebook.katib_metadata.parameters.0');
    expect(readExperiment(notebookWith({ chard: { tuning: 3 } }), 'p').diagnostics).toHaveLength(1);
    const space = { name: 'x', parameterType: 'double', feasibleSpace: { min: 'low', max: '2' } };
    const setting = { algorithmName: 'tpe', algorithmSettings: [{ value: '1' }] };
    const odd = { katib_metadata: { parameters: [space], algorithm: setting } };
    expect(
      readExperiment(notebookWith({ kubeflow_notebook: odd }), 'p').diagnostics.map(
        ({ message }) => message
      )
    ).toEqual([
      expect.stringContaining('parameters.0.feasibleSpace.min" must be a number.'),
      expect.stringContaining('algorithmSettings.0.name" has an invalid input: expected string')
    ]);
  });
});

describe('the repair of what cannot be used', () => {
  /** What stands in the notebook after a fault's n-th repair. */
  function repaired(tuning: JsonObject, fault = 0, fix = 0): [string, unknown] {
    const notebook = notebookWith({ chard: { tuning } });
    const { title, edits } = readExperiment(notebook, 'p').diagnostics[fault]!.fixes[fix]!;
    const model = { nbformat: 4, nbformat_minor: 5, metadata: notebook.metadata, cells: [] };
    const { chard } = applyEditsToModel(model, edits).metadata as { chard: JsonObject };
    return [title, chard.tuning];
  }
  const median = (settings: JsonObject): JsonObject => ({
    earlyStopping: { name: 'medianstop', settings }
  });

  it('is of one setting only, and first of all the same value as a text', () => {
    const tuning = median({ min_trials_required: 2, start_step: '3' });
    expect(repaired(tuning)).toEqual([
      'Write "2"',
      median({ min_trials_required: '2', start_step: '3' })
    ]);
    expect(repaired(tuning, 0, 1)).toEqual([
      'Remove the field "chard.tuning.earlyStopping.settings.min_trials_required"',
      median({ start_step: '3' })
    ]);
  });

  it('is told for each fault of a field', () => {
    const tuning = median({ min_trials_required: 2, start_step: [3] });
    expect(repaired(tuning, 1)).toEqual([
      'Remove the field "chard.tuning.earlyStopping.settings.start_step"',
      median({ min_trials_required: 2 })
    ]);
  });

  it('is one of the values that there are', () => {
    const objective = { type: 'min', metric: 5 };
    expect(repaired({ objective }, 0, 1)).toEqual([
      'Write "maximize"',
      { objective: { ...objective, type: 'maximize' } }
    ]);
    expect(repaired({ objective }, 1)).toEqual([
      'Write "5"',
      { objective: { ...objective, metric: '5' } }
    ]);
  });

  it('leaves the other parameters', () => {
    const good = { name: 'rate', type: 'double', min: 0, max: 1 };
    const parameters = [good, { name: 'kind', type: 'odd' }, { ...good, name: 'b', min: '0.5' }];
    expect(repaired({ parameters })).toEqual([
      'Remove this entry of "chard.tuning.parameters"',
      { parameters: [parameters[0], parameters[2]] }
    ]);
    expect(repaired({ parameters }, 1)).toEqual([
      'Write 0.5',
      { parameters: [parameters[0], parameters[1], { ...good, name: 'b', min: 0.5 }] }
    ]);
  });

  it('takes the whole field away where no part of it would help', () => {
    expect(repaired({ earlyStopping: { settings: {} }, seed: 1 })).toEqual([
      'Remove the field "chard.tuning.earlyStopping"',
      { seed: 1 }
    ]);
  });

  it('is at its field, and nothing else is said of that', () => {
    const parameters = [{ name: 'rate', type: 'double', min: 'low', max: 1 }];
    const reading = readExperiment(notebookWith({ chard: { tuning: { parameters } } }), 'p');
    expect(reading.diagnostics.map(({ field }) => field)).toEqual([['parameters']]);
    const problems = checkExperiment(reading.spec, {
      engine: 'local',
      pipeline: null,
      takenNames: []
    });
    const left = besidesUnread(problems, reading);
    expect(problems.map(({ code }) => code)).toContain('nothing-to-tune');
    expect(left.map(({ code }) => code)).toEqual(['objective-without-metric']);
    const none = readExperiment(notebookWith({ chard: { tuning: 3 } }), 'p');
    expect(besidesUnread(problems, none)).toEqual([]);
  });
});

describe("Katib's form", () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0);
  const text = fc.string();
  const ranges = fc.record({
    name: text,
    distribution: fc.constantFrom('uniform' as const, 'logUniform' as const)
  });
  const anyParameter: fc.Arbitrary<ParameterSpec> = fc.oneof(
    fc
      .tuple(ranges, fc.integer(), fc.integer(), fc.option(fc.integer()))
      .map(([rest, min, max, step]) => ({ ...rest, type: 'int' as const, min, max, step })),
    fc
      .tuple(ranges, finite, finite, fc.option(finite))
      .map(([rest, min, max, step]) => ({ ...rest, type: 'double' as const, min, max, step })),
    fc
      .tuple(text, fc.array(finite))
      .map(([name, list]) => ({ name, type: 'discrete' as const, list })),
    fc
      .tuple(text, fc.array(text))
      .map(([name, list]) => ({ name, type: 'categorical' as const, list }))
  );

  it('printed and read again says the same', () => {
    fc.assert(
      fc.property(fc.array(anyParameter), parameters => {
        const printed = JSON.parse(JSON.stringify(parameters.map(printKatibParameter))) as unknown;
        expect(KatibParameters.parse(printed)).toEqual(parameters);
      })
    );
    const objective = {
      type: 'maximize' as const,
      metric: 'a',
      goal: 0.5,
      additionalMetrics: ['b'],
      strategies: { b: 'latest' as const }
    };
    expect(KatibObjective.parse(printKatibObjective(objective))).toEqual(objective);
    const algorithm = { name: 'tpe', settings: { n_startup_trials: '4' } };
    expect(KatibAlgorithm.parse(printKatibAlgorithm(algorithm))).toEqual(algorithm);
  });

  it('has numbers without exponents', () => {
    expect([0.00001, 1e-7, 2.5e-8, -3, 1e20].map(printNumber)).toEqual([
      '0.00001',
      '0.0000001',
      '0.000000025',
      '-3',
      '100000000000000000000'
    ]);
    fc.assert(fc.property(finite, value => expect(Number(printNumber(value))).toBe(value)));
  });
});

test.each<[JsonObject, number, number, number]>([
  [{}, 12, 3, 3],
  [{ maxTrialCount: 1 }, 1, 1, 1],
  [{ maxTrialCount: 2, parallelTrialCount: 5 }, 2, 5, 2],
  [{ maxTrialCount: 0 }, 0, 1, 1],
  [{ parallelTrialCount: 20 }, 20, 20, 3],
  [{ maxFailedTrialCount: 30 }, 30, 3, 30],
  [{ maxTrialCount: 1, maxFailedTrialCount: 2 }, 1, 1, 2]
])('counts that %j does not say fit those that it says', (tuning, most, parallel, failed) => {
  const said = notebookWith({ chard: { tuning } });
  const katib = notebookWith({ kubeflow_notebook: { katib_metadata: tuning } });
  for (const notebook of [said, katib]) {
    expect(readExperiment(notebook, 'e').spec).toMatchObject({
      maxTrialCount: most,
      parallelTrialCount: parallel,
      maxFailedTrialCount: failed
    });
  }
});
