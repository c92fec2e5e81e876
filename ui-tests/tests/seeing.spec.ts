import AxeBuilder from '@axe-core/playwright';
import { code, expect, test, type TestCell } from './lab';

const NOTEBOOK: TestCell[] = [
  code('data = [1, 2]', 'step:load'),
  code('total = sum(data)', 'step:train'),
  code('print("total", total)', 'pipeline-metrics')
];

test('the graph follows what is typed and leads to the cell', async ({ lab }) => {
  await lab.open(NOTEBOOK);
  await lab.showPanel('graph');
  const nodes = lab.panel.locator('.jp-chard-Graph-node');
  await expect(nodes).toHaveCount(3);
  await expect(lab.panel.locator('.jp-chard-Graph-edge').first()).toContainText('data');
  await lab.setSource(1, 'total = 3');
  await expect(lab.panel.locator('.jp-chard-Graph-edge')).toHaveCount(1);
  await nodes.nth(1).click();
  await expect(lab.cells.nth(1)).toHaveClass(/jp-mod-active/);
  await expect(nodes.nth(1)).toHaveAttribute('aria-pressed', 'true');
  await lab.panel.getByText('As a list').click();
  await lab.panel.getByRole('button', { name: 'load', exact: true }).last().click();
  await expect(lab.cells.nth(0)).toHaveClass(/jp-mod-active/);
});

test('arrow keys walk the graph', async ({ lab }) => {
  await lab.open(NOTEBOOK);
  await lab.showPanel('graph');
  const nodes = lab.panel.locator('.jp-chard-Graph-node');
  await nodes.first().focus();
  await lab.page.keyboard.press('ArrowDown');
  await expect(nodes.nth(1)).toBeFocused();
  await lab.page.keyboard.press('Enter');
  await expect(lab.cells.nth(1)).toHaveClass(/jp-mod-active/);
});

test('a problem is shown at the cell, in the panel and in the status bar, and repaired by one press', async ({
  lab
}) => {
  await lab.open(NOTEBOOK);
  await lab.showPanel('problems');
  await expect(lab.page.locator('.jp-chard-StatusItem')).toContainText('2 steps');
  await expect(lab.page.locator('.jp-chard-StatusItem')).toContainText('1 warning');
  const problem = lab.panel.locator('.jp-chard-Problem').first();
  await expect(problem).toContainText('cell 2');
  await problem.getByRole('button').first().click();
  await expect.poll(() => lab.tags(1)).toEqual(['step:train', 'prev:load']);
  await expect(lab.panel.locator('.jp-chard-Problem.jp-chard-mod-warning')).toHaveCount(0);
  await lab.undo();
  await expect(lab.panel.locator('.jp-chard-Problem.jp-chard-mod-warning')).toHaveCount(1);
});

test('the panel has its place when it is opened for the first time', async ({ lab }) => {
  await lab.open(NOTEBOOK);
  await lab.showPanel('graph');
  const place = await lab.panel.boundingBox();
  const bar = await lab.page
    .getByRole('complementary', { name: 'alternate sidebar' })
    .boundingBox();
  expect(place!.width).toBeGreaterThanOrEqual(300);
  expect(place!.x + place!.width).toBeLessThanOrEqual(bar!.x + 1);
});

test('settings of the pipeline are written into the notebook', async ({ lab }) => {
  await lab.open(NOTEBOOK);
  await lab.showPanel('pipeline');
  await lab.panel.getByLabel('Name', { exact: true }).fill('numbers');
  await expect(lab.page.locator('.jp-chard-StatusItem')).toContainText('numbers: 2 steps');
  await lab.undo();
  await expect(lab.page.locator('.jp-chard-StatusItem')).not.toContainText('numbers');
});

test('the panel says so where there is no notebook, no pipeline or no Python', async ({ lab }) => {
  await lab.showPanel();
  await expect(lab.panel).toContainText('No notebook is open');
  await lab.open([code('a = 1')]);
  await expect(lab.panel).toContainText('No pipeline yet');
  await lab.closeAll();
  await lab.open([code('x <- 1')], 'ir', 'R');
  await expect(lab.panel).toContainText('Not a Python notebook');
});

for (const theme of ['JupyterLab Light', 'JupyterLab Dark', 'JupyterLab Dark High Contrast']) {
  test(`axe finds nothing serious, ${theme}`, async ({ lab }) => {
    const { page } = lab;
    await lab.execute('apputils:change-theme', { theme });
    await expect(page.locator('body')).toHaveAttribute('data-jp-theme-name', theme);
    await lab.open([...NOTEBOOK, code('print(undefined_name)', 'step:last')]);
    await lab.showPanel('problems');
    await expect(lab.panel.locator('.jp-chard-Problem')).not.toHaveCount(0);
    await expect(lab.panel.locator('.jp-chard-Graph-node')).toHaveCount(4);
    await lab.lineOf('total = sum').click();
    await lab.editor.getByRole('button', { name: 'More' }).click();
    for (const part of [
      '#jp-chard-panel',
      '.jp-chard-Editor',
      '.jp-chard-Line',
      '.jp-chard-StatusItem'
    ]) {
      const { violations } = await new AxeBuilder({ page }).include(part).analyze();
      const serious = violations.filter(
        ({ impact }) => impact === 'serious' || impact === 'critical'
      );
      expect(
        serious.map(({ id, nodes }) => ({ part, id, nodes: nodes.map(each => each.html) }))
      ).toEqual([]);
    }
    await lab.execute('apputils:change-theme', { theme: 'JupyterLab Light' });
  });
}

test('where the system chooses the colours, what is chosen is still seen', async ({ lab }) => {
  const { page } = lab;
  await lab.open(NOTEBOOK);
  await lab.showPanel();
  await page.emulateMedia({ forcedColors: 'active' });
  await lab.select(0);
  await page.keyboard.press('e');
  const kinds = lab.editor.getByRole('radio');
  const chosen = lab.editor.getByRole('radio', { checked: true });
  const background = (element: Element): string => getComputedStyle(element).backgroundColor;
  await expect(chosen).toBeVisible();
  const other = await kinds.and(page.locator('[aria-checked=false]')).first().evaluate(background);
  expect(await chosen.evaluate(background)).not.toBe(other);
  const primary = lab.panel.locator('.jp-chard-mod-primary');
  const [icon, behind] = await primary.evaluate(button => [
    getComputedStyle(button.querySelector('.jp-icon3')!).fill,
    getComputedStyle(button).backgroundColor
  ]);
  expect(icon).not.toBe(behind);
  await page.emulateMedia({ forcedColors: 'none' });
});
