import { initialExperimentState, type ExperimentState } from '@chard/core/experiment';
import { deferred, type Deferred } from '../engines/local/deferred';
import { ExperimentAnalysis } from './analysis';
import type { Importances, Suggester } from './suggester/suggester';

const IMPORTANCES: Importances = { trials: 2, importances: [], reason: '' };
const at = (seq: number): ExperimentState => ({ ...initialExperimentState, id: 'e', seq });

/** A process that answers when it is told to, and fails whoever waits when it is closed. */
class Slow {
  readonly answer: Deferred<Importances> = deferred();
  isClosed = false;

  readonly suggester = {
    importances: () => this.answer.promise,
    close: () => {
      this.isClosed = true;
      this.answer.reject(new Error('closed'));
    }
  } as Partial<Suggester> as Suggester;
}

let opened: Slow[];
let passes: (() => void)[];
let analysis: ExperimentAnalysis;
beforeEach(() => {
  opened = [];
  passes = [];
  const open = (): Promise<Suggester> => {
    const slow = new Slow();
    opened.push(slow);
    return Promise.resolve(slow.suggester);
  };
  const after = (_: number, callback: () => void): (() => void) => {
    passes.push(callback);
    return () => undefined;
  };
  analysis = new ExperimentAnalysis(open, { now: () => 0, after });
});

const ask = (seq: number): Promise<Importances> => analysis.importances(at(seq), 'ped-anova');

it('answers a question although a newer state was asked about meanwhile, and ends its process then', async () => {
  const before = ask(1);
  const after = ask(2);
  await new Promise(setImmediate);
  const [first, second] = opened as [Slow, Slow];
  first.answer.resolve(IMPORTANCES);
  expect(await before).toBe(IMPORTANCES);
  expect([first.isClosed, second.isClosed]).toEqual([true, false]);
  second.answer.resolve(IMPORTANCES);
  expect(await after).toBe(IMPORTANCES);
  expect(second.isClosed).toBe(false);
});

it('keeps the process for the next question about the same state until it was idle for long', async () => {
  const first = ask(1);
  const second = ask(1);
  const [only] = opened as [Slow];
  only.answer.resolve(IMPORTANCES);
  await Promise.all([first, second]);
  expect([opened.length, only.isClosed]).toEqual([1, false]);
  passes.at(-1)?.();
  await Promise.resolve();
  expect(only.isClosed).toBe(true);
});

it('ends a process that failed to answer', async () => {
  const asked = ask(1);
  const [only] = opened as [Slow];
  only.answer.reject(new Error('killed'));
  await expect(asked).rejects.toThrow('killed');
  expect(only.isClosed).toBe(true);
});
