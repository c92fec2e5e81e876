import AxeBuilder from '@axe-core/playwright';
import { code, expect, test } from './lab';

const NOTEBOOK = [
  code('rate = 0.5\ndepth = 2', 'pipeline-parameters'),
  code('data = [1, 2, 3]', 'step:make'),
  code('loss = sum(data) * (rate - 0.25) ** 2 + depth', 'step:train', 'prev:make'),
  code('print("loss", loss)', 'pipeline-metrics')
];

test('a notebook is tuned from the form to the best values in its parameters cell, and back', async ({
  lab
}) => {
  test.setTimeout(240_000);
  const { page } = lab;
  await lab.open(NOTEBOOK);
  await lab.showPanel('tuning');
  const section = lab.panel.locator('[data-section=tuning]');
  await expect(lab.panel.getByRole('button', { name: 'Compile and run' })).toBeVisible();
  await section.getByRole('switch', { name: 'Tune hyperparameters' }).check();
  const start = lab.panel.getByRole('button', { name: 'Compile and tune' });
  await expect(start).toBeVisible();
  await expect(section.getByLabel('Metric', { exact: true })).toHaveValue('loss');

  await section.getByLabel('depth: fixed or tuned').selectOption('Fixed');
  const rate = section.getByRole('group', { name: 'rate' });
  await section.getByLabel('rate: fixed or tuned').selectOption('Range');
  await rate.getByLabel('log').uncheck();
  await rate.getByLabel('rate: from').fill('0.25');
  await rate.getByLabel('rate: to').fill('0.1');
  await expect(rate.getByRole('alert')).toBeVisible();
  await rate.getByLabel('rate: to').fill('1');
  await rate.getByLabel('rate: step').fill('0.25');
  await section.getByLabel('Algorithm', { exact: true }).selectOption('Grid');
  await section.getByLabel('Trials in all').fill('4');
  await section.getByLabel('Trials at a time').fill('2');
  await expect(section.getByText('That makes 4 points.')).toBeVisible();
  const form = await new AxeBuilder({ page }).include('[data-section=tuning]').analyze();
  expect(form.violations).toEqual([]);

  await start.click();
  const found = page.locator('.jp-chard-Experiment');
  await expect(found.locator('.jp-chard-Run-state')).toHaveText('Finished, 4 of 4 trials done', {
    timeout: 120_000
  });
  await expect(found.getByRole('heading', { level: 2 })).toHaveText('Best: loss 2 with rate 0.25.');
  await expect(found.locator('.jp-chard-Trials-row')).toHaveCount(4);
  const document = await new AxeBuilder({ page }).include('.jp-chard-Experiment').analyze();
  expect(document.violations).toEqual([]);

  await found.getByRole('button', { name: 'Write into parameters' }).click();
  await expect(lab.cells.nth(0)).toContainText('rate = 0.25');
  await expect(lab.cells.nth(0)).toContainText('depth = 2');
  await lab.undo();
  await expect(lab.cells.nth(0)).toContainText('rate = 0.5');
});

test('an experiment is worked with by keyboard, and its trials open as runs', async ({ lab }) => {
  test.setTimeout(240_000);
  const { page } = lab;
  await lab.open(NOTEBOOK);
  await lab.showPanel('tuning');
  const section = lab.panel.locator('[data-section=tuning]');
  await section.getByRole('switch', { name: 'Tune hyperparameters' }).check();
  await section.getByLabel('Trials in all').fill('4');
  await lab.execute('chard:tune');
  const found = page.locator('.jp-chard-Experiment');
  await expect(found.locator('.jp-chard-Run-state')).toHaveText('Finished, 4 of 4 trials done', {
    timeout: 120_000
  });
  const chart = found.getByRole('application', { name: /^Best value over time/ });
  await chart.focus();
  await page.keyboard.press('Home');
  await expect(found.locator('.jp-chard-mod-history').getByRole('status')).toContainText('Trial');
  const atMost = found.getByRole('slider', { name: 'loss: at most' });
  await atMost.focus();
  await page.keyboard.press('Home');
  await expect(found.locator('.jp-chard-Trials-row')).not.toHaveCount(4);
  await page.keyboard.press('Escape');
  await expect(found.locator('.jp-chard-Trials-row')).toHaveCount(4);
  await found.getByRole('grid', { name: 'Trials' }).focus();
  await page.keyboard.press(' ');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press(' ');
  await expect(found.getByText('2 selected')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(
    page.locator('.jp-chard-Run:not(.jp-chard-Experiment) .jp-chard-Run-state')
  ).toHaveText('Succeeded');
});
