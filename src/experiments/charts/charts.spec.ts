import {
  initialExperimentState,
  type ParameterSpec,
  type TrialState
} from '@chard/core/experiment';
import * as fc from 'fast-check';
import { choiceAxis, numberAxis, rangeAxis } from './axis';
import { isWithin, spanBetween, stepFrom, withBrush } from './brush';
import { dimensionsOf, parameterAxis } from './dimensions';
import { labelPlace, labelPlaces } from './labels';
import { lanesOf, timeTicks } from './lanes';
import { crosses, distanceToLine, dots, line, nearestSpot } from './marks';
import { fitting } from './plot';
import { SHADES, shadesOf } from './shades';

const trial = (number: number, change: Partial<TrialState> = {}): TrialState => ({
  number,
  parameters: {},
  phase: 'succeeded',
  run: `r${number}`,
  suggestedAt: 0,
  startedAt: 0,
  finishedAt: 0,
  metrics: new Map(),
  values: {},
  reusedSteps: [],
  stepsMs: 0,
  reason: '',
  error: null,
  ...change
});

describe('axes', () => {
  const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true });

  it('lead from a value to its place and back', () => {
    fc.assert(
      fc.property(
        fc.array(positive, { minLength: 2, maxLength: 6 }),
        fc.boolean(),
        (values, log) => {
          const axis = numberAxis(values, log);
          for (const value of values) {
            const place = axis.place(value)!;
            expect(place).toBeGreaterThanOrEqual(0);
            expect(place).toBeLessThanOrEqual(1);
            const slack = Math.max(...values.map(Math.abs)) * 1e-6;
            expect(Math.abs(axis.numberAt(place) - value)).toBeLessThanOrEqual(slack);
          }
        }
      )
    );
  });

  it('name each tick otherwise than the others, however near to each other the values are', () => {
    fc.assert(
      fc.property(positive, fc.double({ min: 1e-9, max: 1, noNaN: true }), (value, share) => {
        const texts = numberAxis([value, value * (1 + share)], false).ticks.map(({ text }) => text);
        expect(new Set(texts).size).toBe(texts.length);
      })
    );
    const texts = numberAxis([1.03201, 1.03212], false).ticks.map(({ text }) => text);
    expect(texts[0]).toBe('1.032');
    expect(texts.at(-1)).toMatch(/^1\.0321/);
  });

  it('name powers of ten on a log scale, and leave out what has no logarithm', () => {
    const axis = rangeAxis(1e-5, 0.1, true);
    expect(axis.kind).toBe('log');
    expect(axis.ticks.map(({ text }) => text)).toEqual(['1e-5', '0.0001', '0.001', '0.01', '0.1']);
    expect([axis.place(0), axis.place(-1), axis.place('x'), axis.place(NaN)]).toEqual([
      null,
      null,
      null,
      null
    ]);
  });

  it('have a place for each choice, by its value and not its look', () => {
    const axis = choiceAxis(['adam', true, null]);
    expect([axis.place('adam'), axis.place(true), axis.place(null)]).toEqual([0, 0.5, 1]);
    expect([axis.place(undefined), axis.place('sgd')]).toEqual([null, null]);
    expect([axis.textAt(0.4), axis.textAt(1)]).toEqual(['True', 'None']);
  });

  it('stay where the range is, whatever is tried in it, and name a few values', () => {
    const batch: ParameterSpec = {
      name: 'batch',
      type: 'int',
      min: 8,
      max: 128,
      step: 32,
      distribution: 'uniform'
    };
    expect(parameterAxis(batch, undefined).ticks.map(({ text }) => text)).toEqual([
      '8',
      '40',
      '72',
      '104'
    ]);
  });
});

describe('brushes', () => {
  const spec = {
    ...initialExperimentState.spec,
    parameters: [
      { name: 'rate', type: 'double', min: 0.001, max: 1, step: null, distribution: 'logUniform' }
    ] as ParameterSpec[],
    objective: { ...initialExperimentState.spec.objective, metric: 'loss' }
  };
  const trials = [0.001, 0.01, 0.1].map((rate, at) =>
    trial(at + 1, { parameters: { rate }, values: { loss: at } })
  );

  it('filter by values, on a linear as on a log axis', () => {
    const [log] = dimensionsOf(spec, trials, new Map());
    const span = spanBetween(log!.axis, 0, 0.5)!;
    const brushes = withBrush(new Map(), 'p:rate', span);
    for (const logs of [new Map<string, boolean>(), new Map([['p:rate', false]])]) {
      const dimensions = dimensionsOf(spec, trials, logs);
      const found = trials.filter(each => isWithin(each, dimensions, brushes));
      expect(found.map(({ number }) => number)).toEqual([1, 2]);
    }
    expect(withBrush(brushes, 'p:rate', null).size).toBe(0);
  });

  it('are none where they cover all, and leave out what has no value', () => {
    const [rate, loss] = dimensionsOf(spec, trials, new Map());
    expect(spanBetween(rate!.axis, 1, 0)).toBeNull();
    const brushes = new Map([['m:loss', { from: 0, to: 9 }]]);
    expect(isWithin(trial(4, { phase: 'failed' }), [loss!], brushes)).toBe(false);
  });

  it('move by a choice, or by a fiftieth', () => {
    expect(stepFrom(choiceAxis(['a', 'b', 'c']), 0, 1)).toBe(0.5);
    expect(stepFrom(rangeAxis(0, 1, false), 0.5, -1)).toBeCloseTo(0.48);
    expect(stepFrom(rangeAxis(0, 1, false), 1, 1)).toBe(1);
  });
});

