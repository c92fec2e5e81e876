import * as fc from 'fast-check';
import { fold } from './reduce';
import { fromSnapshot, RunSnapshot, takeSnapshot } from './snapshot';
import { initialRunState, stepState } from './state';
import { anyLog } from './testing/logs';

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
