import type { Page } from '@playwright/test';
import { code, expect, markdown, test, type TestCell } from './lab';

const BARE: TestCell[] = [
  code('import math'),
  code('rate = 0.5'),
  markdown('## Load'),
  code('data = list(range(9))'),
  markdown('## Train'),
  code('mean = sum(data) / len(data) * rate'),
  code('print(data[:2])'),
  markdown('## Judge'),
  code('best = math.sqrt(mean - 5)')
];

/** Presses keys one after the other; none of them leaves the keyboard with nobody. */
async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) {
    await page.keyboard.press(key);
    await expect
      .poll(() => page.evaluate(() => document.activeElement === document.body))
      .toBe(false);
  }
}

/** Presses Tab until the element has the keyboard. */
async function tabTo(page: Page, selector: string, key = 'Tab'): Promise<void> {
  const isThere = (): Promise<boolean> =>
    page.evaluate(wanted => document.activeElement?.matches(wanted) ?? false, selector);
  for (let count = 0; count < 60; count++) {
    if (await isThere()) return;
    await press(page, key);
  }
  throw new Error(`The keyboard never comes to ${selector}.`);
}

/** Chooses a command in JupyterLab's palette. */
async function choose(page: Page, label: string): Promise<void> {
  await page.keyboard.press('Control+Shift+c');
  await expect(page.locator('.lm-CommandPalette-input')).toBeFocused();
  await page.keyboard.type(label);
  const item = page.locator('.lm-CommandPalette-item.lm-mod-active');
  await expect(item).toContainText(label);
  await expect(item).not.toHaveClass(/lm-mod-disabled/);
  await page.keyboard.press('Enter');
  await expect(page.locator('.lm-CommandPalette-input')).toBeHidden();
}

