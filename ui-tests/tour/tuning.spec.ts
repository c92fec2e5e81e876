import { join } from 'node:path';
import { code, expect, test } from '../tests/lab';

const PICTURES = join(__dirname, '../../docs/pictures');

/** A training whose loss falls with each epoch, the faster the better its parameters are. */
const TRAINING = [
  code('import math\nimport time\nimport chard', 'imports'),
  code('learning_rate = 0.01\ndepth = 4\noptimizer = "adam"\nepochs = 12', 'pipeline-parameters'),
  code('rows = list(range(1000))', 'step:load'),
  code(
    [
      'loss = 1.0',
      'miss = abs(math.log10(learning_rate) + 2.2) / 4 + abs(depth - 6) / 20',
      'miss += 0 if optimizer == "adam" else 0.15',
      'for epoch in range(epochs):',
      '    loss = miss + (1 - miss) * math.exp(-epoch / 4)',
      '    chard.log_metric("loss", round(loss, 4), epoch + 1)',
      '    time.sleep(0.02)'
    ].join('\n'),
    'step:train',
    'prev:load'
  )
];

test('the pictures of tuning', async ({ lab }) => {
  test.setTimeout(400_000);
  const { page } = lab;
  const picture = (name: string) => page.screenshot({ path: join(PICTURES, `lab-${name}.png`) });
  await lab.open(TRAINING);
  await lab.execute('application:set-mode', { mode: 'multiple-document' });
  await page.setViewportSize({ width: 1280, height: 900 });
  await lab.execute('application:toggle-left-area');
  await lab.showPanel('tuning');
  const section = lab.panel.locator('[data-section=tuning]');
  await section.getByRole('switch', { name: 'Tune hyperparameters' }).check();
  await section.getByLabel('epochs: fixed or tuned').selectOption('fixed');
  await section.getByLabel('optimizer: fixed or tuned').selectOption('choices');
  await section.getByLabel('Name of the experiment').fill('rates');
  await section.getByLabel('Trials in all').fill('30');
  await section.getByRole('button', { name: 'More' }).click();
  await section.getByLabel('Early stopping', { exact: true }).selectOption('medianstop');
  await section.getByRole('button', { name: 'More' }).click();
  await section.evaluate(node => node.scrollIntoView({ block: 'start' }));
  await picture('tuning');

  await lab.execute('chard:tune');
  const found = page.locator('.jp-chard-Experiment');
  await expect(found.locator('.jp-chard-Run-state')).toHaveText(/^Finished/, { timeout: 300_000 });
  // The notification of its start goes by itself.
  await expect(page.locator('.Toastify__toast')).toHaveCount(0);
  await lab.execute('application:toggle-right-area');
  await expect(found.locator('.jp-chard-Importance li').first()).toBeVisible();
  await picture('experiment');
});
