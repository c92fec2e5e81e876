import { expectAccessible, THEMES } from './axe';
import { code, expect, test } from './lab';

test('a long log is followed, gone through by keys, and searched on the server', async ({
  lab
}) => {
  const { page } = lab;
  await lab.open([
    code('for i in range(30_000):\n    print(f"\\x1b[31mline\\x1b[0m {i}")', 'step:talk')
  ]);
  await lab.execute('chard:run');
  const run = page.locator('.jp-chard-Run');
  await expect(run.locator('.jp-chard-Run-state')).toHaveText('Succeeded', { timeout: 90_000 });
  const log = run.getByRole('log');
  await expect(log.getByText('29999')).toBeVisible();
  await expect(log.locator('.ansi-red-fg').first()).toBeVisible();
  // Only what the screen holds is in the page.
  expect(await log.locator('.jp-chard-Log-line').count()).toBeLessThan(120);
  await log.focus();
  await page.keyboard.press('Home');
  await expect(log.locator('.jp-chard-Log-line').first()).toContainText('line 0');
  await expect(run.getByRole('button', { name: 'At the end' })).toHaveAttribute(
    'aria-pressed',
    'false'
  );
  await run.getByLabel('Find in the log').fill('line 1234');
  await page.keyboard.press('Enter');
  await expect(run.getByText('1 of 11', { exact: true })).toBeVisible();
  await expect(log.locator('.jp-chard-mod-current')).toContainText('line 1234');
  await page.keyboard.press('Enter');
  await expect(log.locator('.jp-chard-mod-current')).toContainText('line 12340');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.press('Shift+Enter');
  await expect(log.locator('.jp-chard-mod-current')).toContainText('line 12349');
  const download = page.waitForEvent('download');
  await run.getByRole('link', { name: 'Download', exact: true }).click();
  expect((await download).suggestedFilename()).toMatch(/-talk\.log$/);
});

test('values are listed with their shape, and a row opens a look at one', async ({ lab }) => {
  const { page } = lab;
  await lab.open([
    code('import pandas as pd', 'imports'),
    code('frame = pd.DataFrame({"amount": range(50)})', 'step:make'),
    code('total = int(frame.amount.sum())', 'step:add', 'prev:make')
  ]);
  await lab.execute('chard:run');
  const run = page.locator('.jp-chard-Run');
  await expect(run.locator('.jp-chard-Run-state')).toHaveText('Succeeded', { timeout: 90_000 });
  // A server that cannot be reached is said, and asked again until it can.
  await page.route('**/chard/api/v1/**', route => route.abort());
  await run.locator('[data-node=make]').click();
  await run.getByRole('tab', { name: 'Inputs & outputs' }).click();
  await expect(run.getByRole('tabpanel').getByRole('alert')).toContainText('does not answer');
  await page.unroute('**/chard/api/v1/**');
  await expect(run.getByRole('tab', { name: 'Inputs & outputs 1 out' })).toBeVisible();
  const row = run.getByRole('row', { name: /frame/ });
  await expect(row).toContainText('pandas.DataFrame');
  await expect(row).toContainText('50 × 1');
  await expect(row).toContainText('add');
  await row.getByRole('button').click();
  await expect(run.locator('.jp-chard-Values-peek')).toContainText('50 rows, 1 column');
  await expect(run.locator('.jp-chard-Values-peek th').getByText('amount')).toBeVisible();
});

