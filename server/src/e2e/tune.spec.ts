import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ExperimentEvent } from '@chard/core/experiment';
import { z } from 'zod';
import { Chard, PYTHON } from './testing/chard';
import { FailureDocument, readDocument } from './testing/documents';
import { cell, notebookText, writeNotebook } from './testing/notebooks';

jest.setTimeout(300_000);

const Trial = z.object({
  number: z.int(),
  state: z.string(),
  run: z.string().nullable(),
  parameters: z.record(z.string(), z.number()),
  values: z.record(z.string(), z.number()),
  reusedSteps: z.array(z.string())
});
const ExperimentDocument = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  best: Trial.nullable(),
  trials: z.array(Trial)
});

let chard: Chard;
beforeAll(() => {
  chard = new Chard();
});
afterAll(() => chard.remove());
afterEach(() => {
  expect(chard.leftBehind()).toEqual([]);
});

const marks = (name: string): number => {
  const path = join(chard.home, `${name}.marks`);
  return existsSync(path) ? readFileSync(path, 'utf8').length : 0;
};
/** A line that leaves a mark where reuse does not look: in the store's folder. */
const mark = (name: string): string =>
  `open(${JSON.stringify(join(chard.home, `${name}.marks`))}, 'a').write('x')`;

const TUNING = {
  parameters: [{ name: 'x', type: 'double', min: 0, max: 10 }],
  objective: { type: 'minimize', metric: 'loss' },
  algorithm: { name: 'tpe', settings: {} },
  maxTrialCount: 4,
  parallelTrialCount: 2,
  maxFailedTrialCount: 1,
  seed: 5
};

function notebook(name: string, train: string, tuning: object = TUNING): string {
  const text = notebookText([
    cell('pipeline-parameters', 'x = 0.5'),
    cell('step:prepare', `${mark(`${name}-prepare`)}\ndata = 3`),
    cell('step:train prev:prepare', train),
    cell('pipeline-metrics', 'print("loss", loss)')
  ]);
  const document = JSON.parse(text) as { metadata: object };
  return writeNotebook(
    chard.folder,
    name,
    JSON.stringify({ ...document, metadata: { ...document.metadata, chard: { tuning } } })
  );
}

it('finds the best, trials sharing what their values do not touch', async () => {
  const path = notebook('plain', 'loss = (x - data) ** 2');
  const result = await chard.run(['tune', path, '--json']);
  const found = readDocument(result, ExperimentDocument);
  expect(result.code).toBe(0);
  expect(found).toMatchObject({ name: 'plain', state: 'succeeded', reason: 'max-trials-reached' });
  expect(marks('plain-prepare')).toBe(1);
  const losses = found.trials.map(({ values }) => values['loss'] ?? NaN);
  expect(found.best?.values['loss']).toBe(Math.min(...losses));
  // The same seed gives the same trials, one after the other.
  const again = readDocument(
    await chard.run(['tune', path, '--parallel', '1', '--trials', '2', '--json']),
    ExperimentDocument
  );
  expect(again.name).toBe('plain-2');
  expect(again.trials[0]?.parameters).toEqual(found.trials[0]?.parameters);

  const shown = await chard.run(['experiments', 'show', found.id]);
  expect(shown.out).toContain('4 of 4 trials succeeded (all trials done)');
  expect(shown.out).toMatch(/^TRIAL +STATE +loss +x +TOOK +SHARED$/m);
  const listed = await chard.run(['experiments', 'list']);
  expect(listed.out).toMatch(/plain-2\s+succeeded\s+2 of 2/);
  const database = new DatabaseSync(join(chard.home, 'chard.db'));
  database.prepare("UPDATE experiments SET outline = 'rubbish' WHERE id = ?").run(found.id);
  database.close();
  const damaged = await chard.run(['experiments', 'list']);
  expect([damaged.code, damaged.out]).toEqual([0, expect.stringMatching(/plain +damaged/)]);
  expect(damaged.out).toMatch(/plain-2\s+succeeded\s+2 of 2/);
  expect(damaged.err).toContain(`\`chard experiments show ${found.id}\``);
  const csv = join(chard.folder, 'trials.csv');
  expect((await chard.run(['experiments', 'export', found.id, '-o', csv])).code).toBe(0);
  expect(readFileSync(csv, 'utf8').split('\r\n')).toHaveLength(6);
  const nowhere = await chard.run([
    ...['experiments', 'export', found.id, '--json', '-o', join(chard.folder, 'none', 'x.csv')]
  ]);
  expect(readDocument(nowhere, FailureDocument)).toMatchObject({
    error: { code: 'output-unwritable' }
  });
  const study = join(chard.folder, 'study.db');
  const exported = await chard.run([
    ...['experiments', 'export', found.id, '--format', 'optuna', '-o', study]
  ]);
  expect(exported.code).toBe(0);
  const best = execFileSync(
    PYTHON,
    [
      '-c',
      'import optuna, sys\nprint(optuna.load_study(study_name="plain", storage="sqlite:///" + sys.argv[1]).best_value)',
      study
    ],
    { encoding: 'utf8' }
  );
  expect(Number(best)).toBe(found.best?.values['loss']);

  expect((await chard.run(['experiments', 'delete', found.id])).out).toContain('and 4 runs');
  const gone = await chard.run(['experiments', 'show', found.id, '--json']);
  expect(readDocument(gone, FailureDocument)).toMatchObject({
    error: { code: 'experiment-unknown' }
  });
});

