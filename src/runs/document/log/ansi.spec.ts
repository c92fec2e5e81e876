import { PLAIN_STYLE } from '@chard/core/text';
import { ansiSegments } from './ansi';

const looks = (text: string, marks?: [number, number][]): [string, string][] =>
  ansiSegments(text, marks).map(segment => [segment.text, segment.className]);

it('gives each stretch the classes of its colours', () => {
  expect(looks('a \u001b[31mred\u001b[0m \u001b[1;92mbright\u001b[m end')).toEqual([
    ['a ', ''],
    ['red', 'ansi-red-fg'],
    [' ', ''],
    ['bright', 'ansi-green-intense-fg ansi-bold'],
    [' end', '']
  ]);
});

it('knows 256 colours, any colour, and both swapped', () => {
  const [one, two, three] = ansiSegments('\u001b[38;5;196ma\u001b[48;2;1;2;3mb\u001b[0;7mc');
  expect(one).toMatchObject({ text: 'a', color: 'rgb(255, 0, 0)', background: null });
  expect(two).toMatchObject({ text: 'b', color: 'rgb(255, 0, 0)', background: 'rgb(1, 2, 3)' });
  expect(three!.className).toBe('ansi-default-inverse-fg ansi-default-inverse-bg');
  expect(looks('\u001b[38;5;9mx')).toEqual([['x', 'ansi-red-intense-fg']]);
});

it('leaves out what moves a cursor or names a link, and is no worse for nonsense', () => {
  expect(looks('\u001b[2Ka\u001b]8;;http://x\u0007b\u001b[9999mc')).toEqual([
    ['a', ''],
    ['b', ''],
    ['c', '']
  ]);
});

it('marks what a search found, across colours', () => {
  // The server counts the sequence between the two letters.
  expect(looks('\u001b[31ma\u001b[0mb c', [[5, 11]])).toEqual([
    ['a', 'ansi-red-fg jp-chard-Log-match'],
    ['b', 'jp-chard-Log-match'],
    [' c', '']
  ]);
});

it('begins with the look that the lines above leave', () => {
  const red = { ...PLAIN_STYLE, foreground: { index: 1 } };
  expect(
    ansiSegments('a\u001b[mb', [], red).map(({ text, className }) => [text, className])
  ).toEqual([
    ['a', 'ansi-red-fg'],
    ['b', '']
  ]);
});
