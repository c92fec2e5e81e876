import type { Page } from '@playwright/test';
import { code, expect, markdown, test, type Lab, type TestCell } from './lab';

const BARE: TestCell[] = [
  code('import math'),
  code('rate = 2'),
  markdown('## Load'),
  code('data = list(range(9))'),
  markdown('## Add'),
  code('total = math.floor(sum(data) * rate)')
];
const PIPELINE: TestCell[] = [
  code('rate = 2', 'pipeline-parameters'),
  code('data = list(range(9))', 'step:load'),
  code('total = sum(data) * rate', 'step:add', 'prev:load'),
  code('print("total", total)', 'pipeline-metrics')
];
const RUNS = { timeout: 90_000 };

/** They act on a thing that only their arguments, a row, or an address names, so that words alone say too little. */
const NOT_BY_WORDS = [
  'chard:clear-run-selection',
  'chard:compare-selected-runs',
  'chard:follow-experiment-link',
  'chard:follow-run-link',
  'chard:follow-snapshot-link',
  'chard:go-to-cell',
  'chard:open-as-pipeline',
  'chard:open-experiment',
  'chard:open-runs',
  'chard:rename-step',
  'chard:set-cell-step'
];

/** Leaves a document or dialog, so that the notebook is the current one again. */
const backTo = (lab: Lab, path: string): Promise<void> => lab.execute('docmanager:open', { path });

const runTab = (lab: Lab) => lab.page.locator('#jp-main-dock-panel .lm-TabBar-tab.jp-mod-current');
const runState = (lab: Lab) => lab.page.locator('.jp-chard-Run:visible .jp-chard-Run-state');

test('every command that words can name is in the palette', async ({ lab }) => {
  const { page } = lab;
  await lab.open(PIPELINE);
  await lab.execute('apputils:activate-command-palette');
  const items = page.locator('.lm-CommandPalette-item[data-command^="chard:"]');
  const offered = () =>
    items.evaluateAll(all => all.map(each => (each as HTMLElement).dataset.command));
  const own = await page.evaluate(() =>
    window.jupyterapp.commands.listCommands().filter(id => id.startsWith('chard:'))
  );
  // The palette draws its list a part at a time.
  await expect
    .poll(async () => {
      const there = await offered();
      return own.filter(id => !there.includes(id)).sort();
    })
    .toEqual(NOT_BY_WORDS);
  await page.keyboard.press('Escape');
});

