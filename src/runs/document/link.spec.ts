import { linkToRuns, RUN_LINK, runsOfLink } from './link';

it('is read back as it was written', () => {
  const link = linkToRuns('http://host/user/me/lab', ['20261126-041111-41056d', 'b']);
  expect(link).toBe('http://host/user/me/lab?chard-run=20261126-041111-41056d&chard-run=b');
  expect(RUN_LINK.test(link)).toBe(true);
  expect(runsOfLink(new URL(link).search)).toEqual(['20261126-041111-41056d', 'b']);
});

it('is not there in other addresses', () => {
  expect(RUN_LINK.test('http://host/lab?reset')).toBe(false);
  expect(runsOfLink('?reset&chard-run=')).toEqual([]);
});