it('killed, it is gone on with and repeats no finished trial', async () => {
  const slow = [mark('killed-train'), 'import time', 'time.sleep(0.5)', 'loss = (x - data) ** 2'];
  const path = notebook('killed', slow.join('\n'), { ...TUNING, parallelTrialCount: 1 });
  const { child, ended } = chard.start(['tune', path, '--json', '--follow'], {
    onLine(line) {
      const event = ExperimentEvent.parse(JSON.parse(line));
      if (event.type === 'trial-started' && event.trial === 3) child.kill('SIGKILL');
    }
  });
  expect((await ended).signal).toBe('SIGKILL');
  const before = marks('killed-train');
  const resumed = await chard.run(['tune', '--resume', 'killed', '--json']);
  const found = readDocument(resumed, ExperimentDocument);
  expect(found).toMatchObject({ state: 'succeeded' });
  expect(found.trials.map(({ state }) => state)).toEqual(Array(4).fill('succeeded'));
  expect(new Set(found.trials.map(({ run }) => run)).size).toBe(4);
  // Trials 1 and 2 had ended; 3 may have begun; 3 and 4 were to do.
  expect(before).toBeGreaterThanOrEqual(2);
  expect(marks('killed-train') - before).toBeLessThanOrEqual(2);
  expect(marks('killed-prepare')).toBe(1);
});

it('goes on with more trials, and tells only what happens from then on', async () => {
  const path = notebook('more', 'loss = (x - data) ** 2', { ...TUNING, maxTrialCount: 2 });
  await chard.run(['tune', path, '--json']);
  const { code, out } = await chard.run([
    ...['tune', '--resume', 'more', '--trials', '3', '--json', '--follow']
  ]);
  expect(code).toBe(0);
  const events = out
    .trim()
    .split('\n')
    .map(line => ExperimentEvent.parse(JSON.parse(line)));
  expect(events.slice(0, 2).map(({ type }) => type)).toEqual([
    'counts-changed',
    'experiment-resumed'
  ]);
  const trials = events.flatMap(event => (event.type === 'trial-finished' ? [event.trial] : []));
  expect(trials).toEqual([3]);
  const none = await chard.run(['tune', '--resume', 'more', '--json']);
  expect(readDocument(none, FailureDocument)).toMatchObject({ error: { code: 'experiment-over' } });
});

it('ends with its trials on Ctrl-C', async () => {
  const path = notebook('endless', 'import time\nloss = x\nwhile loss >= 0: time.sleep(0.1)');
  const { child, ended } = chard.start(['tune', path, '--json', '--follow'], {
    onLine(line) {
      if (ExperimentEvent.parse(JSON.parse(line)).type === 'trial-started') child.kill('SIGINT');
    }
  });
  expect((await ended).code).toBe(130);
  const shown = await chard.run(['experiments', 'show', 'endless', '--json']);
  const found = readDocument(shown, ExperimentDocument);
  expect(found).toMatchObject({ state: 'stopped', reason: 'stopped' });
  expect(found.trials.map(({ state }) => state)).not.toContain('running');
});