/** Presses Escape once the dialog has the keyboard, which is a moment after it is drawn. */
async function leaveDialog(page: Page, text: RegExp): Promise<void> {
  const dialog = page.getByRole('dialog').filter({ hasText: text });
  await expect(dialog.locator(':focus')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
}

test('cells are annotated by words', async ({ lab }) => {
  const { page } = lab;
  await lab.open(BARE);
  await lab.select(1);
  const kinds = {
    Imports: ['imports'],
    Functions: ['functions'],
    Metrics: ['pipeline-metrics'],
    Parameters: ['pipeline-parameters'],
    // What a cell was before it was skipped is not forgotten.
    Skip: ['pipeline-parameters', 'skip']
  };
  for (const [kind, tags] of Object.entries(kinds)) {
    await lab.choose(`Cell Kind: ${kind}`);
    await expect.poll(() => lab.tags(1)).toEqual(tags);
  }
  await lab.select(3);
  await lab.choose('Cell Kind: Step');
  await expect(lab.editor.getByLabel('Step name')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect.poll(() => lab.tags(3)).toEqual(['step:load']);
  await lab.choose('Edit Cell in Pipeline…');
  await expect(lab.editor.getByLabel('Step name')).toHaveValue('load');
  await page.keyboard.press('Escape');
  await lab.select(5);
  await lab.choose('Cell Kind: Continue the Cell Above');
  await expect(lab.lineOf('total =')).toContainText('load');

  await lab.choose('Suggest Steps…');
  await page.getByRole('button', { name: 'Take them' }).click();
  await expect.poll(() => lab.tags(0)).toEqual(['imports']);
  await lab.choose('Pipeline lines');
  await expect(lab.lineOf('total =')).toBeHidden();
  await lab.choose('Pipeline lines');
  await expect(lab.lineOf('total =')).toBeVisible();
});

test('each section of the panel is shown by its name, and a problem is repaired', async ({
  lab
}) => {
  await lab.open([code('a = 1', 'step:one'), code('b = 2', 'step:two', 'prev:on')]);
  for (const section of ['Graph', 'Problems', 'Runs', 'Snapshots', 'Tuning', 'Pipeline']) {
    await lab.choose(`Show Pipeline Panel: ${section}`);
    const title = lab.panel.getByRole('button', {
      name: new RegExp(`^${section}`),
      expanded: true
    });
    await expect(title.first()).toBeVisible();
  }
  await lab.select(1);
  await expect(lab.panel.getByRole('button', { name: /^Problems/ })).toContainText('1 error');
  await lab.choose('Repair Problem of Cell');
  await expect.poll(() => lab.tags(1)).toEqual(['step:two', 'prev:one']);
});

test('a pipeline is compiled, run, run in part, looked at, compared, brought back and deleted by words', async ({
  lab
}) => {
  test.setTimeout(300_000);
  const { page } = lab;
  const path = await lab.open(PIPELINE);
  await lab.choose('Compile…');
  await expect(
    page.locator('.jp-Document:visible, .jp-MainAreaWidget:visible').last()
  ).toContainText('"schemaVersion"', RUNS);
  await backTo(lab, path);

  await lab.choose('Compile and Run');
  await expect(runState(lab)).toHaveText('Succeeded', RUNS);
  await expect(runTab(lab)).toContainText('run 1');
  await backTo(lab, path);

  await lab.select(2);
  await lab.choose('Run from Here');
  await expect(runTab(lab)).toContainText('run 2', RUNS);
  await expect(runState(lab)).toHaveText('Succeeded', RUNS);
  await backTo(lab, path);
  await lab.select(2);
  await lab.choose('Run Only This Step');
  await expect(runTab(lab)).toContainText('run 3', RUNS);
  await expect(runState(lab)).toHaveText('Succeeded', RUNS);
  await backTo(lab, path);

  await lab.choose('Run with Other Parameters…');
  const form = page.getByRole('dialog').filter({ hasText: 'Run with other parameters' });
  await form.getByLabel('rate int').fill('3');
  await form.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(runTab(lab)).toContainText('run 4', RUNS);
  await expect(runState(lab)).toHaveText('Succeeded', RUNS);
  await backTo(lab, path);

  await lab.choose('Open Last Run');
  await expect(runTab(lab)).toContainText('run 4');
  await page.locator('.jp-chard-Run:visible [data-node=add]').click();
  await lab.choose('Go to Cell of Step');
  await expect(lab.cells.nth(2)).toHaveClass(/jp-mod-active/);
  await lab.choose('Open Last Run');
  await lab.choose('Rename Run…');
  await page.getByRole('dialog').getByRole('textbox').fill('three');
  await page.keyboard.press('Enter');
  await expect(runTab(lab)).toContainText('three');
  await lab.choose('Compare Runs');
  await expect(page.locator('.jp-chard-Compare:visible')).toContainText('rate');

  await lab.choose('Open Last Run');
  await lab.choose('Restore…');
  await leaveDialog(page, /folder/i);
  await lab.choose('Delete Run…');
  await expect(page.getByRole('dialog')).toContainText('Delete three?');
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.locator('.jp-chard-Run:visible')).toHaveCount(0);

  await backTo(lab, path);
  await lab.choose('Take Snapshot…');
  await leaveDialog(page, /snapshot/i);
  await lab.choose('Tune Hyperparameters…');
  await expect(lab.panel.getByRole('button', { name: /^Tuning/, expanded: true })).toBeVisible();
});

test('a run that goes on is cancelled by words', async ({ lab }) => {
  await lab.open([code('import time\ntime.sleep(300)', 'step:wait', 'cache:disabled')]);
  await lab.choose('Compile and Run');
  await expect(runState(lab)).toHaveAttribute('data-tone', 'running', RUNS);
  await lab.choose('Cancel Run');
  await expect(runState(lab)).toContainText(/cancelled/i, RUNS);
});
