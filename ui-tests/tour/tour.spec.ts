import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../tests/lab';

const ROOT = join(__dirname, '../..');
const PICTURES = join(ROOT, 'docs/pictures');

test('the pictures of the tour', async ({ lab }) => {
  const { page } = lab;
  const picture = (name: string) => page.screenshot({ path: join(PICTURES, `lab-${name}.png`) });
  const notebook = JSON.parse(
    readFileSync(join(ROOT, 'examples/digits/digits.ipynb'), 'utf8')
  ) as object;
  await lab.openNotebook('digits.ipynb', notebook);
  await lab.execute('application:set-mode', { mode: 'multiple-document' });
  await page.setViewportSize({ width: 1280, height: 800 });
  await lab.execute('application:toggle-left-area');
  await lab.showPanel('graph');
  await expect(lab.panel.locator('.jp-chard-Graph-node')).toHaveCount(5);
  await picture('notebook');

  await lab.select(11);
  await page.keyboard.press('e');
  await expect(lab.editor.getByLabel('Step name')).toBeFocused();
  await picture('editor');
  await page.keyboard.press('Escape');

  await lab.panel.getByRole('button', { name: 'Run with other parameters' }).click();
  const form = page.getByRole('dialog').filter({ hasText: 'Run with other parameters' });
  const fields = form.getByRole('textbox');
  await expect(fields.first()).toBeVisible();
  await fields.first().fill('0.3');
  await picture('parameters');
  await form.getByRole('button', { name: 'Cancel' }).click();

  await lab.execute('chard:run');
  const run = page.locator('.jp-chard-Run');
  await expect(run.locator('.jp-chard-Run-state')).toHaveText('Succeeded', { timeout: 100_000 });
  await run.locator('[data-node=evaluate]').click();
  await expect(run.getByRole('log')).not.toBeEmpty();
  await picture('run');

  const first = await page.evaluate(
    () => (window.jupyterapp.shell.currentWidget as unknown as { id: string }).id
  );
  await lab.execute('docmanager:open', { path: 'digits.ipynb' });
  const cells = notebook as {
    cells: { source: string | string[]; metadata: { tags?: string[] } }[];
  };
  const at = cells.cells.findIndex(({ metadata }) =>
    metadata.tags?.includes('pipeline-parameters')
  );
  const source = [cells.cells[at]!.source].flat().join('');
  await lab.setSource(at, source.replace(/^trees = \d+/m, 'trees = 20'));
  const second = await page.evaluate(() => window.jupyterapp.commands.execute('chard:run'));
  await expect(page.locator('.jp-chard-Run:visible .jp-chard-Run-state')).toHaveText('Succeeded', {
    timeout: 100_000
  });
  await lab.execute('chard:compare-runs', { runs: [first.replace('chard-run-', ''), second] });
  await expect(page.locator('.jp-chard-Compare-headline')).toContainText('trees');
  await picture('compare');

  await lab.execute('chard:compare-run-snapshots', {
    runs: [first.replace('chard-run-', ''), second]
  });
  await expect(page.locator('.jp-chard-ComparedCell:visible').first()).toBeVisible();
  await picture('snapshots');
});
