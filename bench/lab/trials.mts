/** The document of an experiment of many trials: how soon each gesture is on the screen, when all is over and while events come. */
import { clearTasks, longTasks, main, newPage, open, untilQuiet } from './page.mts';
import type { Browser, CDPSession, Page, Tasks, Where } from './page.mts';

interface Options {
  readonly with: Where;
  readonly experiment: string;
  /** Seconds that nothing is done while events come. */
  readonly seconds: number;
}

interface Gesture extends Tasks {
  /** Milliseconds from each of its events to the end of the second frame after it: React draws some of them a frame later. */
  readonly delays: number[];
  /** Milliseconds of processor time of the page's main thread: what others do on the machine is not in it. */
  readonly cpu: number;
}

interface Found {
  readonly shown: number;
  readonly gestures: Record<string, Gesture>;
  /** Nothing is done, and the page has only what comes by itself. */
  readonly watched: Gesture;
}

declare global {
  interface Window {
    chardDelays: number[];
  }
}

/** Notes for each event of a person's how long the page takes to show what came of it. */
function noteDelays(page: Page): Promise<void> {
  return page.evaluate(() => {
    window.chardDelays = [];
    const note = ({ timeStamp }: Event): void => {
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => window.chardDelays.push(performance.now() - timeStamp);
          port2.postMessage(null);
        })
      );
    };
    for (const type of ['pointermove', 'pointerup', 'keydown', 'change', 'wheel']) {
      window.addEventListener(type, note, { capture: true, passive: true });
    }
  });
}

async function mainThread(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value;
}

async function gestureOf(
  page: Page,
  cdp: CDPSession,
  work: () => Promise<unknown>
): Promise<Gesture> {
  await clearTasks(page);
  const before = await mainThread(cdp);
  await page.evaluate(() => void (window.chardDelays.length = 0));
  await work();
  await page.evaluate(() => new Promise(resolve => setTimeout(resolve, 500)));
  const delays = await page.evaluate(() => [...window.chardDelays]);
  const cpu = (await mainThread(cdp)) - before;
  return { delays, cpu, ...(await longTasks(page)) };
}

/** Each gesture, in the order in which a person might make them. */
function gestures(page: Page): Record<string, () => Promise<unknown>> {
  const view = page.locator('.jp-chard-Experiment');
  const title = (name: string) => view.getByRole('columnheader', { name }).getByRole('button');
  const find = view.getByRole('searchbox', { name: 'Find trials by state or parameter' });
  const figure = (name: string) => view.locator(`.jp-chard-mod-${name}`);
  const across = async (name: string, selector: string): Promise<void> => {
    const drawing = figure(name).locator(selector).last();
    await drawing.scrollIntoViewIfNeeded();
    const box = (await drawing.boundingBox())!;
    for (let at = 1; at < 20; at += 1) {
      await page.mouse.move(box.x + (box.width * at) / 20, box.y + box.height * (0.3 + 0.02 * at));
      await page.waitForTimeout(30);
    }
  };
  return {
    'sort by a column': async () => {
      for (const name of ['learning_rate', 'depth', 'val_loss']) await title(name).click();
    },
    'filter by typing': async () => {
      await find.click();
      await page.keyboard.type('optimizer=adam', { delay: 60 });
      await find.fill('');
    },
    'filter by state': async () => {
      const state = view.getByRole('combobox', { name: 'State of the trials' });
      for (const value of ['finished', 'rest', 'all']) await state.selectOption(value);
    },
    'scroll the trials': async () => {
      const grid = view.getByRole('grid', { name: 'Trials' });
      await grid.hover();
      for (let at = 0; at < 10; at += 1) {
        await page.mouse.wheel(0, 1500);
        await page.waitForTimeout(40);
      }
    },
    'drag along an axis': async () => {
      const grip = figure('parallel').locator('.jp-chard-Parallel-grip').last();
      await grip.scrollIntoViewIfNeeded();
      const box = (await grip.boundingBox())!;
      const x = box.x + box.width / 2;
      await page.mouse.move(x, box.y + box.height * 0.9);
      await page.mouse.down();
      for (let at = 1; at <= 20; at += 1) {
        await page.mouse.move(x, box.y + box.height * (0.9 - at * 0.02));
        await page.waitForTimeout(30);
      }
      await page.mouse.up();
      await figure('parallel')
        .getByRole('button', { name: /show all$/ })
        .click();
    },
    'point at parallel coordinates': () => across('parallel', 'svg.jp-chard-Plot'),
    'point at the best value over time': () => across('history', 'svg.jp-chard-Plot'),
    'point at curves': () => across('curves', 'svg.jp-chard-Plot'),
    'point at a slice': () => across('slices', 'svg.jp-chard-Plot'),
    'point at the timeline': () => across('timeline', 'svg.jp-chard-Plot'),
    'walk by keys': async () => {
      await figure('slices').getByRole('application').focus();
      for (let at = 0; at < 20; at += 1) {
        await page.keyboard.press('ArrowRight');
        await page.waitForTimeout(30);
      }
    },
    'log axis': async () => {
      const name = figure('parallel').getByRole('button', { name: /^val_loss/ });
      await name.click();
      await name.click();
    },
    'another metric of the curves': async () => {
      const choice = figure('curves').getByRole('combobox');
      await choice.selectOption('loss');
      await choice.selectOption('val_loss');
    },
    'a chart as table and back': async () => {
      for (const name of ['parallel', 'history', 'slices']) {
        const button = figure(name).getByRole('button', { name: 'Show as table' });
        await button.click();
        await button.click();
      }
    }
  };
}

async function look(
  browser: Browser,
  { with: where, experiment, seconds }: Options
): Promise<Found> {
  const { context, page, cdp } = await newPage(browser);
  await open(page, where);
  await untilQuiet(page);
  await noteDelays(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const began = await page.evaluate(id => {
    const now = performance.now();
    void window.jupyterapp.commands.execute('chard:open-experiment', { experiment: id });
    return now;
  }, experiment);
  await page.waitForSelector('.jp-chard-Experiment .jp-chard-mod-timeline path');
  const shown = (await page.evaluate(() => performance.now())) - began;
  await page.waitForFunction(
    () => document.querySelectorAll('.jp-chard-Experiment .jp-chard-Trials-row').length > 5
  );
  await untilQuiet(page);
  const found: Record<string, Gesture> = {};
  for (const [name, work] of Object.entries(gestures(page))) {
    found[name] = await gestureOf(page, cdp, work);
  }
  await page.mouse.move(2, 2);
  const watched = await gestureOf(page, cdp, () => page.waitForTimeout(seconds * 1000));
  await context.close();
  return { shown, gestures: found, watched };
}

await main(look);
