/** Follows a step that prints as fast as it is told to, and compares the page's frames with those of the same page idle. */
import { clearTasks, longTasks, main, newPage, open, untilKnown, untilQuiet } from './page.mts';
import type { Page, Tasks, Where } from './page.mts';
import { startRun, untilOver } from './run.mts';

interface Options {
  readonly with: Where;
  /** Its step prints lines that begin with their number and the time in seconds. */
  readonly notebook: string;
  readonly seconds: number;
}

interface Watched extends Tasks {
  /** Milliseconds between frames. */
  readonly gaps: number[];
}

/** The log's last line that is on the screen: its number, and how old it was when it was seen, in milliseconds. */
function lastLine(page: Page): Promise<{ number: number; age: number } | null> {
  return page.evaluate(() => {
    const lines = [...document.querySelectorAll('.jp-chard-Run .jp-chard-Log-line')];
    for (const line of lines.reverse()) {
      const said = /(\d+) (\d+\.\d+) x/.exec(line.textContent ?? '');
      if (said) return { number: Number(said[1]), age: Date.now() - Number(said[2]) * 1000 };
    }
    return null;
  });
}

/** The page's frames for some seconds. */
async function watch(page: Page, seconds: number): Promise<Watched> {
  await clearTasks(page);
  const gaps = await page.evaluate(
    milliseconds =>
      new Promise<number[]>(resolve => {
        const found: number[] = [];
        const began = performance.now();
        let last = began;
        const frame = (now: number): void => {
          found.push(now - last);
          last = now;
          if (now - began < milliseconds) requestAnimationFrame(frame);
          else resolve(found.slice(1));
        };
        requestAnimationFrame(frame);
      }),
    seconds * 1000
  );
  return { gaps, ...(await longTasks(page)) };
}

await main(async (browser, { with: where, notebook, seconds }: Options) => {
  const { page } = await newPage(browser);
  await open(page, where, notebook);
  await untilKnown(page);
  await startRun(page);
  await page.waitForFunction(() =>
    /\d x/.test(document.querySelector('.jp-chard-Run [role=log]')?.textContent ?? '')
  );
  const from = (await lastLine(page))!;
  const began = performance.now();
  const busy = await watch(page, seconds);
  const to = (await lastLine(page))!;
  const rate = ((to.number - from.number) / (performance.now() - began)) * 1000;
  await untilOver(page, 5);
  await untilQuiet(page);
  const idle = await watch(page, seconds);
  return { busy, idle, rate, age: to.age };
});
