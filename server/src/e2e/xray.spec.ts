/**
 * The X-ray example for real: with `CHARD_TEST_KERAS=/path/to/environment`, an environment that has what
 * `examples/xray/requirements.txt` names. It takes some minutes.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Chard, EXAMPLES } from './testing/chard';
import { readDocument } from './testing/documents';

jest.setTimeout(900_000);

const environment = process.env['CHARD_TEST_KERAS'];
const describeHere = environment === undefined ? describe.skip : describe;

const Tuned = z.object({
  state: z.string(),
  best: z.object({
    parameters: z.record(z.string(), z.number()),
    values: z.record(z.string(), z.number())
  }),
  trials: z.array(
    z.object({
      state: z.string(),
      parameters: z.record(z.string(), z.number()),
      reusedSteps: z.array(z.string())
    })
  )
});
const Finished = z.object({ state: z.string(), metrics: z.record(z.string(), z.number()) });

describeHere('the X-ray example', () => {
  let chard: Chard;
  let folder: string;
  let env: Record<string, string>;
  beforeAll(() => {
    chard = new Chard();
    folder = join(chard.folder, 'xray');
    cpSync(join(EXAMPLES, 'xray'), folder, { recursive: true });
    const python = join(environment ?? '', 'bin/python');
    execFileSync(python, ['make_pictures.py'], { cwd: folder });
    const kernel = join(chard.folder, 'jupyter/kernels/python3');
    mkdirSync(kernel, { recursive: true });
    const argv = [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}'];
    const spec = { argv, display_name: 'Keras', language: 'python' };
    writeFileSync(join(kernel, 'kernel.json'), JSON.stringify(spec));
    env = { JUPYTER_PATH: join(chard.folder, 'jupyter') };
  });
  afterAll(() => chard.remove());

  it('learns the synthetic pictures, and the same again', async () => {
    const losses: (number | undefined)[] = [];
    while (losses.length < 2) {
      const ran = await chard.run(['run', 'xray.ipynb', '--no-cache', '--json'], {
        cwd: folder,
        env
      });
      const { state, metrics } = readDocument(ran, Finished);
      expect(state).toBe('succeeded');
      // Guessing is 0.693.
      expect(metrics['validation_loss']).toBeLessThan(0.4);
      losses.push(metrics['validation_loss']);
    }
    expect(losses[0]).toBeCloseTo(losses[1] ?? 0, 3);
  });

  it('is tuned, three trials at a time, and finds what learns', async () => {
    const words = ['tune', 'xray.ipynb', '--trials', '6', '--parallel', '3', '--json'];
    const { state, best, trials } = readDocument(
      await chard.run(words, { cwd: folder, env }),
      Tuned
    );
    expect(state).toBe('succeeded');
    expect(trials.map(each => each.state)).toEqual(Array(6).fill('succeeded'));
    const reusing = trials.filter(each => each.reusedSteps.includes('preprocess data'));
    expect(reusing.length).toBeGreaterThanOrEqual(5);
    expect(best.parameters['learning_rate']).toBe(0.001);
    expect(best.values['validation_loss']).toBeLessThan(0.5);
  });
});
