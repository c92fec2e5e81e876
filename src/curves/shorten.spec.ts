import { shortened, shortenedApart, textWidth } from './shorten';

/** Room for so many letters. */
const letters = (count: number): number => textWidth('x'.repeat(count)) + 1;

it('cuts a text at its end, and only where it has no room', () => {
  expect(textWidth(shortened('a very long name', 60))).toBeLessThanOrEqual(60);
  expect(shortened('adam', 60)).toBe('adam');
  expect(shortened('adam', 1)).toBe('a…');
});

it('does not cut a text that has just the room that it takes, also beside something else', () => {
  for (let count = 1; count < 60; count++) {
    const text = 'x'.repeat(count);
    expect(shortened(text, textWidth(text))).toBe(text);
    expect(shortened(text, 12 + textWidth(text) - 12)).toBe(text);
  }
});

it.each([
  [12, ['rate', 'depth'], ['rate', 'depth']],
  [12, ['encoder_dropout', 'decoder_dropout'], ['encoder_dro…', 'decoder_dro…']],
  [
    12,
    ['encoder_layer_dropout_first', 'encoder_layer_dropout_second', 'rate'],
    ['encode…first', 'encod…second', 'rate']
  ],
  [
    10,
    ['layer_1_learning_rate_decay', 'layer_2_learning_rate_decay'],
    ['layer_1_l…', 'layer_2_l…']
  ],
  [
    10,
    ['the_very_long_one_is_rather_long', 'the_very_long_two_is_rather_long'],
    ['…one_is_r…', '…two_is_r…']
  ],
  // A difference that has a beginning in common itself, and one text that goes on where another ends.
  [
    10,
    ['aaaaaaaaaaaa_b', 'aaaaaaaaaaaa_bb', 'aaaaaaaaaaaa_c'],
    ['aaaaaaaa…b', 'aaaaaaa…bb', 'aaaaaaaa…c']
  ],
  [8, ['encoderlayers1', 'encoderlayers', 'encoderlayers2'], ['encode…1', 'encoder…', 'encode…2']],
  [12, ['a longer kind of choice', 'a longer kind of choices'], ['a lon…choice', 'a lo…choices']],
  [10, ['a longer kind of choice', 'a longer kind of choices'], ['a l…choice', 'a…choices']],
  [8, ['the_same_text_twice', 'the_same_text_twice'], ['the_sam…', 'the_sam…']]
])('with room for %i letters, texts that differ are told apart: %j', (count, texts, shown) => {
  expect(shortenedApart(texts, letters(count))).toEqual(shown);
});