test('the keyboard walks the graph, goes on to the details and through their tabs', async ({
  lab
}) => {
  const { page } = lab;
  await lab.open([
    code('a = 1', 'step:one'),
    code('b = a', 'step:two', 'prev:one'),
    code(
      'for i in range(9):\n    import chard\n    chard.log_metric("loss", 1 / (i + 1), step=i)',
      'step:three',
      'prev:two'
    )
  ]);
  await lab.execute('chard:run');
  const run = page.locator('.jp-chard-Run');
  await expect(run.locator('.jp-chard-Run-state')).toHaveText('Succeeded', { timeout: 90_000 });
  await run.locator('[data-node=one]').focus();
  await page.keyboard.press('ArrowRight');
  await expect(run.getByRole('heading', { name: 'two' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(run.getByRole('tab', { name: 'Log' })).toBeFocused();
  await page.keyboard.press('Control+Alt+ArrowRight');
  await expect(run.getByRole('tab', { name: /Outputs/ }).first()).toHaveAttribute(
    'aria-selected',
    'true'
  );
  await expect(run.locator('.jp-chard-Timeline-row')).toHaveCount(3);
  await run.locator('.jp-chard-Timeline-row', { hasText: 'three' }).click();
  await expect(run.getByRole('heading', { name: 'three' })).toBeVisible();
  await expect(
    run.getByRole('img', { name: /^loss\. loss: between 0\.1111 and 1/ }).first()
  ).toBeVisible();
  await expectAccessible(page, '.jp-chard-Run');
  await run.getByRole('button', { name: 'Table', exact: true }).click();
  await run.getByRole('button', { name: 'Step', exact: true }).click();
  await expect(run.locator('.jp-chard-StepTable tbody tr').first()).toContainText('one');
});

test('a colour stays on over the lines that follow, also far from where it was turned on', async ({
  lab
}) => {
  const { page } = lab;
  await lab.open([
    code(
      'print("\\x1b[32mgreen from here")\nfor i in range(3000): print("row", i)\nprint("\\x1b[0mplain")',
      'step:paint'
    )
  ]);
  await lab.execute('chard:run');
  const run = page.locator('.jp-chard-Run');
  await expect(run.locator('.jp-chard-Run-state')).toHaveText('Succeeded', { timeout: 90_000 });
  const line = (text: string) => run.locator('.jp-chard-Log-line', { hasText: text });
  await expect(line('row 2999').locator('.ansi-green-fg')).toBeVisible();
  await expect(line('plain').locator('.ansi-green-fg')).toHaveCount(0);
});

for (const theme of THEMES) {
  test(`axe finds nothing serious in a failed run and in a comparison, ${theme}`, async ({
    lab
  }) => {
    const { page } = lab;
    await lab.execute('apputils:change-theme', { theme });
    await expect(page.locator('body')).toHaveAttribute('data-jp-theme-name', theme);
    await lab.open([
      code('n = 1', 'pipeline-parameters'),
      code(
        'import chard\nfor i in range(5): chard.log_metric("loss", n / (i + 1), step=i)',
        'step:a'
      ),
      code('assert n < 2', 'step:b', 'prev:a')
    ]);
    const run = (args: object) =>
      page.evaluate(args => window.jupyterapp.commands.execute('chard:run', args), args);
    const one = await run({});
    const state = page.locator('.jp-chard-Run:visible .jp-chard-Run-state');
    await expect(state).toHaveText('Succeeded', { timeout: 90_000 });
    const two = await run({ parameters: { n: 3 } });
    await expect(state).toHaveText('Failed in b', { timeout: 90_000 });
    await expectAccessible(page, '.jp-chard-Run:not(.lm-mod-hidden)');
    await lab.execute('chard:compare-runs', { runs: [one, two] });
    await expect(page.locator('.jp-chard-Compare').getByRole('row', { name: /^a/ })).toBeVisible();
    await expectAccessible(page, '.jp-chard-Compare');
    await lab.execute('apputils:change-theme', { theme: 'JupyterLab Light' });
  });
}

test('a failed step is marked in the notebook, opened in a kernel, repaired and resumed', async ({
  lab
}) => {
  test.setTimeout(240_000);
  const { page } = lab;
  await lab.open([
    code('data = [1, 2]', 'step:make'),
    code('position = 5\nfound = data[position]', 'step:use', 'prev:make'),
    code('print("found", found)', 'pipeline-metrics')
  ]);
  const runs: string[] = [];
  const start = async (command: string, args = {}): Promise<void> => {
    const id = await page.evaluate(
      ({ command, args }) => window.jupyterapp.commands.execute(command, args),
      { command, args }
    );
    runs.push(String(id));
  };
  await start('chard:run');
  const run = page.locator('.jp-chard-Run:visible');
  await expect(run.locator('.jp-chard-Run-state')).toHaveText('Failed in use', { timeout: 90_000 });
  await expect(run.locator('.jp-chard-CodeLine.jp-chard-mod-failed')).toContainText(
    'found = data[position]'
  );
  await run.getByRole('button', { name: 'Go to cell 2' }).first().click();
  await expect(lab.cells.nth(1).locator('.jp-chard-failedLine')).toHaveText(
    'found = data[position]'
  );

  await lab.execute('chard:open-run', { run: runs[0] });
  await run.getByRole('button', { name: 'Open in a kernel' }).click();
  const state = page.locator('.jp-NotebookPanel:visible');
  await expect(state.locator('.jp-Cell')).toHaveCount(3, { timeout: 60_000 });
  await expect(state.locator('.jp-Cell').nth(2)).toHaveClass(/jp-mod-active/, { timeout: 90_000 });
  await page.evaluate(() => {
    const { sharedModel } = window.jupyterapp.shell.currentWidget.content.model;
    sharedModel.cells[2]!.setSource('print("the kernel has", data)');
  });
  await lab.execute('notebook:run-cell');
  await expect(state.locator('.jp-OutputArea-output').last()).toHaveText(
    /the kernel has \[1, 2\]/,
    { timeout: 60_000 }
  );

  await lab.execute('chard:go-to-run-cell', { run: runs[0], cell: 1, line: 2 });
  await lab.setSource(1, 'position = 1\nfound = data[position]');
  await expect(lab.cells.nth(1).locator('.jp-chard-failedLine')).toHaveCount(0);
  await start('chard:resume-run', { run: runs[0], step: 'use' });
  await expect(run.locator('.jp-chard-Run-state')).toHaveText('Succeeded', { timeout: 90_000 });
  await run.locator('[data-node=make]').click();
  await expect(run.locator('.jp-chard-Reuse')).toContainText('Reused from');

  const link = new URL(page.url());
  runs.forEach(id => link.searchParams.append('chard-run', id));
  await lab.execute('chard:follow-run-link', { path: link.pathname, search: link.search });
  const comparison = page.locator('.jp-chard-Compare');
  await expect(comparison.getByRole('heading', { level: 2 })).toContainText(
    'Not all runs have the same metrics.'
  );
  await expect(comparison.getByRole('row', { name: /^use/ })).toContainText(
    'Its code has changed.'
  );
  await expect(comparison.getByRole('row', { name: /^make/ })).toContainText('same');
});