test('by the keyboard alone: from a bare notebook to a failed run, its cell, and a run that succeeds', async ({
  lab
}) => {
  const { page } = lab;
  await lab.open(BARE);
  await lab.select(0);

  await choose(page, 'Suggest Steps…');
  const dialog = page.locator('.jp-chard-Suggestions-dialog');
  await expect(dialog.getByRole('button', { name: 'Take them' })).toBeFocused();
  await tabTo(page, '.jp-chard-Suggestions li:nth-child(5) input');
  await press(page, 'Space', 'Enter');
  await expect.poll(() => lab.tags(5)).toEqual(['step:train', 'prev:load']);
  await expect.poll(() => lab.tags(6)).toEqual([]);

  // A cell that only looks at things is skipped; a name is typed at once.
  await expect(page.locator('.jp-Cell.jp-mod-active')).toBeFocused();
  await press(page, ...Array<string>(6).fill('ArrowDown'), 'o');
  await expect.poll(() => lab.tags(6)).toEqual(['skip']);
  await press(page, 'ArrowUp', 'e');
  await page.keyboard.type('average');
  await expect.poll(() => lab.tags(5)).toEqual(['step:average', 'prev:load']);
  await expect.poll(() => lab.tags(8)).toEqual(['step:judge', 'prev:average']);

  // A dependency is taken away and, as it is found in the code, accepted again.
  await tabTo(page, '.jp-chard-Chip');
  await press(page, 'Enter');
  await expect.poll(() => lab.tags(5)).toEqual(['step:average']);
  await expect(lab.editor.locator('.jp-chard-Chip.jp-chard-mod-derived')).toBeVisible();
  await expect(lab.editor.locator(':focus')).toHaveCount(1);
  await press(page, 'Escape');
  await expect(page.locator('.jp-Cell.jp-mod-active')).toBeFocused();
  await choose(page, 'Show Pipeline Panel: Problems');
  await expect(lab.panel.getByRole('button', { name: /^Problems/ })).toBeFocused();
  await expect(lab.panel.getByRole('button', { name: /^Let "average" depend/ })).toBeVisible();
  await press(page, 'Tab', 'Enter');
  await expect.poll(() => lab.tags(5)).toEqual(['step:average', 'prev:load']);
  await expect(lab.panel.getByText('Nothing to complain about.')).toBeVisible();

  await choose(page, 'Show Pipeline Panel: Graph');
  await expect(lab.panel.getByRole('button', { name: /^Graph/ })).toBeFocused();
  await tabTo(page, '.jp-chard-Graph-node');
  await press(page, 'ArrowDown', 'ArrowDown', 'Enter');
  await expect(page.locator('.jp-Cell.jp-mod-active')).toContainText('best = ');

  await press(page, 'Control+Shift+Enter');
  const run = page.locator('.jp-chard-Run:visible');
  await expect(run.locator('.jp-chard-Run-state')).toContainText('Failed', { timeout: 90_000 });
  await tabTo(page, '.jp-chard-Graph-node');
  await press(page, 'Enter');
  await expect(run.getByRole('tab', { name: 'Error' })).toBeFocused();
  await press(page, 'Tab', 'Enter');
  await expect(page.locator('.jp-Cell.jp-mod-active .cm-content')).toBeFocused();
  await press(page, 'End', 'Backspace', 'Backspace', 'Backspace', 'Backspace');
  await page.keyboard.type('+ 5)');
  await press(page, 'Escape');

  await choose(page, 'Open Last Run');
  await expect(run.locator('.jp-chard-Run-state')).toContainText('Failed');
  await choose(page, 'Resume from Step');
  await expect(run.locator('.jp-chard-Run-state')).toHaveText('Succeeded', { timeout: 90_000 });

  // Rows are gone through with the arrows, and Enter leads on.
  await tabTo(page, '.jp-chard-Views button:nth-child(2)');
  await press(page, 'Enter');
  await tabTo(page, '.jp-chard-StepTable [data-row]');
  await press(page, 'ArrowUp');
  await expect(run.locator('.jp-chard-StepTable [data-row=average]')).toBeFocused();
  await press(page, 'Enter');
  await expect(run.getByRole('tab', { name: 'Log' })).toBeFocused();
  await press(page, 'Control+Alt+ArrowLeft', 'Control+Alt+ArrowLeft');
  await expect(run.getByRole('tab', { name: /^Code/ })).toBeFocused();
  await tabTo(page, '.jp-chard-Timeline-row');
  await press(page, 'ArrowDown');
  await expect(run.getByRole('heading', { name: 'judge' })).toBeVisible();

  await choose(page, 'Compare Runs');
  await expect(page.locator('.jp-chard-Compare:visible')).toContainText('judge');
  await choose(page, 'Show Pipeline Panel: Runs');
  await tabTo(page, '[data-run]');
  await press(page, 'F2');
  await expect(page.getByRole('dialog').getByRole('textbox')).toBeFocused();
  await page.keyboard.type('mended');
  await press(page, 'Enter');
  const rows = lab.panel.locator('[data-run]');
  await expect(rows.first()).toContainText('mended');
  await expect(rows.first()).toBeFocused();
  await press(page, 'ArrowDown', 'Delete');
  await expect(page.getByRole('dialog')).toContainText('Delete Run 1?');
  await press(page, 'Enter');
  await expect(rows).toHaveCount(1);
  await expect(rows.first()).toBeFocused();
});

test('by the keyboard alone: a step in a kernel of its own', async ({ lab }) => {
  const { page } = lab;
  await lab.open([code('a = 1', 'step:one'), code('b = a', 'step:two', 'prev:one')]);
  await lab.select(0);
  await press(page, 'Control+Shift+Enter');
  const state = page.locator('.jp-chard-Run:visible .jp-chard-Run-state');
  await expect(state).toHaveText('Succeeded', { timeout: 90_000 });
  await choose(page, 'Open Step in a Kernel');
  await expect(lab.cells.filter({ hasText: 'b = a' })).toBeVisible({ timeout: 90_000 });
  await expect(page.locator('.jp-NotebookPanel:visible .jp-Cell.jp-mod-active')).toBeFocused();
});
