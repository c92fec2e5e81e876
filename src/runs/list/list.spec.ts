import type { RunItem } from '@chard/core/protocol/api';
import { nullTranslator } from '@jupyterlab/translation';
import { canRetry, outcomeOf, runName, whenAndHowLong } from './describeRun';
import { filterRuns, type RunFilter } from './filter';
import { RunSelection } from './selection';

const trans = nullTranslator.load('chard');
const NOON = new Date(2026, 10, 26, 12, 0).getTime();

function run(id: string, change: Partial<RunItem> = {}): RunItem {
  return {
    id,
    number: 1,
    title: null,
    pipeline: 'digits',
    notebook: 'a/digits.ipynb',
    state: 'succeeded',
    cancelling: false,
    createdAt: NOON,
    finishedAt: NOON + 44_300,
    parameters: {},
    metrics: {},
    failedStep: null,
    trial: null,
    ...change
  };
}

describe('filtering', () => {
  const runs = [
    run('r4', { number: 4, state: 'running', parameters: { rate: 0.01, model: 'forest' } }),
    run('r3', { number: 3, state: 'failed', parameters: { rate: 0.1, model: 'tree' } }),
    run('r2', { number: 2, state: 'interrupted', title: 'Baseline' }),
    run('r1', { notebook: 'wine.ipynb', pipeline: 'wine' })
  ];
  const ids = (filter: Partial<RunFilter>): string[] =>
    filterRuns(runs, { notebook: null, state: 'all', text: '', ...filter }).map(({ id }) => id);

  it('is by notebook and state', () => {
    expect(ids({})).toEqual(['r4', 'r3', 'r2', 'r1']);
    expect(ids({ notebook: 'wine.ipynb' })).toEqual(['r1']);
    expect(ids({ state: 'active' })).toEqual(['r4']);
    expect(ids({ state: 'failed' })).toEqual(['r3', 'r2']);
    expect(ids({ state: 'succeeded', notebook: 'a/digits.ipynb' })).toEqual([]);
  });

  it('is by words of names and parameters, all of them', () => {
    expect(ids({ text: 'BASE' })).toEqual(['r2']);
    expect(ids({ text: 'run 3' })).toEqual(['r3']);
    expect(ids({ text: 'rate = 0.01' })).toEqual(['r4']);
    expect(ids({ text: 'model=tree' })).toEqual(['r3']);
    expect(ids({ text: 'rate forest' })).toEqual(['r4']);
    expect(ids({ text: 'nothing' })).toEqual([]);
  });
});

describe('describing', () => {
  it('names a run by its title, else by its number', () => {
    expect(runName(run('r', { number: 13 }), trans)).toBe('Run 13');
    expect(runName(run('r', { title: 'Baseline' }), trans)).toBe('Baseline');
  });

  it('says what came of it', () => {
    expect(outcomeOf(run('r', { metrics: { val_loss: 0.204_123 } }), trans)).toBe(
      'val_loss 0.2041'
    );
    expect(outcomeOf(run('r', { metrics: { loss: 'nan' } }), trans)).toBe('loss nan');
    expect(outcomeOf(run('r', { state: 'failed', failedStep: 'train' }), trans)).toBe(
      'failed in train'
    );
    expect(outcomeOf(run('r', { state: 'failed', failedStep: '@metrics' }), trans)).toBe('failed');
    expect(outcomeOf(run('r', { state: 'running', cancelling: true }), trans)).toBe('cancelling');
    expect(outcomeOf(run('r'), trans)).toBe('succeeded');
  });

  it('says when it began and how long it took', () => {
    expect(whenAndHowLong(run('r'), NOON)).toMatch(/^12:00.* · 44\.3 s$/);
    expect(whenAndHowLong(run('r', { finishedAt: null }), NOON)).toMatch(/^12:00/);
    expect(whenAndHowLong(run('r'), NOON + 86_400_000)).toMatch(/26.* · 44\.3 s$/);
  });

  it('knows which can be gone on with', () => {
    const states = ['pending', 'running', 'succeeded', 'failed', 'interrupted'] as const;
    expect(states.filter(state => canRetry(run('r', { state })))).toEqual([
      'failed',
      'interrupted'
    ]);
  });
});

describe('selecting', () => {
  it('is by one, by a span, and forgets what is gone', () => {
    const selection = new RunSelection();
    const order = ['r4', 'r3', 'r2', 'r1'];
    selection.toggle('r3');
    selection.extend('r1', order);
    expect(selection.ids).toEqual(['r3', 'r2', 'r1']);
    selection.toggle('r2');
    expect(selection.ids).toEqual(['r3', 'r1']);
    selection.keep(new Set(['r1', 'r4']));
    expect(selection.ids).toEqual(['r1']);
    selection.clear();
    expect(selection.ids).toEqual([]);
  });

  it('is what a menu on a selected row means, else the row', () => {
    const selection = new RunSelection();
    selection.toggle('r1');
    selection.toggle('r2');
    expect(selection.meant('r2')).toEqual(['r1', 'r2']);
    expect(selection.meant('r3')).toEqual(['r3']);
  });
});
