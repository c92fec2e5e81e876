import * as fc from 'fast-check';
import { fold } from './reduce';
import { fromSnapshot, RunSnapshot, takeSnapshot } from './snapshot';
import { initialRunState, stepState } from './state';
import type { RunEventBody } from './events';
import { anyLog, created, stepFinished } from './testing/logs';

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

it('a state goes on from its snapshot as it would have gone on itself', () => {
  fc.assert(
    fc.property(anyLog, fc.nat(), (log, number) => {
      const cut = number % (log.length + 1);
      const before = fold(initialRunState, log.slice(0, cut));
      const snapshot = RunSnapshot.parse(throughJson(takeSnapshot(before)));
      const after = fold(fromSnapshot(snapshot), log.slice(cut));
      const expected = fold(initialRunState, log);
      expect(throughJson(takeSnapshot(after))).toEqual(throughJson(takeSnapshot(expected)));
      for (const { name } of expected.steps) {
        expect(stepState(after, name)).toEqual(stepState(expected, name));
      }
    })
  );
});

it('knows on which snapshot the run works, and which each step saw', () => {
  const use = {
    id: 'a'.repeat(16),
    source: 'notebook',
    files: 2,
    bytes: 10,
    copyLimit: 100,
    brings: true
  };
  const volume = { name: 'data', path: '/data', frozen: true, readOnly: true, why: 'it says so' };
  const bodies: RunEventBody[] = [
    { ...created(['a', 'b', 'c']), snapshot: use } as RunEventBody,
    { type: 'workspace', way: 'overlay', why: 'it can be', volumes: [volume] },
    stepFinished('a', { snapshot: use.id }),
    stepFinished('b', { cached: true, snapshot: 'b'.repeat(16) }),
    stepFinished('c')
  ];
  const log = bodies.map((body, index) => ({ seq: index + 1, time: index, ...body }));
  const state = fold(initialRunState, log);
  expect(state.snapshot).toEqual(use);
  expect(state.workspace).toEqual({ way: 'overlay', why: 'it can be', volumes: [volume] });
  expect(fromSnapshot(RunSnapshot.parse(throughJson(takeSnapshot(state)))).workspace).toEqual(
    state.workspace
  );
  expect(state.steps.map(({ snapshot }) => snapshot)).toEqual([use.id, 'b'.repeat(16), null]);
});

it('opens what was written before runs had snapshots', () => {
  const state = fold(initialRunState, [{ seq: 1, time: 0, ...created(['a']) }]);
  const taken = takeSnapshot(state);
  const before = {
    ...taken,
    snapshot: undefined,
    workspace: undefined,
    steps: taken.steps.map(step => ({ ...step, snapshot: undefined }))
  };
  const opened = fromSnapshot(RunSnapshot.parse(throughJson(before)));
  expect(takeSnapshot(opened)).toEqual(takeSnapshot(state));
});
