import { systemClock } from './clock';

const DAY = 24 * 60 * 60 * 1000;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it.each([1, 5, 24 * DAY, 60 * DAY])('calls back once, after %d milliseconds', milliseconds => {
  const callback = jest.fn();
  systemClock.after(milliseconds, callback);
  jest.advanceTimersByTime(milliseconds - 1);
  expect(callback).toHaveBeenCalledTimes(0);
  jest.advanceTimersByTime(1);
  expect(callback).toHaveBeenCalledTimes(1);
  jest.advanceTimersByTime(60 * DAY);
  expect(callback).toHaveBeenCalledTimes(1);
});

it('gives Node no wait that it would cut to nothing', () => {
  const wait = jest.spyOn(globalThis, 'setTimeout');
  const cancel = systemClock.after(60 * DAY, () => undefined);
  expect(wait.mock.calls[0]?.[1]).toBeLessThan(2 ** 31);
  cancel();
  expect(jest.getTimerCount()).toBe(0);
});
