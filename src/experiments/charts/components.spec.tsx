import { readFileSync } from 'node:fs';
import {
  foldExperiment,
  initialExperimentState,
  ExperimentSpec,
  type ExperimentEventBody,
  type ExperimentState,
  type TrialOutcome
} from '@chard/core/experiment';
import type { MetricValue } from '@chard/core/run';
import { nullTranslator } from '@jupyterlab/translation';
import { act, type ReactElement } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { BestOverTime } from './bestOverTime';
import { TrialCurves } from './curves';
import { Importance } from './importance';
import { ParallelCoordinates } from './parallel';
import { Slices } from './slices';
import { TrialTimeline } from './timeline';
import type { Pointing } from './trial';

// JupyterLab's icons need a browser.
jest.mock('../../icons', () => ({}));
jest.mock('../../viewIcons', () => ({}));

const trans = nullTranslator.load('chard');
let place: HTMLElement;
let root: Root;

beforeEach(() => {
  class ResizeObserver {
    observe(): void {}
    disconnect(): void {}
  }
  Object.assign(globalThis, { ResizeObserver, IS_REACT_ACT_ENVIRONMENT: true });
  place = document.createElement('div');
  document.body.append(place);
  root = createRoot(place);
});
afterEach(() => {
  act(() => root.unmount());
  place.remove();
});

interface Told {
  readonly values: readonly MetricValue[];
  readonly outcome?: TrialOutcome;
}

/** An experiment whose trials reported these losses, one after the other; without an outcome a trial still runs. */
function experiment(trials: readonly Told[]): ExperimentState {
  const spec = ExperimentSpec.parse({
    name: 'e',
    parameters: [
      { name: 'rate', type: 'double', min: 0.001, max: 1, distribution: 'logUniform' },
      { name: 'optimizer', type: 'categorical', list: ['adam', 'sgd'] }
    ],
    objective: { type: 'minimize', metric: 'loss' },
    algorithm: { name: 'tpe' },
    maxTrialCount: 9,
    parallelTrialCount: 1,
    maxFailedTrialCount: 9
  });
  const bodies: ExperimentEventBody[] = [
    {
      type: 'experiment-created',
      experiment: 'e',
      pipeline: 'p',
      notebook: { path: 'n.ipynb', sha256: '' },
      spec,
      fixed: {}
    },
    { type: 'experiment-started', pid: 1 },
    ...trials.flatMap(({ values, outcome }, at): ExperimentEventBody[] => {
      const trial = at + 1;
      const last = values.at(-1);
      return [
        { type: 'trial-suggested', trial, parameters: { rate: 0.01 * trial, optimizer: 'sgd' } },
        { type: 'trial-started', trial, run: `r${trial}` },
        ...values.map((value, step): ExperimentEventBody => ({
          type: 'trial-metric',
          trial,
          name: 'loss',
          value,
          at: step
        })),
        ...(outcome === undefined
          ? []
          : [
              {
                type: 'trial-finished' as const,
                trial,
                state: outcome,
                values: last === undefined ? {} : { loss: last },
                reusedSteps: [],
                stepsMs: 1,
                reason: '',
                error: null
              }
            ])
      ];
    })
  ];
  return foldExperiment(
    initialExperimentState,
    bodies.map((body, at) => ({ seq: at + 1, time: 1000 * at, ...body }))
  );
}

type Chart = (props: Pointing & { readonly state: ExperimentState }) => ReactElement;

const CHARTS: Record<string, Chart> = {
  'best value over time': props => <BestOverTime {...props} trans={trans} />,
  'parallel coordinates': props => (
    <ParallelCoordinates {...props} brushes={new Map()} onBrushes={() => undefined} trans={trans} />
  ),
  curves: props => <TrialCurves {...props} trans={trans} />,
  slices: props => <Slices {...props} trans={trans} />,
  timeline: props => <TrialTimeline {...props} trans={trans} />
};

/** Trials of every kind: each value is the last of a curve of two. */
const MIXED: readonly Told[] = [
  { values: [5, 3], outcome: 'succeeded' },
  { values: [4, -2], outcome: 'succeeded' },
  { values: [9, 0], outcome: 'pruned' },
  { values: [], outcome: 'failed' },
  { values: ['nan', 'nan'], outcome: 'metrics-unavailable' },
  { values: ['inf', 2], outcome: 'cancelled' },
  { values: [7, 6] }
];

function draw(chart: Chart, state: ExperimentState, pointing: Partial<Pointing> = {}): void {
  const nobody = { pointed: null, onPoint: () => undefined, onOpen: () => undefined };
  act(() => root.render(chart({ state, ...nobody, ...pointing })));
}

function press(key: string): void {
  const drawing = place.querySelector('[role=application]')!;
  act(() => void drawing.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })));
}

function button(name: string): HTMLButtonElement | undefined {
  return [...place.querySelectorAll('button')].find(({ textContent }) => textContent === name);
}

/** What the table behind a chart says, a row a list. */
function asTable(): (string | null)[][] {
  act(() => button('Show as table')!.click());
  return [...place.querySelectorAll('tr')].map(row =>
    [...row.children].map(({ textContent }) => textContent)
  );
}

