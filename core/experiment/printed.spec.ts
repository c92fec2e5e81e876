import { PrintedMetrics } from './printed';

const read = (names: string[], ...pieces: string[]) => {
  const printed = new PrintedMetrics(names);
  return pieces.flatMap(piece =>
    printed.read(piece).map(({ name, value, at }) => [name, value, at])
  );
};

test('lines of the form that metrics cells have are read, whatever stands between', () => {
  expect(
    read(['loss', 'val loss'], 'loss 0.5\nval loss: 1e-3\nloss=.25\n  val loss = -2\r\nloss 3.\n')
  ).toEqual([
    ['loss', 0.5, 1],
    ['val loss', 0.001, 1],
    ['loss', 0.25, 2],
    ['val loss', -2, 2],
    ['loss', 3, 3]
  ]);
});

test('a line counts once it is whole, in however many pieces it comes', () => {
  expect(read(['loss'], 'lo', 'ss 0.', '5', '\nloss 1')).toEqual([['loss', 0.5, 1]]);
});

test('other lines say nothing', () => {
  const text = 'loss\nloss nan\nval_loss 1\nthe loss 1\nloss 1 of 2\nloss 1%\nlosses 1\nloss, 1\n';
  expect(read(['loss'], text)).toEqual([]);
  expect(read(['a.b', 'x'], 'aXb 1\na.b 2\n')).toEqual([['a.b', 2, 1]]);
});
