import { Retries } from './retries';

it('tries again soon at first, then ever more seldom, and at once what has gone on since', () => {
  const retries = new Retries();
  const pauses: number[] = [];
  let now = 0;
  expect([retries.isAnyDue(now), retries.isDue('e', now)]).toEqual([false, true]);
  for (let tries = 0; tries < 7; tries += 1) {
    retries.tried('e', now);
    const before = now;
    while (!retries.isDue('e', now)) now += 1000;
    pauses.push((now - before) / 1000);
    expect(retries.isAnyDue(now)).toBe(true);
  }
  expect(pauses).toEqual([10, 20, 40, 80, 160, 300, 300]);
  retries.keep(new Set(['e']), now);
  expect(retries.isAnyDue(now)).toBe(true);
  retries.keep(new Set(), now);
  expect([retries.isAnyDue(now), retries.isDue('e', now)]).toEqual([false, true]);
});

it('leaves alone what will not come right, and says nothing twice', () => {
  const retries = new Retries();
  retries.givenUp('e');
  expect([retries.isAnyDue(1e15), retries.isDue('e', 1e15)]).toEqual([false, false]);
  retries.tried('f', 0);
  expect([retries.isNews('f', 'a'), retries.isNews('f', 'a'), retries.isNews('f', 'b')]).toEqual([
    true,
    false,
    true
  ]);
});
