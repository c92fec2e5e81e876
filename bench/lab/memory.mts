/** Keeps the document of a running pipeline open and measures the page's heap, garbage collected, and the companion's memory. */
import { readFileSync } from 'node:fs';
import { main, newPage, open, untilKnown } from './page.mts';
import type { Where } from './page.mts';
import { startRun } from './run.mts';

interface Options {
  readonly with: Where;
  readonly notebook: string;
  readonly seconds: number;
  readonly samples: number;
  /** The companion server's process. */
  readonly companion: number;
}

const PAGE_BYTES = 4096;

await main(async (browser, options: Options) => {
  const { page, cdp } = await newPage(browser);
  await open(page, options.with, options.notebook);
  await untilKnown(page);
  await startRun(page);
  const found: { at: number; heap: number; companion: number; nodes: number }[] = [];
  const began = performance.now();
  for (let sample = 0; sample < options.samples; sample++) {
    const due = began + ((sample + 1) / options.samples) * options.seconds * 1000;
    await page.waitForTimeout(Math.max(0, due - performance.now()));
    // Twice: what the first one finalises is free after the second.
    await cdp.send('HeapProfiler.collectGarbage');
    await cdp.send('HeapProfiler.collectGarbage');
    const { usedSize } = await cdp.send('Runtime.getHeapUsage');
    const { nodes } = await cdp.send('Memory.getDOMCounters');
    const statm = readFileSync(`/proc/${options.companion}/statm`, 'utf8');
    found.push({
      at: (performance.now() - began) / 1000,
      heap: usedSize,
      companion: Number(statm.split(' ')[1]) * PAGE_BYTES,
      nodes
    });
  }
  const state = await page.locator('.jp-chard-Run .jp-chard-Run-state').innerText();
  return { samples: found, state };
});
