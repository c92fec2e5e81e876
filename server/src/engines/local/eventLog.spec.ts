import { initialRunState } from '@chard/core/run';
import type { RunEvent, RunEventBody } from '@chard/core/run';
import { ChardError } from '../../errors';
import { memoryStores } from '../../stores/memory';
import { newRun, OWNER } from '../../stores/testing/contract';
import { EventLog } from './eventLog';

const output = (text: string, change: { step?: string; cell?: number } = {}): RunEventBody => ({
  type: 'output',
  step: 'a',
  attempt: 1,
  cell: 1,
  stream: 'stdout',
  text,
  ...change
});

/** A clock whose time only goes on when it is told to. */
function handClock() {
  const timers = new Set<() => void>();
  return {
    clock: {
      now: () => 5000,
      after(_: number, callback: () => void) {
        timers.add(callback);
        return () => timers.delete(callback);
      }
    },
    tick(): void {
      const due = [...timers];
      timers.clear();
      due.forEach(callback => callback());
    }
  };
}

function openLog() {
  const stores = memoryStores();
  stores.runs.create(newRun('r1'), OWNER);
  const { clock, tick } = handClock();
  const failures: unknown[] = [];
  const written: RunEvent[] = [];
  const log = new EventLog(stores.runs, 'r1', OWNER, clock, {
    onFailure: error => failures.push(error),
    onWritten: events => written.push(...events)
  });
  const texts = (): string[] =>
    stores.runs.read('r1').flatMap(event => (event.type === 'output' ? [event.text] : []));
  return { stores, log, tick, failures, written, texts };
}

it('knows what was written before', () => {
  expect(openLog().log.state).toMatchObject({ id: 'r1', seq: 1 });
  expect(initialRunState.seq).toBe(0);
});

it('tells of events once they are in the store, and not before', () => {
  const { stores, log, tick, written } = openLog();
  log.add({ type: 'run-started', pid: 7 });
  expect(written).toEqual([]);
  tick();
  log.writeTogether([{ type: 'run-cancelling' }]);
  expect(written).toEqual(stores.runs.read('r1', { after: 1 }));
  expect(written.map(({ seq }) => seq)).toEqual([2, 3]);
});

it('merges adjacent text of a step, whatever other steps print between', () => {
  const { log, tick, texts } = openLog();
  log.add(output('one '));
  log.add(output('other', { step: 'b' }));
  log.add(output('two'));
  log.add(output('next cell', { cell: 2 }));
  expect(texts()).toEqual([]);
  tick();
  expect(texts()).toEqual(['one two', 'other', 'next cell']);
  log.add(output('later'));
  tick();
  expect(texts()).toEqual(['one two', 'other', 'next cell', 'later']);
});

it('does not merge across another event of the step', () => {
  const { log, texts } = openLog();
  log.add(output('before'));
  log.add({ type: 'cell-started', step: 'a', attempt: 1, cell: 1 });
  log.write(output('after'));
  expect(texts()).toEqual(['before', 'after']);
});

it('writes at once when much has come', () => {
  const { log, texts } = openLog();
  const large = 'x'.repeat(60_000);
  for (let count = 0; count < 5; count += 1) log.add(output(large));
  expect(texts().length).toBe(5);
});

it('writes in order what must be on the disk, with all before it', () => {
  const { log, stores } = openLog();
  log.add(output('first'));
  log.write({ type: 'run-started', pid: 1 });
  expect(stores.runs.read('r1').map(({ type }) => type)).toEqual([
    'run-created',
    'output',
    'run-started'
  ]);
  expect(log.state).toMatchObject({ phase: 'running', seq: 3 });
});

it('tells of a store that takes nothing more, and writes nothing after it was abandoned', () => {
  const { log, stores, tick, failures } = openLog();
  stores.leases.release('r1', OWNER);
  log.add(output('x'));
  tick();
  expect(failures).toEqual([expect.any(ChardError)]);
  log.add(output('y'));
  log.abandon();
  tick();
  expect(failures.length).toBe(1);
  expect(stores.runs.get('r1')?.lastSeq).toBe(1);
});
