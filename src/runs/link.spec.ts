import { linkToRun, RUN_LINK, runOfLink, withoutRun } from './link';

const RUN = '20261126-0412-ab12';

test('a link leads to its run, below any base URL', () => {
  const link = linkToRun('http://localhost:8888/user/ada/lab', RUN);
  expect(link).toBe(`http://localhost:8888/user/ada/lab?chard-run=${RUN}`);
  expect(RUN_LINK.test(link)).toBe(true);
  expect(runOfLink(new URL(link).search)).toBe(RUN);
});

test('what else is in the address stays', () => {
  const search = `?reset&chard-run=${RUN}&kernel=x`;
  expect(runOfLink(search)).toBe(RUN);
  expect(withoutRun(search)).toBe('?reset=&kernel=x');
  expect(withoutRun(`?chard-run=${RUN}`)).toBe('');
});

test('what is no id is no run', () => {
  expect(runOfLink('?chard-run=../../etc')).toBeNull();
  expect(runOfLink('?chard-run=')).toBeNull();
  expect(runOfLink('')).toBeNull();
});
