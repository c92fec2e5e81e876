import * as fc from 'fast-check';
import { LineSplitter } from './lines';

it('gives the lines of a stream, however it is cut', () => {
  const line = fc.string({ unit: 'binary' }).map(text => text.replaceAll('\n', ' '));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(20)), (lines, cuts) => {
      const bytes = Buffer.from(lines.map(each => `${each}\n`).join(''), 'utf8');
      const splitter = new LineSplitter();
      const found: string[] = [];
      let start = 0;
      for (const cut of cuts) {
        found.push(...splitter.push(bytes.subarray(start, start + cut)));
        start += cut;
      }
      found.push(...splitter.push(bytes.subarray(start)));
      expect(found).toEqual(bytes.toString('utf8').split('\n').slice(0, -1));
    })
  );
});

it('keeps what has no end yet', () => {
  const splitter = new LineSplitter();
  expect(splitter.push(Buffer.from('a\nb'))).toEqual(['a']);
  expect(splitter.push(Buffer.from('c'))).toEqual([]);
  expect(splitter.push(Buffer.from('\n\n'))).toEqual(['bc', '']);
});

it('gives up on a line without end', () => {
  const splitter = new LineSplitter(10);
  splitter.push(Buffer.from('12345'));
  expect(() => splitter.push(Buffer.from('678901'))).toThrow(RangeError);
});
