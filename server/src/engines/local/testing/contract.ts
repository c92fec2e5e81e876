import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pipeline } from '@chard/core/pipeline';
import { runSummary, stepState, type RunState } from '@chard/core/run';
import type { Engine, RunOptions } from '../../engine';
import { Bench, interpreter, runRequest } from './bench';
import { eventually, outputOf, phasesOf, printed } from './observe';
import { sketchPipeline, type StepSketch } from './pipelines';

/** What every engine does, whichever runner executes the steps; the cells are plain Python. */
export function describeEngine(
  name: string,
  runner: { readonly isWhole: boolean },
  makeEngine: (bench: Bench) => Engine
): void {
  describe(name, () => {
    let bench: Bench;
    let engine: Engine;
    beforeEach(() => {
      bench = new Bench();
      engine = makeEngine(bench);
    });
    afterEach(async () => {
      await engine.close();
      await bench.close();
    });

    const steps = (sketches: Record<string, StepSketch>): Pipeline =>
      sketchPipeline({ steps: sketches });
    const aside = (file: string): string => join(bench.aside, file);
    const text = (state: RunState, step: string): string => outputOf(bench.stores, state.id, step);

    async function run(pipeline: Pipeline, options: Partial<RunOptions> = {}): Promise<RunState> {
      const { finished } = await engine.start(runRequest(bench.folder, pipeline, options));
      return finished;
    }

    it('passes values, parameters, metrics and output on', async () => {
      const pipeline = sketchPipeline({
        parameters: { rate: 0.5 },
        steps: {
          load: { code: 'xs = [1, 2, 3]', outputs: ['xs'] },
          double: {
            code: 'xs.append(4)\nprint(sum(xs))',
            after: ['load'],
            takes: { xs: ['load'] },
            outputs: ['xs']
          },
          scale: {
            code: 'total = sum(xs) * rate',
            after: ['double'],
            takes: { xs: ['load', 'double'] },
            outputs: ['total'],
            parameters: ['rate']
          }
        },
        metrics: [{ name: 'total', expression: 'total', cell: 4 }],
        metricsStep: { code: 'pass', after: ['scale'], takes: { total: ['scale'] } }
      });
      const state = await run(pipeline);
      expect(runSummary(state)).toMatchObject({
        state: 'succeeded',
        error: null,
        metrics: { total: 5 },
        parameters: { rate: 0.5 }
      });
      expect(text(state, 'double')).toBe('10\n');
    });

    it('joins branches by what changed', async () => {
      const branch = (code: string): StepSketch => ({
        code,
        after: ['top'],
        takes: { x: ['top'] },
        outputs: ['x']
      });
      const pipeline = (left: string, right: string): Pipeline =>
        steps({
          top: { code: 'x = {"v": 0}', outputs: ['x'] },
          left: branch(left),
          right: branch(right),
          below: {
            code: 'print(x["v"])',
            after: ['left', 'right'],
            takes: { x: ['top', 'left', 'right'] }
          }
        });
      expect(text(await run(pipeline('x["v"] = 1', 'x.get("v")')), 'below')).toBe('1\n');
      expect((await run(pipeline('x["v"] = 1', 'x["v"] = 2'))).error).toMatchObject({
        step: 'below',
        code: 'conflict'
      });
    });

    it('leaves alone what a step did not bind, and what one has deleted', async () => {
      const read = 'print(x if "x" in globals() else "nothing")';
      const pipeline = (middle: string): Pipeline =>
        steps({
          top: { code: 'x = 1', outputs: ['x'] },
          middle: { code: middle, after: ['top'], leaves: ['x'] },
          deleting: { code: 'del x', after: ['top'], takes: { x: ['top'] }, leaves: ['x'] },
          first: { code: read, after: ['middle'], takes: { x: ['top', 'middle'] } },
          second: { code: read, after: ['deleting'], takes: { x: ['top', 'deleting'] } }
        });
      const unbound = await run(pipeline('if False: x = 2'));
      expect(text(unbound, 'first')).toBe('1\n');
      expect(text(unbound, 'second')).toBe('nothing\n');
      expect(text(await run(pipeline('x = 2')), 'first')).toBe('2\n');
      expect(unbound.warnings.toArray()).toMatchObject([
        { code: 'input-not-bound', step: 'second' }
      ]);
    });

    if (runner.isWhole) {
      it('replays what a step wrote, and names the file that changed', async () => {
        const inFolder = (file: string): string => join(bench.folder, file);
        writeFileSync(inFolder('data.csv'), '1');
        writeFileSync(inFolder('other.csv'), '1');
        const pipeline = steps({
          read: { code: 'a = open("data.csv").read()', outputs: ['a'] },
          write: {
            code: 'with open("out.txt", "w") as f: f.write(a * 3)',
            after: ['read'],
            takes: { a: ['read'] }
          },
          use: { code: 'print(open("out.txt").read())', after: ['write'] }
        });
        await run(pipeline);
        rmSync(inFolder('out.txt'));
        const again = await run(pipeline);
        expect(phasesOf(again)).toEqual({ read: 'cached', write: 'cached', use: 'cached' });
        expect(readFileSync(inFolder('out.txt'), 'utf8')).toBe('111');
        expect(text(again, 'use')).toBe('111\n');
        writeFileSync(inFolder('data.csv'), '2');
        const changed = await run(pipeline);
        expect(stepState(changed, 'read')?.why).toContain('data.csv changed');
        expect(phasesOf(changed)['write']).toBe('succeeded');
        expect(text(changed, 'use')).toBe('222\n');
      });

      it('keeps what two names share', async () => {
        const pipeline = steps({
          top: { code: 'x = [1]\ny = {"x": x}', outputs: ['x', 'y'] },
          change: { code: 'x.append(2)', after: ['top'], takes: { x: ['top'] }, outputs: ['x'] },
          both: {
            code: 'print(x, y["x"], x is y["x"])',
            after: ['top', 'change'],
            takes: { x: ['top', 'change'], y: ['top'] }
          }
        });
        expect(text(await run(pipeline), 'both')).toBe('[1, 2] [1, 2] True\n');
      });

      it('lets functions see the names as the step has them', async () => {
        const pipeline = steps({
          top: {
            code: 'scale = 2\ndef f(v):\n    return v * scale',
            outputs: ['f'],
            leaves: ['scale']
          },
          use: { code: 'print(f(3))', after: ['top'], takes: { f: ['top'] } },
          change: {
            code: 'scale = 10\nprint(f(3))',
            after: ['top'],
            takes: { f: ['top'] },
            outputs: ['scale']
          }
        });
        const state = await run(pipeline);
        expect(text(state, 'use')).toBe('6\n');
        expect(text(state, 'change')).toBe('30\n');
      });
    }

    it('tells a failing cell, skips what is below and finishes the rest', async () => {
      const state = await run(
        steps({
          bad: { code: 'x = 1\nraise ValueError("no luck")' },
          good: { code: 'pass' },
          below: { code: 'pass', after: ['bad'] }
        })
      );
      expect(phasesOf(state)).toEqual({ bad: 'failed', good: 'succeeded', below: 'skipped' });
      expect(state.error).toMatchObject({
        step: 'bad',
        type: 'ValueError',
        message: 'no luck',
        cell: 1
      });
    });

    it('reuses, cuts off early and says why not', async () => {
      const pipeline = (first: string): Pipeline =>
        steps({
          first: { code: first, outputs: ['a'] },
          second: {
            code: `open(${JSON.stringify(aside('ran'))}, "a").write("x")\nprint("a is", a)`,
            after: ['first'],
            takes: { a: ['first'] },
            settings: { cache: true }
          }
        });
      expect(phasesOf(await run(pipeline('a = 1')))).toEqual({
        first: 'succeeded',
        second: 'succeeded'
      });
      const changed = await run(pipeline('a = 2 - 1'));
      expect(stepState(changed, 'first')?.why).toBe('its code changed');
      const again = await run(pipeline('a = 1'));
      expect(stepState(again, 'first')).toMatchObject({ phase: 'succeeded', cached: true });
    });

    it('resumes without repeating what had finished', async () => {
      const go = aside('go');
      const pipeline = steps({
        first: {
          code: `open(${JSON.stringify(aside('count'))}, "a").write("1")\na = 1`,
          outputs: ['a'],
          settings: { cache: false }
        },
        second: {
          code: `import os\nassert os.path.exists(${JSON.stringify(go)})\nprint(a)`,
          after: ['first'],
          takes: { a: ['first'] }
        }
      });
      const failed = await run(pipeline);
      expect(phasesOf(failed)).toEqual({ first: 'succeeded', second: 'failed' });
      writeFileSync(go, '');
      const resumed = await engine.resume(failed.id, { interpreter: interpreter() });
      expect((await resumed.finished).phase).toBe('succeeded');
      expect(readFileSync(aside('count'), 'utf8')).toBe('1');
    });

    it('cancels, with everything that a step started', async () => {
      const child = 'import time, os; time.sleep(2); open("late", "w")';
      const pipeline = steps({
        slow: {
          code: `import subprocess, sys, os\nos.chdir(${JSON.stringify(bench.aside)})\nsubprocess.Popen([sys.executable, "-c", ${JSON.stringify(child)}])\nprint("waiting", flush=True)\nwhile True: pass`
        }
      });
      const handle = await engine.start(runRequest(bench.folder, pipeline));
      await eventually(bench.stores, handle.id, printed('slow', 'waiting'));
      handle.cancel();
      expect((await handle.finished).phase).toBe('cancelled');
      expect(existsSync(aside('late'))).toBe(false);
    });

    it('ends a step at its time limit', async () => {
      const state = await run(
        steps({ slow: { code: 'while True: pass', settings: { timeoutSeconds: 0.3 } } })
      );
      expect(state.error).toMatchObject({ step: 'slow', code: 'timeout' });
    });

    it('tells a step that kills itself', async () => {
      const code = 'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)';
      expect((await run(steps({ a: { code } }))).error).toMatchObject({
        step: 'a',
        code: 'killed'
      });
    });

    it('outlives the supervisor', async () => {
      const code = 'import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nwhile True: pass';
      expect((await run(steps({ a: { code } }))).error).toMatchObject({
        step: 'a',
        code: 'killed'
      });
    });

    it('runs code on what a step left', async () => {
      const state = await run(steps({ top: { code: 'x = [1]', outputs: ['x'] } }));
      const output: string[] = [];
      const result = await engine.execute(
        {
          interpreter: interpreter(),
          run: state.id,
          step: 'top',
          code: 'print(x + [2])',
          before: false
        },
        body => body.type === 'output' && output.push(body.text)
      );
      expect(result).toMatchObject({ state: 'succeeded', error: null });
      expect(output.join('')).toBe('[1, 2]\n');
    });
  });
}
