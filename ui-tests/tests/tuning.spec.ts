import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { code, expect, openLab, placesOf, test } from './lab';

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
  const path = await lab.open(NOTEBOOK);
  await lab.showPanel('tuning');
  await expect(lab.panel.getByRole('button', { name: 'Compile and run' })).toBeVisible();
  const section = await lab.tune();
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
  const found = lab.experiment;
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

  // Its notebook is renamed: the experiment stays its own, and writes into it.
  const renamed = path.replace('test', 'renamed');
  await page.evaluate(
    async ([from, to]) => {
      await window.jupyterapp.serviceManager.contents.rename(from!, to!);
    },
    [path, renamed]
  );
  await expect(section.locator('.jp-chard-Experiments > li')).toHaveCount(1);
  await page
    .locator('#jp-main-dock-panel')
    .getByRole('tab', { name: path.replace('.ipynb', '') })
    .click();
  await found.getByRole('button', { name: 'Write into parameters' }).click();
  await expect(lab.cells.nth(0)).toContainText('rate = 0.25');
  await expect(page.getByRole('tab', { name: renamed })).toHaveAttribute('aria-selected', 'true');
});

test('an experiment is worked with by keyboard, and its trials open as runs', async ({ lab }) => {
  test.setTimeout(240_000);
  const { page } = lab;
  await lab.open(NOTEBOOK);
  const section = await lab.tune();
  await section.getByLabel('Trials in all').fill('4');
  await lab.execute('chard:tune');
  const found = lab.experiment;
  await expect(found.locator('.jp-chard-Run-state')).toHaveText('Finished, 4 of 4 trials done', {
    timeout: 120_000
  });
  const chart = found.getByRole('application', { name: /^Best value over time/ });
  const reading = found.locator('.jp-chard-mod-history').getByRole('status');
  // The charts follow the words as the page finds time: until then there is nothing to go to.
  await expect(async () => {
    await chart.focus();
    await page.keyboard.press('Home');
    await expect(reading).toContainText('Trial', { timeout: 1000 });
  }).toPass({ timeout: 30_000 });
  const atMost = found.getByRole('slider', { name: 'loss: at most' });
  await atMost.focus();
  // A pointer that draws the filter must not lose the axis.
  const drawing = found.locator('.jp-chard-mod-parallel .jp-chard-Plot').last();
  const place = await drawing.boundingBox();
  await page.keyboard.press('Home');
  await expect(found.locator('.jp-chard-Trials-row')).not.toHaveCount(4);
  await expect(found.getByRole('button', { name: /show all$/ })).toBeVisible();
  expect(await drawing.boundingBox()).toEqual(place);
  await page.keyboard.press('Escape');
  await expect(found.locator('.jp-chard-Trials-row')).toHaveCount(4);
  await found.getByRole('grid', { name: 'Trials' }).focus();
  await page.keyboard.press(' ');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press(' ');
  await expect(found.getByText('2 selected')).toBeVisible();
  await page.keyboard.press('Enter');
  const run = page.locator('.jp-chard-Run:not(.jp-chard-Experiment)');
  await expect(run.locator('.jp-chard-Run-state')).toHaveText('Succeeded');
  // A trial's run says whose it is, and leads back.
  await expect(page.getByRole('tab', { name: /^test-.* · trial \d$/ })).toBeVisible();
  await run.getByRole('button', { name: /^trial \d$/ }).click();
  await expect(found).toBeVisible();
});

test('the section that is asked for is in view, as much of it as fits, however late it loads', async ({
  lab
}) => {
  const late = await openLab(lab.page.context(), '', 'late');
  const { page, panel } = late;
  await page.route('**/jupyterlab-chard/static/**', async route => {
    await page.waitForTimeout(200);
    await route.continue();
  });
  await late.open(NOTEBOOK);
  const section = panel.locator('[data-section=tuning]');
  /** How far it stands out of the panel, above and below. */
  const out = () =>
    section.evaluate(node => {
      const { top, bottom } = node.getBoundingClientRect();
      const view = node.closest('.jp-chard-Panel')!.getBoundingClientRect();
      return [view.top - top, bottom - view.bottom].map(Math.round);
    });
  await late.showPanel('tuning');
  const control = section.getByRole('switch', { name: 'Tune hyperparameters' });
  await expect(control).toBeInViewport({ ratio: 1 });
  // A frame in which it grows is not yet one in which it has been followed.
  await expect.poll(async () => Math.max(...(await out()))).toBeLessThanOrEqual(0);
  await control.check();
  await expect(section.getByLabel('Algorithm', { exact: true })).toBeVisible();

  // Higher than the panel: from its head on.
  await page.setViewportSize({ width: 1500, height: 500 });
  await late.execute('docmanager:save');
  await page.reload();
  await page.waitForFunction(() => window.jupyterapp?.commands.isEnabled('chard:edit-cell'));
  await late.showPanel('graph');
  await late.showPanel('tuning');
  await expect(section.getByLabel('Algorithm', { exact: true })).toBeVisible();
  await expect.poll(async () => (await out())[0]).toBe(0);
  expect((await out())[1]).toBeGreaterThan(0);

  // Who scrolls has the place.
  await section.hover();
  await page.mouse.wheel(0, -150);
  await expect.poll(async () => (await out())[0]).toBeLessThan(-100);
  await late.setSource(1, 'data = [1, 2, 3]\nother = [4]');
  await expect.poll(async () => (await out())[0]).toBeLessThan(-100);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.close();
});

