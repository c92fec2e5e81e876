/** JupyterLab's page in the Chromium of the browser tests, and what all scripts here measure in it. */
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, CDPSession, Page } from '@playwright/test';

const { chromium } = createRequire(new URL('../../ui-tests/package.json', import.meta.url))(
  '@playwright/test'
) as typeof import('@playwright/test');

export type { Browser, Page, CDPSession };

/** A server as the Python side tells it. */
export interface Where {
  readonly url: string;
  readonly token: string;
}

/** A task that kept the page from answering for 50 ms or more, with the share of each script's address in it. */
export interface LongTask {
  readonly start: number;
  readonly duration: number;
}

interface Frame {
  readonly start: number;
  readonly duration: number;
  readonly scripts: readonly { readonly url: string; readonly duration: number }[];
}

interface Probe {
  /** When JupyterLab had started and restored its layout, in milliseconds since the navigation. */
  ready: number | null;
  readonly tasks: LongTask[];
  readonly frames: Frame[];
}

export interface App {
  readonly commands: {
    execute(id: string, args?: object): Promise<unknown>;
    isEnabled(id: string): boolean;
    hasCommand(id: string): boolean;
  };
  readonly restored: Promise<void>;
  readonly shell: {
    readonly currentWidget: {
      readonly content: {
        activeCellIndex: number;
        mode: 'command' | 'edit';
        notebookConfig: object;
        readonly widgets: readonly {
          readonly ready: Promise<void>;
          readonly editor: Editor | null;
        }[];
        scrollToItem(index: number, align: string): Promise<void>;
      };
    };
  };
}

interface Editor {
  focus(): void;
  setCursorPosition(position: { line: number; column: number }): void;
}

declare global {
  interface Window {
    jupyterapp: App;
    chardProbe: Probe;
  }
}

/** Runs a script of this folder: gives it what the command line holds and prints what it finds. */
export async function main<Options>(
  measure: (browser: Browser, options: Options) => Promise<unknown>
): Promise<void> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--enable-precise-memory-info'
    ]
  });
  try {
    const found = await measure(browser, JSON.parse(process.argv[2]!) as Options);
    process.stdout.write(JSON.stringify(found));
  } finally {
    await browser.close();
  }
}

/** A page with an empty cache that notes long tasks from its first moment on. */
export async function newPage(
  browser: Browser
): Promise<{ context: BrowserContext; page: Page; cdp: CDPSession }> {
  const context = await browser.newContext({ viewport: { width: 1500, height: 950 } });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  // For whoever has to find out why a measurement came to nothing.
  page.on('pageerror', error => console.error(error.stack ?? error.message));
  await page.addInitScript(() => {
    const probe: Probe = { ready: null, tasks: [], frames: [] };
    // JupyterLab alone has more than the 250 that are kept.
    performance.setResourceTimingBufferSize(10_000);
    window.chardProbe = probe;
    let app: App;
    Object.defineProperty(window, 'jupyterapp', {
      get: () => app,
      set: (started: App) => {
        app = started;
        void started.restored.then(() => (probe.ready = performance.now()));
      }
    });
    new PerformanceObserver(list => {
      for (const { startTime, duration } of list.getEntries()) {
        probe.tasks.push({ start: startTime, duration });
      }
    }).observe({ type: 'longtask', buffered: true });
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) {
        const { scripts } = entry as unknown as {
          scripts: { sourceURL: string; duration: number }[];
        };
        probe.frames.push({
          start: entry.startTime,
          duration: entry.duration,
          scripts: scripts.map(({ sourceURL: url, duration }) => ({ url, duration }))
        });
      }
    }).observe({ type: 'long-animation-frame', buffered: true });
  });
  return { context, page, cdp: await context.newCDPSession(page) };
}

/** Opens JupyterLab, with a notebook where one is named, and waits until it is ready. @returns milliseconds to there. */
export async function open(page: Page, { url, token }: Where, notebook?: string): Promise<number> {
  const path = notebook === undefined ? '/lab' : `/lab/tree/${notebook}`;
  await page.goto(`${url}${path}?reset&token=${token}`, { waitUntil: 'commit' });
  await page.waitForFunction(() => window.chardProbe.ready !== null);
  return page.evaluate(() => window.chardProbe.ready!);
}

/** Until Chard knows the notebook that is open. */
export async function untilKnown(page: Page): Promise<void> {
  await page.waitForFunction(() => window.jupyterapp.commands.isEnabled('chard:edit-cell'));
}

/** Until the page has had no task over 50 ms for a second; at most ten seconds, for a machine that others use too. */
export async function untilQuiet(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));
    const began = performance.now();
    await pause(1000);
    while (performance.now() - began < 10_000) {
      const last = window.chardProbe.tasks.at(-1);
      const since = performance.now() - (last ? last.start + last.duration : 0);
      if (since > 1000) return;
      await pause(1050 - since);
    }
  });
}

/** Forgets the long tasks noted so far. */
export async function clearTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.chardProbe.tasks.length = 0;
    window.chardProbe.frames.length = 0;
  });
}

export interface Tasks {
  /** Milliseconds of each task of 50 ms or more. */
  readonly all: number[];
  /** Of each long frame, the milliseconds that scripts of the extension took. */
  readonly ours: number[];
}

/** The long tasks since they were cleared, and how much of them is the extension's. */
export async function longTasks(page: Page): Promise<Tasks> {
  return page.evaluate(async () => {
    // What is over is reported a moment later.
    await new Promise(resolve => setTimeout(resolve, 200));
    const { tasks, frames } = window.chardProbe;
    return {
      all: tasks.map(({ duration }) => duration),
      ours: frames.map(({ scripts }) =>
        scripts
          .filter(({ url }) => url.includes('/lab/extensions/jupyterlab-chard/'))
          .reduce((sum, { duration }) => sum + duration, 0)
      )
    };
  });
}
