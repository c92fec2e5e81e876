import { optionsOf, withSettings } from './options';

test('arguments of a command are taken as they are, and none of another type', () => {
  const options = { from: 'a', only: 'b', cache: false, parallel: 2, parameters: { n: null } };
  expect(optionsOf({ ...options, run: 'r' })).toEqual(options);
  const wrong = { from: 1, only: null, cache: 'no', parallel: '2', parameters: null };
  expect(optionsOf(wrong)).toEqual({});
});

test('settings count where nothing is asked for', () => {
  const settings = { cache: false, parallel: 2 };
  expect(withSettings({}, settings)).toEqual(settings);
  const asked = { cache: true, parallel: 1, only: 'a' };
  expect(withSettings(asked, settings)).toEqual(asked);
  expect(withSettings({}, { cache: true, parallel: null })).toEqual({ cache: true });
});
