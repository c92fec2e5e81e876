import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator } from '@playwright/test';
import { code, expect, openLab, test, type Lab } from './lab';
import { OwnJupyter } from './ownJupyter';

const RUNS = { timeout: 120_000 };
const VIEW = { viewport: { width: 1500, height: 950 } };

const state = (lab: Lab): Locator => lab.experiment.locator('.jp-chard-Run-state');
const doing = (lab: Lab): Locator =>
  lab.experiment.locator('.jp-chard-Experiment-activity').getByRole('status');
const running = (lab: Lab): Locator =>
  lab.experiment.locator('.jp-chard-Trials-row[data-tone=running]');

/** Starts an experiment of three trials, two at a time, and waits until two of them wait for the signal. */
async function startTuning(lab: Lab, { signal }: OwnJupyter): Promise<void> {
  const wait = `while not os.path.exists(${JSON.stringify(signal)}): time.sleep(0.05)`;
  await lab.open([
    code('rate = 0.5', 'pipeline-parameters'),
    code(`import os, time\n${wait}\nloss = rate ** 2`, 'step:train'),
    code('print("loss", loss)', 'pipeline-metrics')
  ]);
  const section = await lab.tune();
  await section.getByLabel('Trials in all').fill('3');
  await section.getByLabel('Trials at a time').fill('2');
  await lab.execute('chard:tune');
  await expect(running(lab)).toHaveCount(2, RUNS);
  await expect(doing(lab)).toContainText('2 trials running, 0 of 3 done');
}

/** Processes of a server's in whose command line something stands. */
function processesOf({ home }: OwnJupyter, sign: string): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(name => {
      try {
        const read = (what: string): string => readFileSync(`/proc/${name}/${what}`, 'utf8');
        return read('cmdline').includes(sign) && read('environ').includes(home);
      } catch {
        // It has ended meanwhile.
        return false;
      }
    })
    .map(Number);
}

async function withJupyter(
  browser: Browser,
  work: (lab: Lab, jupyter: OwnJupyter) => Promise<void>,
  prepare?: (own: OwnJupyter) => void
): Promise<void> {
  const jupyter = await OwnJupyter.start(prepare);
  const context = await browser.newContext(VIEW);
  try {
    await work(await openLab(context, jupyter.address), jupyter);
  } finally {
    await context.close();
    await jupyter.kill();
    if (prepare) execFileSync('umount', ['--lazy', jupyter.home]);
    await jupyter.dispose();
  }
}

test.describe('an experiment', () => {
  test.describe.configure({ timeout: 300_000 });

  test('whose server is killed, and then what suggests, says so and goes on', async ({
    browser
  }) => {
    await withJupyter(browser, async (lab, jupyter) => {
      await startTuning(lab, jupyter);
      await jupyter.kill();
      await expect.poll(() => processesOf(jupyter, 'chard_'), RUNS).toEqual([]);
      const alert = lab.experiment.getByRole('alert');
      await expect(alert.first()).toContainText('What is shown may be old', RUNS);
      await jupyter.startAgain();
      await expect(alert).toHaveCount(0, RUNS);
      await expect(doing(lab)).toContainText('2 trials running, 0 of 3 done', RUNS);
      // The one that suggests breaks down alone: the next trial is suggested by another.
      for (const each of processesOf(jupyter, 'chard_suggester')) process.kill(each, 'SIGKILL');
      writeFileSync(jupyter.signal, '');
      await expect(state(lab)).toHaveText('Finished, 3 of 3 trials done', RUNS);
      await expect(running(lab)).toHaveCount(0);
    });
  });

  // A browser has six connections to a server: two lists, an experiment, two runs and their logs are seven streams.
  test('whose running trials are looked at leaves JupyterLab its connections', async ({
    browser
  }) => {
    await withJupyter(browser, async (lab, jupyter) => {
      await startTuning(lab, jupyter);
      const { page } = lab;
      const documents = page.locator('.jp-chard-Run:not(.jp-chard-Experiment)');
      for (const trial of [1, 2]) {
        await running(lab)
          .and(page.locator(`[data-trial="${trial}"]`))
          .dblclick();
        await expect(documents).toHaveCount(trial);
        await expect(documents.last().locator('.jp-chard-Run-state')).toHaveText(
          '0 of 2 steps done'
        );
        await page
          .locator('#jp-main-dock-panel')
          .getByRole('tab', { name: /^test-\d+-\d+$/ })
          .click();
      }
      await page.evaluate(() => window.jupyterapp.serviceManager.contents.get('', {}));
    });
  });

  test('on a full disk is interrupted and says why, and goes on when there is room', async ({
    browser
  }) => {
    const canMount = process.platform === 'linux' && process.getuid?.() === 0;
    test.skip(!canMount, 'Only root can mount the small disk that this needs.');
    const small = ({ home }: OwnJupyter): void => {
      mkdirSync(home);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', home]);
    };
    const work = async (lab: Lab, jupyter: OwnJupyter): Promise<void> => {
      await startTuning(lab, jupyter);
      const filling = join(jupyter.home, 'filling');
      expect(() => writeFileSync(filling, Buffer.alloc(64 * 2 ** 20))).toThrow('ENOSPC');
      writeFileSync(jupyter.signal, '');
      await expect(doing(lab)).toContainText('is full', RUNS);
      await expect(state(lab)).toContainText('Interrupted');
      await expect(running(lab)).toHaveCount(0);
      await expect(lab.experiment.getByRole('alert')).toContainText('Free some space');
      rmSync(filling);
      await expect(state(lab)).toHaveText('Finished, 3 of 3 trials done', RUNS);
      await expect(lab.experiment.getByRole('alert')).toHaveCount(0);
    };
    await withJupyter(browser, work, small);
  });
});
