import * as fc from 'fast-check';
import { compareEnvironments, type RecordedEnvironment } from './environments';

const text = fc.constantFrom('1', '2', '3');
const environment: fc.Arbitrary<RecordedEnvironment> = fc.record({
  executable: text,
  version: text,
  implementation: text,
  platform: text,
  packages: fc.dictionary(fc.constantFrom('numpy', 'pandas', 'torch'), text)
});

it('tells all that is different, and nothing else', () => {
  fc.assert(
    fc.property(environment, environment, (before, now) => {
      const changes = compareEnvironments(before, now);
      const packages = { ...before.packages };
      for (const { what, isPackage, now: version } of changes) {
        if (!isPackage) continue;
        if (version === null) delete packages[what];
        else packages[what] = version;
      }
      expect(packages).toEqual(now.packages);
      expect(changes.every(change => change.before !== change.now)).toBe(true);
      expect(compareEnvironments(now, before)).toHaveLength(changes.length);
    })
  );
});

it('begins with Python itself', () => {
  const before = { executable: '/p', version: '3.11', implementation: 'c', platform: 'l' };
  expect(
    compareEnvironments(
      { ...before, packages: { numpy: '1' } },
      { ...before, version: '3.12', packages: { numpy: '2', torch: '1' } }
    )
  ).toEqual([
    { what: 'python', isPackage: false, before: '3.11', now: '3.12' },
    { what: 'numpy', isPackage: true, before: '1', now: '2' },
    { what: 'torch', isPackage: true, before: null, now: '1' }
  ]);
});
