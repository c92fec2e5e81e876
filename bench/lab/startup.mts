/** Loads JupyterLab with the extension and without, in turn, each time with an empty cache. */
import { gzipSync } from 'node:zlib';
import { longTasks, main, newPage, open, untilKnown, untilQuiet } from './page.mts';
import type { Browser, Where } from './page.mts';

interface Options {
  readonly with: Where;
  readonly without: Where;
  readonly rounds: number;
  readonly pipeline: string;
  readonly bare: string;
  readonly steps: number;
}

interface Load {
  readonly ready: number;
  readonly tasks: number[];
  readonly ours: number[];
}

const EXTENSION = '/lab/extensions/jupyterlab-chard/';

interface File {
  readonly plain: number;
  readonly gz: number;
  /** Whether the page itself has it; else only its worker. */
  readonly isPages: boolean;
}

/** A load, with the extension's own files that it fetched. */
async function load(
  browser: Browser,
  where: Where,
  notebook?: string
): Promise<Load & { files: Record<string, File> }> {
  const { context, page } = await newPage(browser);
  const bodies: Promise<[string, Buffer]>[] = [];
  context.on('response', response => {
    const { pathname } = new URL(response.url());
    if (pathname.includes(EXTENSION)) bodies.push(response.body().then(body => [pathname, body]));
  });
  const ready = await open(page, where, notebook);
  if (notebook !== undefined) await page.locator('.jp-Notebook .jp-Cell').first().waitFor();
  await untilQuiet(page);
  const { all: tasks, ours } = await longTasks(page);
  const pages = new Set(
    await page.evaluate(() =>
      (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
        .filter(({ initiatorType }) => initiatorType === 'script')
        .map(({ name }) => new URL(name).pathname)
    )
  );
  const files = Object.fromEntries(
    (await Promise.all(bodies)).map(([path, body]) => [
      path.slice(path.indexOf(EXTENSION) + EXTENSION.length),
      { plain: body.length, gz: gzipSync(body).length, isPages: pages.has(path) }
    ])
  );
  await context.close();
  return { ready, tasks, ours, files };
}

/** Milliseconds from the navigation, and from the click on its icon, to a panel with the whole graph and its button. */
async function openPanel(
  browser: Browser,
  { with: where, pipeline, steps }: Options
): Promise<{ sinceStart: number; sinceClick: number; tasks: number[]; ours: number[] }> {
  const { context, page } = await newPage(browser);
  await open(page, where, pipeline);
  await untilKnown(page);
  await page.evaluate(() => {
    window.chardProbe.tasks.length = 0;
    window.chardProbe.frames.length = 0;
  });
  const clicked = await page.evaluate(() => performance.now());
  await page.locator('.jp-SideBar [data-id=chard-panel]').click();
  await page.waitForFunction(
    count =>
      document.querySelectorAll('#jp-chard-panel [data-node]').length >= count &&
      document.querySelector('#jp-chard-panel .jp-chard-mod-primary:enabled') !== null,
    steps
  );
  const usable = await page.evaluate(
    () =>
      new Promise<number>(resolve =>
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now())))
      )
  );
  const { all: tasks, ours } = await longTasks(page);
  await context.close();
  return { sinceStart: usable, sinceClick: usable - clicked, tasks, ours };
}

await main(async (browser, options: Options) => {
  const loads: { with: Load[]; without: Load[] } = { with: [], without: [] };
  const files: Record<string, object> = {};
  // The first of each fills the disk's cache and the server's.
  for (let round = -1; round < options.rounds; round++) {
    for (const which of ['without', 'with'] as const) {
      const { files: fetched, ...found } = await load(browser, options[which]);
      if (which === 'with') files.launcher = fetched;
      if (round >= 0) loads[which].push(found);
    }
  }
  files.bare = (await load(browser, options.with, options.bare)).files;
  files.pipeline = (await load(browser, options.with, options.pipeline)).files;
  const panels = [];
  for (let round = 0; round < Math.max(3, options.rounds / 2); round++) {
    panels.push(await openPanel(browser, options));
  }
  return { loads, files, panels };
});
