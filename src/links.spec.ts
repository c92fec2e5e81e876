import { LinkParameter } from './links';

const RUN = '20261126-0412-ab12';
const runs = new LinkParameter('chard-run');

test('a link leads to its run, below any base URL', () => {
  const link = runs.addTo('http://localhost:8888/user/ada/lab', [RUN]);
  expect(link).toBe(`http://localhost:8888/user/ada/lab?chard-run=${RUN}`);
  expect(runs.idsIn(new URL(link).search)).toEqual([RUN]);
});

test('and to several', () => {
  const link = runs.addTo('http://localhost:8888/lab', [RUN, 'b']);
  expect(runs.idsIn(new URL(link).search)).toEqual([RUN, 'b']);
});

test('what else is in the address stays', () => {
  const search = `?reset&chard-run=${RUN}&kernel=x&chard-run=b`;
  expect(runs.idsIn(search)).toEqual([RUN, 'b']);
  expect(runs.without(search)).toBe('?reset=&kernel=x');
  expect(runs.without(`?chard-run=${RUN}`)).toBe('');
});

test('what is no id leads nowhere', () => {
  expect(runs.idsIn('?chard-run=../../etc')).toEqual([]);
  expect(runs.idsIn('?chard-run=')).toEqual([]);
  expect(runs.idsIn('?chard-experiment=b')).toEqual([]);
  expect(runs.idsIn('')).toEqual([]);
});
