import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { code, expect, placesOf, test } from './lab';

const DRAWING =
  '<svg width="40" height="20"><rect width="40" height="20"/><script>document.title = "taken"</script></svg>';

test('one press runs the notebook, and the run shows what its steps said', async ({ lab }) => {
  const { page } = lab;
  await lab.open([
    code('n = 3', 'pipeline-parameters'),
    code('data = list(range(n))\nprint("made", len(data))', 'step:make'),
    code(
      [
        'total = sum(data)',
        'display({"text/html": "<b>shown</b>"}, raw=True)',
        `display({"image/svg+xml": ${JSON.stringify(DRAWING)}, "text/plain": "drawing"}, raw=True)`
      ].join('\n'),
      'step:add',
      'prev:make'
    ),
    code('print("total", total)', 'pipeline-metrics')
  ]);
  await lab.showPanel('runs');
  await lab.panel.getByRole('button', { name: 'Compile and run' }).click();
  const run = page.locator('.jp-chard-Run');
  await expect(run.locator('.jp-chard-Run-state')).toHaveText('Succeeded', { timeout: 90_000 });
  await expect(run.getByRole('row', { name: /total/ })).toContainText('3');
  await run.locator('[data-node=make]').click();
  await expect(run.getByRole('log')).toContainText('made 3');
  await expect(run.locator('.jp-chard-Graph-node[data-tone=ok]')).toHaveCount(3);
  await run.locator('[data-node=add]').click();
  await run.getByRole('tab', { name: 'Outputs 2', exact: true }).click();
  await expect(run.locator('.jp-chard-Display b')).toHaveText('shown');
  const drawing = run.locator('.jp-chard-Display img');
  await expect(drawing).toBeVisible();
  expect(await drawing.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(40);
  await expect(page).not.toHaveTitle('taken');
});

test('an error leads to its cell, and the state stands at the step', async ({ lab }) => {
  const { page } = lab;
  await lab.open([
    code('data = [1]', 'step:make'),
    code('x = 1\nboom = data[5]', 'step:use', 'prev:make')
  ]);
  await lab.execute('chard:run');
  const run = page.locator('.jp-chard-Run');
  await expect(run.locator('.jp-chard-Run-state')).toHaveText('Failed in use', { timeout: 90_000 });
  await expect(run.getByRole('tab', { name: 'Error' })).toHaveAttribute('aria-selected', 'true');
  await expect(run.getByRole('heading', { name: 'IndexError in cell 2, line 2' })).toBeVisible();
  await run.getByRole('button', { name: 'Go to cell 2' }).click();
  await expect(lab.cells.nth(1)).toHaveClass(/jp-mod-active/);
  await expect(lab.lineOf('boom = data').locator('.jp-chard-Line-status')).toContainText('failed');
});

test('the buttons of a run stay where they are, from its first step to its end', async ({
  lab
}) => {
  const { page } = lab;
  const folder = mkdtempSync(join(tmpdir(), 'chard-gate-'));
  const gate = join(folder, 'open');
  await lab.open([
    code('n = 1000', 'pipeline-parameters'),
    code('data = list(range(n))', 'step:make'),
    code(
      `import os, time\nprint("waits")\nwhile not os.path.exists(${JSON.stringify(gate)}): time.sleep(0.05)\ndata[n]`,
      'step:use',
      'prev:make'
    )
  ]);
  await lab.execute('chard:run');
  const run = page.locator('.jp-chard-Run');
  const button = (name: string) => run.getByRole('button', { name, exact: true });
  await expect(run.getByRole('log')).toContainText('waits', { timeout: 90_000 });
  await expect(button('Cancel run')).toBeEnabled();
  await expect(button('Try again')).toBeDisabled();
  await expect(button('Run again as it was')).toBeDisabled();
  const places = await placesOf(page, '.jp-chard-Run-top :is(h1, button, a)');
  writeFileSync(gate, '');
  await expect(run.locator('.jp-chard-Run-state')).toHaveText('Failed in use', { timeout: 90_000 });
  await expect(button('Cancel run')).toBeDisabled();
  await expect(button('Try again')).toBeEnabled();
  await expect(button('Run again as it was')).toBeEnabled();
  expect(await places()).toHaveLength(1);
  rmSync(folder, { recursive: true });
});

test('a notebook with errors is not run: its problems are shown', async ({ lab }) => {
  const { page } = lab;
  await lab.open([code('x = nowhere', 'step:one')]);
  await lab.execute('chard:run');
  await expect(page.getByText('The notebook has errors')).toBeVisible();
  await expect(lab.panel.locator('.jp-chard-Problem.jp-chard-mod-error')).toHaveCount(1);
  await expect(page.locator('.jp-chard-Run')).toHaveCount(0);
});
