import type { RunItem } from '@chard/core/protocol/api';
import { nullTranslator } from '@jupyterlab/translation';
import { comparedNames } from './names';

const trans = nullTranslator.load('test');
type Item = Pick<RunItem, 'id' | 'number' | 'title' | 'pipeline' | 'trial'>;
const run = (number: number, title: string | null = null): Item => ({
  id: `r${number}`,
  number,
  title,
  pipeline: 'chest',
  trial: null
});
const trial = (number: number, experiment: string, of: number, title: string | null = null) => ({
  ...run(number, title),
  trial: { experiment, number: of }
});
const EXPERIMENTS = new Map([
  ['e1', 'xray'],
  ['e2', 'xray-2'],
  ['e3', 'xray']
]);
const names = (...items: Item[]) => [...comparedNames(items, EXPERIMENTS, trans).values()];

it.each<[readonly Item[], readonly string[]]>([
  [
    [run(12), trial(3, 'e1', 2), run(4, 'mine')],
    ['Run 12', 'Trial 2', 'mine']
  ],
  [
    [trial(3, 'e1', 2), trial(8, 'e2', 2), trial(9, 'e2', 3)],
    ['Trial 2 of xray', 'Trial 2 of xray-2', 'Trial 3']
  ],
  [
    [trial(3, 'e1', 2, 'good'), run(8, 'good')],
    ['good (trial 2 of xray)', 'good (run 8)']
  ],
  // A link can name runs of several notebooks.
  [
    [run(3), { ...run(3), id: 'other', pipeline: 'digits' }],
    ['Run 3 of chest', 'Run 3 of digits']
  ],
  // An experiment was given another's name; one is not known yet.
  [
    [trial(3, 'e1', 2), trial(8, 'e3', 2)],
    ['Trial 2 of xray (run 3)', 'Trial 2 of xray (run 8)']
  ],
  [
    [trial(3, 'e1', 2), trial(8, 'e4', 2)],
    ['Trial 2 of xray', 'Trial 2 (run 8)']
  ]
])('names runs so that each is told from the others: %#', (items, expected) => {
  expect(names(...items)).toEqual(expected);
});