test('a trial is renamed, linked, compared and deleted as any run is', async ({ lab }) => {
  test.setTimeout(180_000);
  const { page } = lab;
  await lab.open(NOTEBOOK);
  const section = await lab.tune();
  await section.getByLabel('Trials in all').fill('2');
  await lab.execute('chard:tune');
  const found = lab.experiment;
  await expect(found.locator('.jp-chard-Run-state')).toHaveText('Finished, 2 of 2 trials done', {
    timeout: 120_000
  });
  await found.locator('.jp-chard-Trials-row[data-trial="2"]').dblclick();
  const run = page.locator('.jp-chard-Run:not(.jp-chard-Experiment)');
  await expect(run.locator('.jp-chard-Run-state')).toHaveText('Succeeded');
  const dialog = page.locator('.jp-Dialog');

  await lab.choose('Rename Run…');
  await expect(dialog).toContainText('nothing for “Trial 2”');
  await page.keyboard.type('a good one');
  await page.keyboard.press('Enter');
  await expect(run.getByRole('heading', { level: 1 })).toHaveText('a good one');
  await lab.choose('Copy Link to Run');
  await expect(page.getByText('The link to this run is copied.')).toBeVisible();

  // There is no run to compare it with: the other trials are.
  await lab.choose('Compare Runs');
  const comparison = page.locator('.jp-chard-Compare');
  await comparison.getByRole('button', { name: 'Add a run' }).click();
  await expect(comparison.getByRole('columnheader', { name: 'Trial 1' }).first()).toBeVisible();
  await comparison.getByRole('button', { name: 'a good one' }).click();

  await lab.choose('Delete Run…');
  await expect(dialog).toContainText('What a trial came to stays in its experiment.');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(run).toHaveCount(0);
  // The keyboard is where a person looks.
  await expect
    .poll(() =>
      page.evaluate(() => document.activeElement?.closest('#jp-main-dock-panel') !== null)
    )
    .toBe(true);
  await lab.execute('chard:show-panel', { section: 'tuning' });
  await section.locator('.jp-chard-Experiments button').first().click();
  await expect(found.locator('.jp-chard-Trials-row')).toHaveCount(2);
});

/** A training that waits before its end until a file is there, so that a test can look at a live view first. */
const training = (gate: string) => [
  code('import os\nimport time\nimport chard', 'imports'),
  code('learning_rate = 0.001\nbatch_size = 32\nepochs = 3', 'pipeline-parameters'),
  code('data = [3, 1, 2]', 'step:preprocess'),
  code(
    [
      'for epoch in range(epochs):',
      '    val_loss = (learning_rate - 0.02) ** 2 * len(data) + batch_size / 1000 + 0.1 / (epoch + 1)',
      '    chard.log_metric("val_loss", val_loss, epoch + 1)',
      `while not os.path.exists(${JSON.stringify(gate)}):`,
      '    time.sleep(0.02)'
    ].join('\n'),
    'step:train',
    'prev:preprocess'
  )
];

