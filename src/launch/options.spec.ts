import { optionsOf, withSettings } from './options';

test('arguments of a command are taken as they are, and none of another type', () => {
  const asked = {
    from: 'a',
    only: 'b',
    cache: false,
    parallel: 2,
    parameters: { n: null },
    run: 'r'
  };
  const { run: _, ...options } = asked;
  expect(optionsOf(asked)).toEqual(options);
  expect(optionsOf({ from: 1, only: null, cache: 'no', parallel: '2', parameters: null })).toEqual(
    {}
  );
});

test('settings count where nothing is asked for', () => {
  const settings = { cache: false, parallel: 2 };
  expect(withSettings({}, settings)).toEqual({ cache: false, parallel: 2 });
  expect(withSettings({ cache: true, parallel: 1, only: 'a' }, settings)).toEqual({
    cache: true,
    parallel: 1,
    only: 'a'
  });
  expect(withSettings({}, { cache: true, parallel: null })).toEqual({ cache: true });
});
