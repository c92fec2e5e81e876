/** A run that was started from its notebook, in the page. */
import type { Page } from './page.mts';

/** Starts the notebook that is open and waits for the run's document. */
export async function startRun(page: Page): Promise<string> {
  const id = await page.evaluate(() => window.jupyterapp.commands.execute('chard:run'));
  await page.locator('.jp-chard-Run .jp-chard-Run-state').waitFor();
  return String(id);
}

/** Until the run whose document is open has ended. @returns its state in words. */
export async function untilOver(page: Page, minutes: number): Promise<string> {
  const state = page.locator('.jp-chard-Run:visible .jp-chard-Run-state[data-tone=ok]');
  const failed = page.locator('.jp-chard-Run:visible .jp-chard-Run-state[data-tone=failed]');
  await state.or(failed).waitFor({ timeout: minutes * 60_000 });
  const text = await page.locator('.jp-chard-Run:visible .jp-chard-Run-state').innerText();
  if (await failed.isVisible()) throw new Error(`The run has failed: ${text}`);
  return text;
}