it('says what a person may not have meant, and what cannot be, at its field', async () => {
  const [x] = TUNING.parameters;
  const uneven = { ...x, min: 0, max: 1, step: 0.3 };
  const tuning = { ...TUNING, parameters: [uneven], maxTrialCount: 2, parallelTrialCount: 5 };
  const path = notebook('uneven', 'loss = x', tuning);
  const refused = await chard.run(['tune', path]);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('experiment, parallelTrialCount: error');
  expect((await chard.run(['experiments', 'show', 'uneven'])).code).toBe(2);
  const run = await chard.run(['tune', path, '--trials', '2']);
  expect(run.code).toBe(0);
  expect(run.err).toContain('experiment, parameters[0].step: info Steps of 0.3 from 0 end at 0.9');
});

it('takes no word that would change nothing, and no value of what is tuned', async () => {
  const path = notebook('idle', 'loss = x');
  const refused = [
    ['tune', path, '-p', 'x=3'],
    ['tune', path, '-o', 'idle.yaml'],
    ['tune', path, '--follow'],
    ['tune', path, '--trials', '0x2'],
    ['tune', '--resume', 'latest', '--seed', '3'],
    ['tune', path, '--target', 'katib', '--no-snapshot']
  ];
  for (const words of refused) {
    const { code, err } = await chard.run(words);
    expect([words, code]).toEqual([words, 2]);
    expect(err).not.toBe('');
  }
  expect((await chard.run(['experiments', 'show', 'idle'])).code).toBe(2);
});

it('begins two of a notebook at once, each under a name of its own', async () => {
  const path = notebook('twice', 'loss = x', { ...TUNING, maxTrialCount: 2 });
  const home = join(chard.folder, 'fresh');
  const words = ['tune', path, '--json'];
  const options = { env: { CHARD_HOME: home } };
  const both = await Promise.all([chard.run(words, options), chard.run(words, options)]);
  const found = both.map(result => readDocument(result, ExperimentDocument));
  expect(found.map(({ name }) => name).sort()).toEqual(['twice', 'twice-2']);
  expect(found.map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
});

it('tells a failure in a line where lines are asked for', async () => {
  const path = notebook('lines', 'loss = x', { ...TUNING, objective: { type: 'minimize' } });
  for (const words of [[path], [join(chard.folder, 'none.ipynb')]]) {
    const { code, out } = await chard.run(['tune', ...words, '--json', '--follow']);
    expect(code).not.toBe(0);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(out)).toHaveProperty('error.code');
  }
});

it('says that a package is missing before it takes a snapshot', async () => {
  const path = notebook('packages', 'loss = x');
  const without = join(chard.folder, 'without');
  mkdirSync(without);
  writeFileSync(
    join(without, 'sitecustomize.py'),
    'import importlib.util as util\nfind = util.find_spec\n' +
      'util.find_spec = lambda name, *rest: None if name == "torch" else find(name, *rest)\n'
  );
  const words = ['tune', path, '--algorithm', 'bayesianoptimization'];
  const { code, err } = await chard.run(words, { env: { PYTHONPATH: without } });
  expect(code).toBe(1);
  expect(err).toContain('experiment, algorithm.name: error "bayesianoptimization" needs torch');
  expect(err).not.toContain('Snapshot');
});

it('says what is wrong before anything starts', async () => {
  const objective = { type: 'minimize', metric: 'los' };
  const path = notebook('wrong', 'loss = x', { ...TUNING, objective });
  const result = await chard.run(['tune', path, '--json']);
  expect(result.code).toBe(1);
  expect(result.out).toContain('los');
  expect((await chard.run(['experiments', 'show', 'wrong'])).code).toBe(2);
  expect((await chard.run(['tune'])).code).toBe(2);
});
