/** Large notebooks with the extension and without, and the document of a run of many steps. */
import { clearTasks, longTasks, main, newPage, open, untilKnown, untilQuiet } from './page.mts';
import type { Browser, Tasks, Where } from './page.mts';
import { startRun, untilOver } from './run.mts';

interface Options {
  readonly with: Where;
  readonly without: Where;
  /** A notebook of a step a cell. */
  readonly pipeline: string;
  readonly steps: number;
  /** A notebook of many bytes. */
  readonly heavy: string;
}

interface Opened extends Tasks {
  /** Milliseconds from the wish to the first cell on the screen. */
  readonly shown: number;
}

async function openNotebook(
  browser: Browser,
  where: Where,
  notebook: string,
  extension: boolean
): Promise<Opened> {
  const { context, page } = await newPage(browser);
  // JupyterLab alone stands still for long with hundreds of megabytes.
  page.setDefaultTimeout(300_000);
  await open(page, where);
  await untilQuiet(page);
  await clearTasks(page);
  const shown = await page.evaluate(async path => {
    const began = performance.now();
    const widget = (await window.jupyterapp.commands.execute('docmanager:open', {
      path,
      kernelPreference: { shouldStart: false, canStart: true, autoStartDefault: false }
    })) as { context: { ready: Promise<void> } };
    await widget.context.ready;
    while (!document.querySelector('.jp-Notebook .jp-Cell')) {
      await new Promise(resolve => requestAnimationFrame(resolve));
    }
    return performance.now() - began;
  }, notebook);
  if (extension) await untilKnown(page);
  await untilQuiet(page);
  const tasks = await longTasks(page);
  await context.close();
  return { shown, ...tasks };
}

/** The document of a run of many steps: while it runs, and opened again when it is over. */
async function runDocument(
  browser: Browser,
  { with: where, pipeline, steps }: Options
): Promise<{ live: Tasks; again: Opened }> {
  const { context, page } = await newPage(browser);
  await open(page, where, pipeline);
  await untilKnown(page);
  await untilQuiet(page);
  await clearTasks(page);
  const run = await startRun(page);
  await untilOver(page, 8);
  const live = await longTasks(page);
  await context.close();

  const { context: later, page: fresh } = await newPage(browser);
  await open(fresh, where);
  await untilQuiet(fresh);
  await clearTasks(fresh);
  const began = await fresh.evaluate(id => {
    const now = performance.now();
    void window.jupyterapp.commands.execute('chard:open-run', { run: id });
    return now;
  }, run);
  await fresh.waitForFunction(
    count => document.querySelectorAll('.jp-chard-Run [data-node]').length >= count,
    steps
  );
  const shown = (await fresh.evaluate(() => performance.now())) - began;
  await untilQuiet(fresh);
  const again = { shown, ...(await longTasks(fresh)) };
  await later.close();
  return { live, again };
}

await main(async (browser, options: Options) => {
  const found: Record<string, Opened> = {};
  for (const notebook of ['pipeline', 'heavy'] as const) {
    const path = options[notebook];
    found[`${notebook}Without`] = await openNotebook(browser, options.without, path, false);
    found[`${notebook}With`] = await openNotebook(browser, options.with, path, true);
  }
  return { ...found, run: await runDocument(browser, options) };
});
