import * as fc from 'fast-check';
import { Scheduler, type Place } from './scheduler';

const LIMITS = { cpu: 4, memory: 100, parallel: 3 };

function lineUp(limits = LIMITS) {
  const scheduler = new Scheduler(limits);
  const started: string[] = [];
  const places = new Map<string, Place>();
  return {
    scheduler,
    started,
    enter(name: string, position: number, cpu = 1, memory = 0, run = 0, parallel = Infinity): void {
      const start = (): unknown => started.push(name);
      const place = scheduler.enter({ run, position, demand: { cpu, memory }, parallel, start });
      places.set(name, place);
    },
    leave(...names: string[]): void {
      names.forEach(name => places.get(name)?.leave());
    }
  };
}

it('starts as many as may run side by side, then in notebook order, earlier runs first', () => {
  const { enter, leave, started } = lineUp();
  enter('a', 5);
  enter('b', 6);
  enter('c', 7);
  enter('z', 1, 1, 0, 1);
  enter('e', 9);
  enter('d', 8);
  expect(started).toEqual(['a', 'b', 'c']);
  leave('b', 'a', 'c');
  expect(started).toEqual(['a', 'b', 'c', 'd', 'e', 'z']);
});

it('runs no more steps of a run than it wants side by side, and lets other runs by', () => {
  const { enter, leave, started } = lineUp();
  enter('a', 1, 1, 0, 0, 1);
  enter('b', 2, 1, 0, 0, 1);
  enter('c', 3, 1, 0, 0, 1);
  enter('other', 1, 1, 0, 1);
  expect(started).toEqual(['a', 'other']);
  leave('a');
  leave('b');
  expect(started).toEqual(['a', 'other', 'b', 'c']);
});

it('keeps to CPUs and memory', () => {
  const { enter, leave, started } = lineUp();
  enter('a', 1, 3);
  enter('b', 2, 2);
  enter('c', 3, 1, 60);
  enter('d', 4, 0, 60);
  expect(started).toEqual(['a', 'c']);
  leave('a');
  expect(started).toEqual(['a', 'c', 'b']);
  leave('c');
  expect(started).toEqual(['a', 'c', 'b', 'd']);
});

it('runs what asks for more than there is alone', () => {
  const { enter, leave, started, scheduler } = lineUp();
  expect(scheduler.exceeds({ cpu: 64, memory: 0 })).toBe(true);
  enter('a', 1);
  enter('big', 2, 64);
  enter('b', 3);
  expect(started).toEqual(['a', 'b']);
  leave('a', 'b');
  expect(started).toEqual(['a', 'b', 'big']);
  enter('c', 4);
  expect(started).not.toContain('c');
  leave('big');
  expect(started).toContain('c');
});

it('does not let a large step starve', () => {
  const { enter, leave, started } = lineUp({ cpu: 2, memory: 1, parallel: 10 });
  enter('s0', 1);
  enter('large', 2, 2);
  for (let n = 1; n <= 10; n += 1) {
    enter(`s${n}`, 2 + n);
    leave(`s${n - 1}`);
  }
  leave('s4', 's5');
  expect(started.indexOf('large')).toBe(5);
});

it('forgets what does not want to start any more', () => {
  const { enter, leave, started } = lineUp({ ...LIMITS, parallel: 1 });
  enter('a', 1);
  enter('b', 2);
  enter('c', 3);
  leave('b');
  leave('a');
  expect(started).toEqual(['a', 'c']);
});

it('never exceeds its limits and starts everything in the end', () => {
  const demand = fc.record({
    cpu: fc.integer({ min: 0, max: 6 }),
    memory: fc.integer({ min: 0, max: 120 })
  });
  fc.assert(
    fc.property(
      fc.array(demand, { maxLength: 30 }),
      fc.infiniteStream(fc.nat()),
      (demands, picks) => {
        const scheduler = new Scheduler(LIMITS);
        const running = new Map<number, (typeof demands)[number]>();
        const started = new Set<number>();
        const check = (): void => {
          const all = [...running.values()];
          const cpu = all.reduce((sum, each) => sum + each.cpu, 0);
          const memory = all.reduce((sum, each) => sum + each.memory, 0);
          expect(all.length).toBeLessThanOrEqual(LIMITS.parallel);
          expect(all.length === 1 || (cpu <= LIMITS.cpu && memory <= LIMITS.memory)).toBe(true);
        };
        const places = demands.map((each, position) =>
          scheduler.enter({
            run: 0,
            position,
            demand: each,
            start: () => {
              running.set(position, each);
              started.add(position);
              check();
            }
          })
        );
        while (running.size > 0) {
          const ending = [...running.keys()][
            (picks.next().value as number) % running.size
          ] as number;
          running.delete(ending);
          places[ending]?.leave();
        }
        expect(started.size).toBe(demands.length);
      }
    )
  );
});
