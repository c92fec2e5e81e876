import fc from 'fast-check';
import { grouped } from './grouped';

it('writes whole numbers as the locale does', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), count => grouped(count) === count.toLocaleString('en'))
  );
});
