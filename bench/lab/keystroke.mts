/** Types into a notebook of many cells, as fast as a person does, and looks at what each key costs the page. */
import { clearTasks, longTasks, main, newPage, open, untilKnown, untilQuiet } from './page.mts';
import type { Browser, Page, Tasks, Where } from './page.mts';

interface Options {
  readonly with: Where;
  readonly without: Where;
  readonly notebook: string;
  /** The cell that is typed into, the first line of which reads `value_N = value_M`. */
  readonly cell: number;
  readonly keys: number;
  readonly rounds: number;
}

interface Typed extends Tasks {
  /** Milliseconds that a key is on the screen after; null where none of the keys came through. */
  readonly shown: number[];
  /** Milliseconds from a key that changes an edge to the frame with the graph that has it. */
  readonly graph: number[];
}

/** Fast typing: 8 keys a second. */
const PAUSE_MS = 125;

/** Puts the cursor behind the first line of a cell. */
async function enter(page: Page, cell: number): Promise<void> {
  await page.waitForFunction(
    index => window.jupyterapp.shell.currentWidget.content.widgets.length > index,
    cell
  );
  await page.evaluate(async index => {
    const { content } = window.jupyterapp.shell.currentWidget;
    content.activeCellIndex = index;
    await content.scrollToItem(index, 'center');
    content.mode = 'edit';
    const cell = content.widgets[index]!;
    await cell.ready;
    cell.editor!.focus();
    cell.editor!.setCursorPosition({ line: 0, column: 0 });
  }, cell);
  await page.keyboard.press('End');
}

/** Presses keys that change nothing in the graph, at a typist's pace. */
async function type(page: Page, keys: number): Promise<number[]> {
  await page.evaluate(() => {
    const shown: number[] = [];
    (window as unknown as { shown: number[] }).shown = shown;
    document.addEventListener(
      'keydown',
      event => {
        const at = event.timeStamp;
        // After the frame that this key leads to.
        requestAnimationFrame(() => setTimeout(() => shown.push(performance.now() - at)));
      },
      { capture: true }
    );
  });
  await page.keyboard.type('  # ' + 'note '.repeat(keys).slice(0, keys - 4), { delay: PAUSE_MS });
  await page.waitForTimeout(500);
  return page.evaluate(() => (window as unknown as { shown: number[] }).shown);
}

/** A digit more makes the step read another one's value: until the edge from that one is drawn. */
async function changeEdge(page: Page): Promise<number[]> {
  const found: number[] = [];
  for (let round = 0; round < 10; round++) {
    for (const key of ['1', 'Backspace']) {
      await page.evaluate(() => {
        const edges = (): string =>
          [...document.querySelectorAll('#jp-chard-panel .jp-chard-Graph-edge title')]
            .map(title => title.textContent)
            .join('\n');
        const before = edges();
        const count = before.split('\n').length;
        const state = window as unknown as { changed: Promise<number> };
        state.changed = new Promise(resolve => {
          let pressed = 0;
          document.addEventListener('keydown', event => (pressed = event.timeStamp), {
            capture: true,
            once: true
          });
          const observer = new MutationObserver(() => {
            // Until it is laid out, an edge may be missing.
            const now = edges();
            if (now === before || now.split('\n').length < count) return;
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - pressed)));
          });
          observer.observe(document.querySelector('#jp-chard-panel')!, {
            subtree: true,
            childList: true,
            characterData: true
          });
        });
      });
      await page.keyboard.press(key);
      found.push(
        await page.evaluate(() => (window as unknown as { changed: Promise<number> }).changed)
      );
      await page.waitForTimeout(PAUSE_MS * 2);
    }
  }
  return found;
}

async function measure(
  browser: Browser,
  where: Where,
  options: Options,
  panel: 'absent' | 'closed' | 'open'
): Promise<Typed> {
  const { context, page } = await newPage(browser);
  await open(page, where, options.notebook);
  await page.locator('.jp-Notebook .jp-Cell').first().waitFor();
  if (panel !== 'absent') await untilKnown(page);
  if (panel === 'open') {
    await page.locator('.jp-SideBar [data-id=chard-panel]').click();
    await page.locator('#jp-chard-panel [data-node]').first().waitFor();
  }
  await enter(page, options.cell);
  await untilQuiet(page);
  const graph = panel === 'open' ? await changeEdge(page) : [];
  await untilQuiet(page);
  await clearTasks(page);
  const shown = await type(page, options.keys);
  const tasks = await longTasks(page);
  await context.close();
  return { shown, graph, ...tasks };
}

await main(async (browser, options: Options) => {
  const found: Record<'absent' | 'closed' | 'open', Typed[]> = { absent: [], closed: [], open: [] };
  for (let round = 0; round < options.rounds; round++) {
    found.absent.push(await measure(browser, options.without, options, 'absent'));
    found.closed.push(await measure(browser, options.with, options, 'closed'));
    found.open.push(await measure(browser, options.with, options, 'open'));
  }
  return found;
});