test('six trials, three at a time, from what is proposed to the best in the notebook', async ({
  lab
}) => {
  test.setTimeout(240_000);
  const { page } = lab;
  const folder = mkdtempSync(join(tmpdir(), 'chard-gate-'));
  const gate = join(folder, 'open');
  await lab.open(training(gate));
  const section = await lab.tune();

  // What is proposed by names and values.
  const rate = section.getByRole('group', { name: 'learning_rate' });
  await expect(rate.getByLabel('log')).toBeChecked();
  await expect(section.getByLabel('batch_size: fixed or tuned')).toHaveValue('list');
  await expect(section.getByLabel('Metric', { exact: true })).toHaveValue('val_loss');
  await expect(section.getByLabel('Minimise or maximise')).toHaveValue('minimize');

  // What the walk-through asks for.
  await rate.getByLabel('log').uncheck();
  await rate.getByLabel('learning_rate: from').fill('0.001');
  await rate.getByLabel('learning_rate: to').fill('0.1');
  await rate.getByLabel('learning_rate: step').fill('0.01');
  const batch = section.getByRole('group', { name: 'batch_size' });
  await section.getByLabel('batch_size: fixed or tuned').selectOption('range');
  await batch.getByLabel('batch_size: from').fill('8');
  await batch.getByLabel('batch_size: to').fill('128');
  await batch.getByLabel('batch_size: step').fill('32');
  await section.getByLabel('epochs: fixed or tuned').selectOption('fixed');
  await section.getByLabel('Trials in all').fill('6');
  await section.getByLabel('Trials at a time').fill('3');

  // An empty field has a free name behind it; one of spaces is spoken of there, before anything starts.
  const name = section.getByLabel('Name of the experiment');
  const start = lab.panel.getByRole('button', { name: 'Compile and tune' });
  await expect(name).toHaveAttribute('placeholder', /^test-/);
  await name.fill('  ');
  await expect(section.getByText('The experiment has no name.')).toBeVisible();
  await name.fill('walk');

  await start.click();
  const found = lab.experiment;
  await expect(found.locator('.jp-chard-mod-parallel')).toBeVisible({ timeout: 60_000 });
  await expect(found.locator('.jp-chard-Run-state')).toHaveText('Running, 0 of 6 trials done');
  await expect(found.locator('.jp-chard-Trials-row[data-tone=running]')).toHaveCount(3);
  await expect(found.locator('.jp-chard-mod-curves')).toBeVisible();
  // From here on nothing moves, in no frame: not the cards, not the name and the buttons above them.
  const places = await placesOf(
    page,
    '.jp-chard-Experiment :is(.jp-chard-Run-header :is(h1, button), .jp-chard-Card)'
  );
  writeFileSync(gate, '');
  await expect(found.locator('.jp-chard-Run-state')).toHaveText('Finished, 6 of 6 trials done', {
    timeout: 120_000
  });
  await expect(found.locator('.jp-chard-Trials-row[data-tone=ok]')).toHaveCount(6);
  expect(await places()).toHaveLength(1);
  // The next one's form knows by now how long a trial takes.
  await expect(section.getByText(/About .* (a trial\.|each trial)/)).toBeVisible();

  const best = found.getByRole('region', { name: 'Best trial' });
  await expect(best.locator('.jp-chard-Best-value')).not.toBeEmpty();
  const [learningRate, batchSize] = await best.locator('dd').allTextContents();
  await found.getByRole('button', { name: 'Write into parameters' }).click();
  await expect(lab.cells.nth(1)).toContainText(`learning_rate = ${learningRate}`);
  await expect(lab.cells.nth(1)).toContainText(`batch_size = ${batchSize}`);
  await lab.undo();
  await expect(lab.cells.nth(1)).toContainText('batch_size = 32');

  await page.getByRole('tab', { name: 'walk' }).click();
  const [csv] = await Promise.all([
    page.waitForEvent('download'),
    found.getByRole('link', { name: 'CSV' }).click()
  ]);
  expect(csv.suggestedFilename()).toBe('walk.csv');
  const text = readFileSync(await csv.path(), 'utf8');
  expect(text.trim().split('\r\n')).toHaveLength(7);

  // A second one is counted up, which its field says beforehand: nobody has done anything wrong.
  await page.getByRole('tab', { name: /^test-/ }).click();
  await expect(name).toHaveValue('walk');
  await expect(section.getByRole('alert')).toHaveCount(0);
  await expect(section.getByTitle('There is an experiment “walk” already')).toHaveText(
    'next: walk-2'
  );
  await start.click();
  await expect(page.getByRole('tab', { name: 'walk-2' })).toBeVisible({ timeout: 60_000 });
  const next = page.locator('.jp-chard-Experiment:visible').filter({ hasText: 'walk-2' });
  await expect(next.locator('.jp-chard-Run-state')).toHaveText('Finished, 6 of 6 trials done', {
    timeout: 120_000
  });
  rmSync(folder, { recursive: true });
});
