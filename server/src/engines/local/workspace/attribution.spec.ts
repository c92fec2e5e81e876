import { WriteAttribution } from './attribution';

const change = (path: string) => ({ path, before: null });
const nothing = { seen: [], alone: [], open: [], unattributed: [] };

it('puts a change down to the only step that ran', () => {
  const attribution = new WriteAttribution();
  attribution.observe([change('a')], ['one']);
  expect(attribution.ended('one', () => false)).toEqual({ ...nothing, alone: [change('a')] });
});

it('waits for the steps that still run, and believes the one that was seen', () => {
  const attribution = new WriteAttribution();
  attribution.observe([change('a')], ['one', 'two']);
  expect(attribution.ended('one', () => false)).toEqual({ ...nothing, open: [change('a')] });
  expect(attribution.ended('two', () => true)).toEqual({ ...nothing, seen: [change('a')] });
});

it('names all that may have written what nobody was seen to write', () => {
  const attribution = new WriteAttribution();
  attribution.observe([change('a')], ['one', 'two']);
  attribution.ended('one', () => false);
  attribution.observe([change('a')], ['two', 'three']);
  attribution.ended('three', () => false);
  expect(attribution.ended('two', () => false)).toEqual({
    ...nothing,
    unattributed: [{ ...change('a'), steps: ['one', 'three', 'two'] }]
  });
});
