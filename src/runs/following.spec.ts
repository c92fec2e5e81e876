/** @jest-environment node */
import { ApiError } from './api';
import { Following, type Known } from './following';

type Phase = 'running' | 'interrupted' | 'finished';

/** Follows phases that a test gives: what is read, one after the other (an error is thrown), and what the list says of it. */
class FollowedPhase extends Following<Phase, Phase> {
  reads = 0;

  constructor(
    private readonly phases: (Phase | Error)[],
    list: { goesOn: boolean },
    /** Of the first question, where it comes late. */
    private late: Promise<Known<Phase>> | null = null
  ) {
    super(new Set(['run-unknown']), () => list.goesOn);
    this.again();
  }

  protected async read(): Promise<Known<Phase>> {
    this.reads += 1;
    const { late } = this;
    this.late = null;
    if (late) return late;
    const state = this.phases.length > 1 ? this.phases.shift()! : this.phases[0]!;
    if (state instanceof Error) throw state;
    return { state, isOver: state !== 'running' };
  }

  protected events(state: Phase): AsyncIterable<Phase> {
    const never = new Promise<never>(() => undefined);
    const next = () =>
      state === 'running' ? never : Promise.resolve({ done: true as const, value: undefined });
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  protected reduce(_: Phase, event: Phase): Phase {
    return event;
  }
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('asks again where it was read between the interruption and the going on', async () => {
  const followed = new FollowedPhase(['interrupted', 'interrupted', 'running'], { goesOn: true });
  await jest.advanceTimersByTimeAsync(0);
  expect(followed.state).toBe('interrupted');
  expect(followed.retrying).toBe(true);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(followed.state).toBe('running');
  expect(followed.reads).toBe(3);
});

it('rests where nothing goes on, until the list says that it does again', async () => {
  const list = { goesOn: false };
  const followed = new FollowedPhase(['finished', 'running'], list);
  await jest.advanceTimersByTimeAsync(60_000);
  followed.heedList();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(followed.reads).toBe(1);
  list.goesOn = true;
  followed.heedList();
  followed.heedList();
  await jest.advanceTimersByTimeAsync(0);
  expect(followed.state).toBe('running');
  expect(followed.reads).toBe(2);
});

it('does not ask again for what was deleted, and says that it was', async () => {
  const gone = new ApiError('run-unknown', 'There is no such run.');
  const deleted = new FollowedPhase([gone], { goesOn: true });
  await jest.advanceTimersByTimeAsync(60_000);
  expect([deleted.isGone, deleted.retrying, deleted.reads]).toEqual([true, false, 1]);
});

it('does not heed what an earlier question gets for an answer once it has been asked again', async () => {
  const list = { goesOn: false };
  let answer: (known: Known<Phase>) => void = () => undefined;
  const late = new Promise<Known<Phase>>(resolve => (answer = resolve));
  const followed = new FollowedPhase(['running'], list, late);
  const seen: (Phase | null)[] = [];
  followed.changed.connect(() => seen.push(followed.state));
  followed.again();
  await jest.advanceTimersByTimeAsync(0);
  answer({ state: 'finished', isOver: true });
  await jest.advanceTimersByTimeAsync(60_000);
  expect(seen).toEqual(['running']);
  expect(followed.retrying).toBe(true);
});
