import { retryDelay } from './attempts';

const retries = { count: 3, backoffSeconds: 2, backoffFactor: 3, maxBackoffSeconds: 10 };

it('waits longer after each failure, up to the most, and then gives up', () => {
  expect([1, 2, 3, 4].map(failures => retryDelay(retries, failures))).toEqual([2, 6, 10, null]);
  expect(retryDelay(null, 1)).toBeNull();
});