/** Everything by which something is placed in a drawing. */
function places(): string[] {
  const names = ['d', 'x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'width', 'height'];
  return [...place.querySelectorAll('svg, svg *')].flatMap(node =>
    names.flatMap(name => node.getAttribute(name) ?? [])
  );
}

describe.each(Object.entries(CHARTS))('%s', (_, chart) => {
  it('is usable by keyboard: from the first trial to the last, and to its run', () => {
    const state = experiment([
      { values: [3, 1], outcome: 'succeeded' },
      { values: [3, 2], outcome: 'succeeded' }
    ]);
    const onPoint = jest.fn();
    const onOpen = jest.fn();
    draw(chart, state, { onPoint });
    expect(place.querySelector('[role=application]')!.getAttribute('tabindex')).toBe('0');
    expect(place.querySelector('[role=application]')!.getAttribute('aria-label')).toContain(
      'Enter'
    );
    press('Home');
    press('End');
    expect(onPoint.mock.calls).toEqual([[1], [2]]);
    draw(chart, state, { pointed: 1, onPoint, onOpen });
    press('ArrowRight');
    press('Escape');
    press('Enter');
    expect(onPoint.mock.calls.slice(2)).toEqual([[2], [null]]);
    expect(onOpen.mock.calls).toEqual([[1]]);
    expect(place.querySelector('[role=status]')!.textContent).toContain('Trial 1');
  });

  it.each([
    ['no trial', []],
    ['one', [{ values: [2, 1], outcome: 'succeeded' }]],
    ['one that failed', [{ values: [], outcome: 'failed' }]],
    ['one without a number', [{ values: ['nan', 'inf'], outcome: 'metrics-unavailable' }]],
    ['equal values', Array<Told>(3).fill({ values: [1, 1], outcome: 'succeeded' })],
    ['all kinds', MIXED]
  ] as [string, Told[]][])('has a place for all that it draws of %s', (_name, trials) => {
    draw(chart, experiment(trials), { pointed: 1 });
    expect(places().filter(each => /NaN|Infinity|undefined/.test(each))).toEqual([]);
  });

  it('leaves its colours to the theme', () => {
    draw(chart, experiment(MIXED));
    for (const node of place.querySelectorAll('svg, svg *')) {
      expect([node.getAttribute('fill'), node.getAttribute('stroke')]).toEqual([null, null]);
      expect(node.getAttribute('style') ?? '').not.toMatch(/color|fill|stroke/);
    }
  });
});

it('has the numbers of each chart as a table', () => {
  const state = experiment(MIXED);
  draw(CHARTS['best value over time']!, state);
  expect(asTable()).toEqual([
    ['Trial', 'loss', 'Best by then'],
    ['1', '3', '3'],
    ['2', '-2', '-2']
  ]);
  draw(CHARTS['slices']!, state);
  expect(asTable().slice(1)).toEqual([
    ['1', '0.01', 'sgd', '3'],
    ['2', '0.02', 'sgd', '-2']
  ]);
  draw(CHARTS['parallel coordinates']!, state);
  expect(
    asTable()
      .slice(1)
      .map(row => row.at(-1))
  ).toEqual(['3', '-2', '0', '–', '–', '2', '6']);
  draw(CHARTS['curves']!, state);
  expect(
    asTable()
      .slice(1, 7)
      .map(([trial, step]) => [trial, step])
  ).toEqual([
    ['1', '0'],
    ['1', '1'],
    ['2', '0'],
    ['2', '1'],
    ['3', '0'],
    ['3', '1']
  ]);
  draw(CHARTS['timeline']!, state);
  expect(
    asTable()
      .slice(1)
      .map(([trial]) => trial)
  ).toEqual(['1', '2', '3', '4', '5', '6', '7']);
});

it('draws of a long table what is seen', () => {
  const many = Array.from({ length: 400 }, (): Told => ({ values: [1, 1], outcome: 'succeeded' }));
  draw(CHARTS['best value over time']!, experiment(many));
  expect(asTable().length).toBeLessThan(60);
  expect(place.querySelector('table')!.getAttribute('aria-rowcount')).toBe('401');
  const view = place.querySelector('.jp-chard-Figure-table')!;
  view.scrollTop = 9999;
  act(() => void view.dispatchEvent(new Event('scroll', { bubbles: true })));
  const last = [...place.querySelectorAll('tbody tr')].at(-1)!;
  expect([last.getAttribute('aria-rowindex'), last.firstChild!.textContent]).toEqual([
    '401',
    '400'
  ]);
});

it.each(['best value over time', 'parallel coordinates', 'slices'])(
  'leaves no tick behind in %s when values spread out that were near to each other',
  chart => {
    const values = (last: number): Told[] =>
      [1.03201, 1.03204, last].map(value => ({ values: [value], outcome: 'succeeded' }));
    const ticks = (): string[] =>
      [...place.querySelectorAll('text')].map(({ textContent }) => textContent!).sort();
    draw(CHARTS[chart]!, experiment(values(3)));
    const fresh = ticks();
    act(() => root.unmount());
    root = createRoot(place);
    draw(CHARTS[chart]!, experiment(values(1.03202)));
    draw(CHARTS[chart]!, experiment(values(3)));
    expect(ticks()).toEqual(fresh);
  }
);

it('offers a log scale where all values have a logarithm', () => {
  const positive = experiment([{ values: [3, 1], outcome: 'succeeded' }]);
  for (const chart of ['best value over time', 'curves']) {
    draw(CHARTS[chart]!, positive);
    act(() => button('Log scale')!.click());
    expect(button('Log scale')!.getAttribute('aria-pressed')).toBe('true');
    expect(places().filter(each => /NaN|Infinity/.test(each))).toEqual([]);
    // A value that has none comes along while the log scale is on.
    draw(CHARTS[chart]!, experiment(MIXED));
    expect(button('Log scale')).toBeUndefined();
    expect(places().filter(each => /NaN|Infinity/.test(each))).toEqual([]);
  }
});

it('keeps a log axis of the parallel coordinates when a value comes that has no logarithm', () => {
  draw(CHARTS['parallel coordinates']!, experiment([{ values: [3, 1], outcome: 'succeeded' }]));
  const axis = () =>
    [...place.querySelectorAll('button')].find(each => /^loss/.test(each.textContent!))!;
  act(() => axis().click());
  expect(axis().getAttribute('aria-pressed')).toBe('true');
  draw(CHARTS['parallel coordinates']!, experiment(MIXED));
  expect(axis().disabled).toBe(false);
  expect(places().filter(each => /NaN|Infinity/.test(each))).toEqual([]);
  act(() => axis().click());
  expect(axis().getAttribute('aria-pressed')).toBe('false');
});

it('is as wide as its card, also after it was shown as a table, and while it is hidden', () => {
  const observers = new Map<Element, (width: number) => void>();
  class Observer {
    constructor(private readonly tell: (entries: { contentRect: { width: number } }[]) => void) {}
    observe(element: Element): void {
      const tell = (width: number): void => this.tell([{ contentRect: { width } }]);
      observers.set(element, tell);
      tell(500);
    }
    disconnect(): void {}
  }
  Object.assign(globalThis, { ResizeObserver: Observer });
  const width = (): string => place.querySelector('svg')!.getAttribute('width')!;
  for (const [name, chart] of Object.entries(CHARTS)) {
    if (name === 'slices') continue;
    draw(chart, experiment(MIXED));
    const before = width();
    expect([name, Number(before) >= 500]).toEqual([name, true]);
    act(() => button('Show as table')!.click());
    act(() => observers.forEach((tell, element) => element.isConnected || tell(0)));
    act(() => button('Show as table')!.click());
    expect([name, width()]).toEqual([name, before]);
    act(() => observers.forEach(tell => tell(0)));
    expect([name, width()]).toEqual([name, before]);
  }
});

it('says what importance is from, and why there is none', () => {
  const draws = (change: object): void =>
    act(() =>
      root.render(
        <Importance
          metric="loss"
          importance={[]}
          trials={0}
          problem={null}
          isOver={false}
          trans={trans}
          {...change}
        />
      )
    );
  draws({ importance: null });
  expect(place.querySelectorAll('li')).toHaveLength(0);
  draws({ importance: [{ name: 'rate', value: 0.834 }], trials: 30 });
  expect(place.querySelector('li')!.textContent).toBe('rate0.83');
  expect(asTable()).toEqual([
    ['Parameter', 'Share'],
    ['rate', '0.834']
  ]);
  act(() => button('Show as table')!.click());
  draws({ problem: 'Needs two trials.' });
  expect(place.textContent).toContain('Needs two trials.');
});

it('has no colour of its own in the style sheets of tuning', () => {
  for (const name of ['charts', 'experiment', 'tuning', 'tones']) {
    const sheet = readFileSync(`${__dirname}/../../../style/${name}.css`, 'utf8');
    expect(sheet).not.toMatch(/#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|lab|lch|oklch)\(/i);
    expect(sheet).not.toMatch(
      /(?:color|fill|stroke|background):\s*(?:black|white|red|green|blue|gr[ae]y|orange)\b/
    );
  }
});

it('tells axes apart whose names begin with the same, and says them in full', () => {
  const state = experiment(MIXED);
  const names = ['encoder_normalisation_epsilon_first', 'encoder_normalisation_epsilon_second'];
  const parameters = names.map(name => ({ ...state.spec.parameters[0]!, name }));
  draw(CHARTS['parallel coordinates']!, { ...state, spec: { ...state.spec, parameters } });
  const titles = [...place.querySelectorAll('.jp-chard-Parallel-name')].slice(0, 2);
  expect(titles.map(title => title.getAttribute('aria-label'))).toEqual(names);
  expect(titles.map(title => title.getAttribute('title'))).toEqual(
    names.map(name => `${name}: log axis or not`)
  );
  expect(titles.map(title => title.textContent)).toEqual([
    expect.stringMatching(/^enc.*…first(log)?$/),
    expect.stringMatching(/^en.*…second(log)?$/)
  ]);
});