it('gives the best the darkest shade, and lets one that went wild not hide the others', () => {
  const losses = [...Array.from({ length: 19 }, (_, at) => at), 1e9];
  const least = shadesOf(losses, 'minimize');
  expect([least(0), least(1e9)]).toEqual([SHADES - 1, 0]);
  expect(least(4)).toBeGreaterThan(least(12));
  expect(shadesOf([1, 2, 3], 'maximize')(3)).toBe(SHADES - 1);
  expect(shadesOf([5, 5], 'minimize')(5)).toBe(SHADES - 1);
});

it('puts trials that ran at the same time into lanes of their own', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1000), fc.nat(100)), { maxLength: 40 }), spans => {
      const trials = spans.map(([from, long], at) =>
        trial(at + 1, { startedAt: from, finishedAt: from + long })
      );
      const bars = lanesOf(trials, 2000);
      expect(bars).toHaveLength(trials.length);
      bars.forEach((one, at) =>
        bars.slice(at + 1).forEach(other => {
          if (one.lane === other.lane) expect(other.from).toBeGreaterThanOrEqual(one.to);
        })
      );
    })
  );
  expect(lanesOf([trial(1, { startedAt: null })], 0)).toEqual([]);
});

it('draws many marks as one path', () => {
  expect(
    dots([
      { x: 1, y: 2 },
      { x: 3.06, y: 4 }
    ])
  ).toBe('M1 2h0M3.1 4h0');
  expect(line([{ x: 1, y: 2 }, null, { x: 3, y: 4 }])).toBe('M1 2M3 4');
  expect(crosses([{ x: 5, y: 5 }]).split('M')).toHaveLength(2);
  expect(
    nearestSpot(
      [
        { x: 0, y: 0 },
        { x: 9, y: 9 }
      ],
      { x: 8, y: 9 },
      5
    )
  ).toBe(1);
  expect(nearestSpot([{ x: 0, y: 0 }], { x: 8, y: 9 }, 5)).toBe(-1);
  expect(distanceToLine({ x: 5, y: 3 }, { x: 0, y: 0 }, { x: 10, y: 0 })).toBe(3);
});

describe('a label', () => {
  const box = { left: 50, top: 10, width: 200, height: 100 };
  const at = (x: number, y: number) => ({ x, y });
  const place = (spot: { x: number; y: number }, ...others: { x: number; y: number }[]) =>
    labelPlace(spot, '0.121', [spot, ...others], box);

  it('stands above its spot, to the right', () => {
    const { x, y, anchor } = place(at(100, 60));
    expect([x > 100, y < 60, anchor]).toEqual([true, true, 'start']);
  });

  it('goes elsewhere where another spot is', () => {
    expect(place(at(100, 60), at(120, 50)).anchor).toBe('end');
    const { y, anchor } = place(at(100, 60), at(120, 50), at(80, 50));
    expect([y > 60, anchor]).toEqual([true, 'start']);
  });

  it('stays in the box', () => {
    expect(place(at(245, 60)).anchor).toBe('end');
    expect(place(at(100, 12)).y).toBeGreaterThan(12);
    expect(place(at(100, 108), at(120, 98)).y).toBeLessThan(108);
  });
});

test('of the texts below a drawing those stand that have room, the ends first', () => {
  const box = { left: 50, top: 0, width: 120, height: 100 };
  const ticks = ['8', '50', '100', '128'].map((text, at) => ({
    at: [0, 0.35, 0.77, 1][at]!,
    text
  }));
  expect(fitting(ticks, box).map(({ text }) => text)).toEqual(['8', '50', '128']);
  expect(fitting(ticks, { ...box, width: 400 })).toEqual(ticks);
  expect(fitting([], box)).toEqual([]);
  // A wide one near an end is held inside: it then stands in the way of the one before it.
  const wide = [0.5, 0.9].map(at => ({ at, text: 'a wide text' }));
  expect(fitting(wide, box)).toEqual([wide[0]]);
  expect(fitting(wide, { ...box, width: 400 })).toEqual(wide);
});

test.each([
  [900, 4, [0, 250, 500, 750]],
  [580_000, 6, [0, 120_000, 240_000, 360_000, 480_000]],
  [90_000, 3, [0, 30_000, 60_000, 90_000]],
  [7_000_000, 5, [0, 1_800_000, 3_600_000, 5_400_000]],
  [1000, 0, [0, 1000]]
])('a timeline of %i ms with room for %i has times of a clock', (span, count, times) => {
  expect(timeTicks(span, count)).toEqual(times);
});

test('labels of values that are nearly the same do not stand over each other', () => {
  const box = { left: 0, top: 0, width: 300, height: 200 };
  const spots = Array.from({ length: 6 }, (_, at) => ({ x: 25 + 50 * at, y: 100 }));
  const texts = spots.map(() => '0.2587');
  const places = labelPlaces(spots, texts, 5, box);
  expect(places[5]).not.toBeNull();
  const shown = places.filter(place => place !== null);
  expect(shown.length).toBeGreaterThan(3);
  const keys = new Set(shown.map(({ x, y, anchor }) => `${x} ${y} ${anchor}`));
  expect(keys.size).toBe(shown.length);
  const crowd = spots.map(() => ({ x: 150, y: 100 }));
  expect(labelPlaces(crowd, texts, 0, box).filter(place => place !== null)).toHaveLength(4);
});
