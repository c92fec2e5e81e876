import { optionsOf, withSettings } from './options';

test('arguments of a command are taken as they are, and none of another type', () => {
  const parts = { from: 'a', only: 'b', cache: false, parallel: 2, snapshot: false };
  const options = { ...parts, parameters: { n: null } };
  expect(optionsOf({ ...options, run: 'r' })).toEqual(options);
  const wrong = { from: 1, only: null, cache: 'no', parallel: '2', snapshot: 1, parameters: null };
  expect(optionsOf(wrong)).toEqual({});
});

test('settings count where nothing is asked for', () => {
  const settings = { cache: false, parallel: 2, snapshot: true, copyLimit: 5 };
  expect(withSettings({}, settings, null)).toEqual(settings);
  const asked = { cache: true, parallel: 1, only: 'a', snapshot: false, copyLimit: 1 };
  expect(withSettings(asked, settings, true)).toEqual(asked);
  expect(withSettings({}, { ...settings, parallel: null }, null)).not.toHaveProperty('parallel');
});

test('what the notebook says of snapshots goes before the settings', () => {
  const settings = { cache: true, parallel: null, snapshot: true, copyLimit: 5 };
  expect(withSettings({}, settings, false).snapshot).toBe(false);
  expect(withSettings({}, { ...settings, snapshot: false }, true).snapshot).toBe(true);
});
