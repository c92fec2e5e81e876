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

  await lab.execute('chard:run');
  const run = page.locator('.jp-chard-Run');
  await expect(run.locator('.jp-chard-Run-state')).toHaveText('Succeeded', { timeout: 100_000 });
  await run.locator('[data-node=evaluate]').click();
  await expect(run.getByRole('log')).not.toBeEmpty();
  await picture('run');
});
