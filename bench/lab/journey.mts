/** From a tagged notebook that is open: to a finished run with Chard, to a compiled pipeline with Kale. Every click counts. */
import { readdirSync } from 'node:fs';
import { main, newPage, open, untilKnown, untilQuiet } from './page.mts';
import type { Browser, Page, Where } from './page.mts';
import { untilOver } from './run.mts';

interface Options {
  readonly chard: Where;
  readonly kale: Where;
  readonly notebook: string;
  /** Below it Kale writes its pipeline. */
  readonly folder: string;
}

interface Journey {
  readonly clicks: number;
  /** From the first click to the end, and of that until the last click could be made. */
  readonly seconds: number;
  readonly toLastClick: number;
}

/** Clicks are counted where they are made, and none is made before what is clicked can be. */
class Hand {
  clicks = 0;
  private first = 0;
  private last = 0;

  async click(page: Page, selector: string): Promise<void> {
    const target = page.locator(selector).first();
    await target.waitFor();
    if (this.clicks === 0) this.first = performance.now();
    await target.click();
    this.clicks++;
    this.last = performance.now();
  }

  done(): Journey {
    return {
      clicks: this.clicks,
      seconds: (performance.now() - this.first) / 1000,
      toLastClick: (this.last - this.first) / 1000
    };
  }
}

async function withChard(browser: Browser, { chard, notebook }: Options): Promise<Journey> {
  const { context, page } = await newPage(browser);
  await open(page, chard, notebook);
  await untilKnown(page);
  await untilQuiet(page);
  const hand = new Hand();
  await hand.click(page, '.jp-NotebookPanel-toolbar [data-command="chard:run"]');
  await untilOver(page, 5);
  const journey = hand.done();
  await context.close();
  return journey;
}

async function withKale(browser: Browser, options: Options): Promise<Journey> {
  const { context, page } = await newPage(browser);
  await open(page, options.kale, options.notebook);
  await page.locator('.jp-Notebook .jp-Cell').first().waitFor();
  // Where no Kubeflow can be reached, it says so in a dialog. That is no part of anybody's way.
  const close = page.locator('.jp-Dialog .jp-mod-accept').first();
  await close.waitFor();
  await close.click();
  await untilQuiet(page);
  const hand = new Hand();
  await hand.click(page, '.jp-SideBar .lm-TabBar-tab[data-id*=kale]');
  await hand.click(page, '.kubeflow-widget input[type=checkbox]');
  await hand.click(page, '.jp-NotebookPanel-toolbar [data-jp-item-name=kaleCompile] jp-button');
  const deadline = performance.now() + 120_000;
  while (!readdirSync(options.folder, { recursive: true }).some(isPipeline)) {
    if (performance.now() > deadline) throw new Error('Kale has written nothing in two minutes.');
    // The switch has changed the notebook: unless it was saved meanwhile, Kale asks.
    const question = page.locator('.jp-Dialog .jp-mod-accept').first();
    if (await question.isVisible()) await hand.click(page, '.jp-Dialog .jp-mod-accept');
    await page.waitForTimeout(50);
  }
  const journey = hand.done();
  await context.close();
  return journey;
}

function isPipeline(file: string | Buffer): boolean {
  return String(file).endsWith('.pipeline.yaml');
}

await main(async (browser, options: Options) => ({
  chard: await withChard(browser, options),
  kale: await withKale(browser, options)
}));
