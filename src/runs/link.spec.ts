import { linkToRuns, RUN_LINK, runsOfLink, withoutRuns } from './link';

const RUN = '20261126-0412-ab12';

test('a link leads to its run, below any base URL', () => {
  const link = linkToRuns('http://localhost:8888/user/ada/lab', [RUN]);
  expect(link).toBe(`http://localhost:8888/user/ada/lab?chard-run=${RUN}`);
  expect(RUN_LINK.test(link)).toBe(true);
  expect(runsOfLink(new URL(link).search)).toEqual([RUN]);
});

test('and to several', () => {
  const link = linkToRuns('http://localhost:8888/lab', [RUN, 'b']);
  expect(runsOfLink(new URL(link).search)).toEqual([RUN, 'b']);
});

test('what else is in the address stays', () => {
  const search = `?reset&chard-run=${RUN}&kernel=x&chard-run=b`;
  expect(runsOfLink(search)).toEqual([RUN, 'b']);
  expect(withoutRuns(search)).toBe('?reset=&kernel=x');
  expect(withoutRuns(`?chard-run=${RUN}`)).toBe('');
});

test('what is no id is no run', () => {
  expect(runsOfLink('?chard-run=../../etc')).toEqual([]);
  expect(runsOfLink('?chard-run=')).toEqual([]);
  expect(runsOfLink('')).toEqual([]);
});
