import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pipeline } from '@chard/core/pipeline';
import { RunEvent } from '@chard/core/run';
import { Chard, EXAMPLES, PYTHON } from './testing/chard';
import {
  CheckDocument,
  FailureDocument,
  ListDocument,
  LogsDocument,
  readDocument,
  RunDocument,
  ShowDocument,
  ValuesDocument
} from './testing/documents';

jest.setTimeout(120_000);

let chard: Chard;
let digits: string;
let first: string;

/** Name to `reused` or state of each step. */
function outcomes({ steps }: RunDocument): Record<string, string> {
  return Object.fromEntries(
    steps.map(({ name, state, cached }) => [name, cached ? 'reused' : state])
  );
}

beforeAll(() => {
  chard = new Chard();
  cpSync(EXAMPLES, join(chard.folder, 'examples'), { recursive: true });
  digits = join(chard.folder, 'examples/digits/digits.ipynb');
});

afterAll(() => chard.remove());

afterEach(() => {
  expect(chard.leftBehind()).toEqual([]);
});

describe('the digits example', () => {
  it('has nothing wrong with it', async () => {
    const { code, out } = await chard.run(['check', digits]);
    expect(out).toBe(`${digits}: nothing to say; 4 steps.\n`);
    expect(code).toBe(0);
  });

  it('is the pipeline that its tags say', async () => {
    const shown = await chard.run(['graph', digits]);
    expect(shown.out).toContain('forest  cell 8\n    ← load: train_x, train_y\n');
    const json = await chard.run(['graph', digits, '--json']);
    const pipeline = readDocument(json, Pipeline);
    expect(pipeline.steps.map(({ name }) => name)).toEqual([
      'load',
      'forest',
      'logistic',
      'evaluate'
    ]);
    expect(pipeline.parameters[0]).toMatchObject({
      name: 'test_share',
      type: 'float',
      default: 0.25
    });
  });

  it('runs, its two models side by side, and gives metrics and figures', async () => {
    const figures = join(chard.folder, 'figures');
    const result = await chard.run(['run', digits, '--save-displays', figures]);
    expect(result.code).toBe(0);
    expect(result.out).toMatch(/^\ndigits succeeded in [\d.]+ s \(run \S+\)\n/);
    expect(result.out).toMatch(/^ {2}best_accuracy {6}0\.98$/m);
    expect(result.err).toMatch(
      /^Snapshot [0-9a-f]{16}: 1 file, .*\ndigits: run \d{8}-\d{6}-\w{6} started\n/
    );
    const [figure] = [...result.out.matchAll(/^ {2}(\S+evaluate-12-1\.png)$/gm)].map(
      ([, it]) => it
    );
    expect(
      readFileSync(figure ?? '')
        .subarray(1, 4)
        .toString()
    ).toBe('PNG');

    const shown = readDocument(await chard.run(['runs', 'show', 'latest', '--json']), ShowDocument);
    first = shown.id;
    expect(shown.state).toBe('succeeded');
    expect(Object.keys(shown.metrics)).toEqual([
      'best_accuracy',
      'forest_accuracy',
      'logistic_accuracy'
    ]);
    expect(shown.environment.packages).toHaveProperty('scikit-learn');
    expect(shown.steps.every(({ durationMs }) => (durationMs ?? 0) > 0)).toBe(true);
  });

  it('is reused when it runs again, with a reason, and tells each event as a line', async () => {
    const { code, out, err } = await chard.run(['run', digits, '--json', '--follow']);
    expect([code, err]).toEqual([0, '']);
    const events = out
      .trimEnd()
      .split('\n')
      .map(line => RunEvent.parse(JSON.parse(line)));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', state: 'succeeded' });
    const finished = events.flatMap(event => (event.type === 'step-finished' ? [event] : []));
    expect(finished.length).toBeGreaterThanOrEqual(4);
    for (const event of finished) {
      expect(event).toMatchObject({ cached: true, reusedFrom: first });
      expect(event.why).toBe('nothing that it depends on has changed');
    }
  });

  it('runs only what a changed parameter touches, the models at the same time', async () => {
    const trees = await chard.run(['run', digits, '-p', 'trees=20', '--json']);
    const document = readDocument(trees, RunDocument);
    expect(outcomes(document)).toEqual({
      load: 'reused',
      forest: 'succeeded',
      logistic: 'reused',
      evaluate: 'succeeded'
    });
    expect(document.steps.find(({ name }) => name === 'forest')?.why).toMatch(/trees/);

    const seed = await chard.run(['run', digits, '-p', 'seed=8', '--json', '--follow']);
    const events = seed.out
      .trimEnd()
      .split('\n')
      .map(line => RunEvent.parse(JSON.parse(line)));
    const at = (type: string, step: string): number =>
      events.find(event => event.type === type && 'step' in event && event.step === step)?.seq ?? 0;
    // Both had started before either had ended.
    const lastStart = Math.max(at('step-started', 'forest'), at('step-started', 'logistic'));
    const firstEnd = Math.min(at('step-finished', 'forest'), at('step-finished', 'logistic'));
    expect(lastStart).toBeGreaterThan(0);
    expect(firstEnd).toBeGreaterThan(lastStart);
  });

  it('runs a part of it on what an earlier run left', async () => {
    const only = await chard.run(['run', digits, '--only', 'evaluate', '--run', first, '--json']);
    expect(outcomes(readDocument(only, RunDocument))).toMatchObject({ evaluate: 'succeeded' });
    // The model comes out the same; what depends on it runs again all the same.
    const from = await chard.run(['run', digits, '--from', 'logistic', '--json']);
    const document = readDocument(from, RunDocument);
    expect(outcomes(document)).toMatchObject({
      load: 'reused',
      logistic: 'succeeded',
      evaluate: 'succeeded'
    });
    expect(document.metrics).toMatchObject({ best_accuracy: 0.98 });
    const both = await chard.run(['run', digits, '--from', 'load', '--only', 'load']);
    expect([both.code, both.err]).toEqual([2, 'chard: Give --from or --only, not both.\n']);
    const unknown = await chard.run(['run', digits, '--only', 'lod', '--json']);
    expect(unknown.code).toBe(2);
    expect(readDocument(unknown, FailureDocument).error).toMatchObject({
      code: 'step-unknown',
      message: expect.stringContaining('lod') as string
    });
  });

  it('gives back the notebook, what the steps said and what they left', async () => {
    const copy = join(chard.folder, 'copy.ipynb');
    await chard.run(['runs', 'show', first, '--notebook', copy]);
    expect(readFileSync(copy).equals(readFileSync(digits))).toBe(true);

    const logs = await chard.run(['runs', 'logs', first, '--json']);
    const { logs: entries } = readDocument(logs, LogsDocument);
    expect(entries.find(({ step }) => step === 'load')?.text).toBe(
      '1347 pictures to learn from, 450 to be tested on\n'
    );
    expect(entries.some(({ step, stream }) => step === 'evaluate' && stream === 'display')).toBe(
      true
    );
    const oneStep = await chard.run(['runs', 'logs', first, '--step', 'load']);
    expect(oneStep.out).toBe('1347 pictures to learn from, 450 to be tested on\n');

    const all = await chard.run(['runs', 'logs', first]);
    expect(all.out).toMatch(/^metrics │ best_accuracy 0\.98$/m);
    const unknown = await chard.run(['runs', 'logs', first, '--step', 'lod']);
    expect([unknown.code, unknown.err]).toEqual([
      2,
      `chard: The run ${first} has no step "lod". Its steps: load, forest, logistic, evaluate.\n`
    ]);

    const listed = await chard.run(['runs', 'values', first, '--json']);
    const { values } = readDocument(listed, ValuesDocument);
    const names = values.map(({ step, name }) => `${step}.${name}`);
    expect(names).toEqual(expect.arrayContaining(['load.train_x', 'evaluate.accuracy']));
    expect(names).not.toContain('evaluate.train_x');
    expect(names.filter(name => /\.(_|In$|Out$)/.test(name))).toEqual([]);

    const pickle = join(chard.folder, 'accuracy.pkl');
    const words = ['runs', 'values', first, '--step', 'evaluate', '--name', 'accuracy'];
    const written = await chard.run([...words, '-o', pickle, '--json']);
    expect(written.err).toBe(`Wrote accuracy (dict) to ${pickle}\n`);
    const document = readDocument(written, ValuesDocument);
    expect(document).toMatchObject({
      values: [{ step: 'evaluate', name: 'accuracy' }],
      file: pickle
    });
    const read = 'import pickle, sys; print(pickle.load(open(sys.argv[1], "rb"))["random forest"])';
    expect(execFileSync(PYTHON, ['-c', read, pickle], { encoding: 'utf8' })).toBe('0.98\n');
  });

  it('runs code on what a step left, and on what it got', async () => {
    const left = await chard.run([
      'runs',
      'exec',
      first,
      '--step',
      'forest',
      '-c',
      'print(type(forest).__name__)'
    ]);
    expect([left.code, left.out]).toEqual([0, 'RandomForestClassifier\n']);
    const got = await chard.run([
      'runs',
      'exec',
      first,
      '--step',
      'forest',
      '--before',
      '-c',
      'print(forest)'
    ]);
    expect(got.code).toBe(1);
    expect(got.err).toContain("NameError: name 'forest' is not defined");
  });

  it('lists runs, deletes one, and knows runs by the beginning of their id', async () => {
    const { runs } = readDocument(await chard.run(['runs', 'list', '--json']), ListDocument);
    expect(runs.at(-1)).toMatchObject({ id: first, number: 1 });
    const listed = await chard.run(['runs', 'list']);
    expect(listed.out).toMatch(new RegExp(`^RUN +NO\\. [^]*${first} +1 `));
    const deleted = await chard.run(['runs', 'delete', first.slice(0, -1)]);
    expect(deleted.out).toMatch(new RegExp(`^Deleted the run ${first}; .* freed\\.\\n$`));
    const gone = await chard.run(['runs', 'show', first]);
    expect([gone.code, gone.err]).toEqual([
      2,
      `chard: There is no run "${first}". \`chard runs list\` shows those there are.\n`
    ]);
    const after = readDocument(await chard.run(['runs', 'list', '--json']), ListDocument);
    expect(after.runs).toHaveLength(runs.length - 1);
  });
});

describe('the wine example', () => {
  it('runs five models and compares them', async () => {
    const wine = join(chard.folder, 'examples/wine/wine.ipynb');
    const checked = await chard.run(['check', wine, '--json']);
    const { diagnostics } = readDocument(checked, CheckDocument);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);

    const tables = join(chard.folder, 'tables');
    const run = await chard.run(['run', wine, '--json', '--save-displays', tables]);
    const document = readDocument(run, RunDocument);
    expect(document.error).toBeNull();
    expect(document.metrics['best_accuracy']).toBeGreaterThan(0.9);
    expect(document.displays?.every(existsSync)).toBe(true);
    expect(document.displays?.some(path => /compare-20-1\.png$/.test(path))).toBe(true);
    const logs = await chard.run(['runs', 'logs', 'latest', '--step', 'clean']);
    expect(logs.out).toMatch(/^178 wines, \d+ missing readings filled with the median\n/);
  });
});
