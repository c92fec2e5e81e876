import type { Locator } from '@playwright/test';
import { expectAccessible, THEMES } from './axe';
import { code, expect, test, type Lab, type TestCell } from './lab';

const NOTEBOOK: TestCell[] = [
  code('n = 3\nname = "first"\nlayers = [1, 2]', 'pipeline-parameters'),
  code('data = list(range(n))\nprint(name, layers)', 'step:make'),
  code('total = sum(data)', 'step:add', 'prev:make'),
  code('print("total", total)', 'pipeline-metrics')
];
const RUNS = { timeout: 90_000 };

const stage = (lab: Lab, id: string): Locator => lab.panel.locator(`[data-stage=${id}]`);
const rows = (lab: Lab): Locator => lab.panel.locator('.jp-chard-Runs-list [role=option]');
const document = (lab: Lab): Locator =>
  lab.page.locator('.jp-chard-Run:visible .jp-chard-Run-state');

/** Runs the open notebook to its end, and leaves its document closed. */
async function runToEnd(lab: Lab, args: object = {}): Promise<string> {
  const id = await lab.page.evaluate(
    given => window.jupyterapp.commands.execute('chard:run', given),
    args
  );
  await expect(document(lab)).toHaveText('Succeeded', RUNS);
  await lab.page.evaluate(() => window.jupyterapp.shell.currentWidget.close());
  return id as string;
}

test('the stages are shown as they happen, and the run behind them', async ({ lab }) => {
  await lab.open(NOTEBOOK);
  await lab.showPanel('runs');
  await expect(lab.panel).toContainText('Not run yet.');
  await lab.panel.getByRole('button', { name: 'Compile and run' }).click();
  await expect(stage(lab, 'run')).toContainText(/Run 1.*succeeded/, RUNS);
  for (const id of ['save', 'validate', 'compile', 'start']) {
    await expect(stage(lab, id)).toHaveAttribute('data-phase', 'done');
  }
  await expect(stage(lab, 'compile')).toHaveText('Compiled, 2 steps');
  await expect(rows(lab)).toHaveCount(1);
  await expect(rows(lab)).toContainText(/Run 1.*total 3/);
  await expect(lab.panel.getByRole('button', { name: /^Runs/ })).toContainText('Run 1: total 3');
  await lab.panel.getByRole('button', { name: 'Put away' }).click();
  await expect(stage(lab, 'run')).toHaveCount(0);
});

test('however much a run has to say, its buttons stay in sight', async ({ lab }) => {
  await lab.open([code('import time\ntime.sleep(300)', 'step:wait', 'cache:disabled')]);
  await lab.showPanel();
  await lab.panel.getByRole('button', { name: 'Compile and run' }).click();
  const cancel = stage(lab, 'run').getByRole('button', { name: 'Cancel run' });
  await expect(cancel).toBeVisible(RUNS);
  const longest = stage(lab, 'run').getByRole('status');
  await longest.evaluate(node => (node.firstChild!.nodeValue = 'importing everything '.repeat(9)));
  const panel = (await lab.panel.boundingBox())!;
  const putAway = lab.panel.getByRole('button', { name: 'Put away' });
  for (const button of [cancel, putAway]) {
    const box = (await button.boundingBox())!;
    expect(box.x + box.width).toBeLessThanOrEqual(panel.x + panel.width);
  }
  expect((await putAway.boundingBox())!.y).toBeLessThan((await cancel.boundingBox())!.y);
  await cancel.click();
  await expect(stage(lab, 'run')).toHaveAttribute('data-phase', 'cancelled', RUNS);
});

test('a form asks for other parameters, says at the field what is wrong, and leaves the notebook as it is', async ({
  lab
}) => {
  const { page } = lab;
  await lab.open(NOTEBOOK);
  await lab.showPanel('runs');
  await lab.panel.getByRole('button', { name: 'Run with other parameters' }).click();
  const form = page.getByRole('dialog').filter({ hasText: 'Run with other parameters' });
  await form.getByLabel('n int').fill('many');
  await expect(form.getByRole('alert')).toHaveText('"many" is not an integer like 3.');
  await expect(form.getByRole('button', { name: 'Run', exact: true })).toBeDisabled();
  await form.getByLabel('n int').fill('4');
  await form.getByLabel('layers list').fill('["wide"');
  await expect(form.getByRole('alert')).toContainText('is not a list');
  await form.getByLabel('layers list').fill('["wide"]');
  await form.getByLabel('name str').fill('other');
  await form.getByRole('button', { name: 'Back to the notebook’s value of name' }).click();
  await expect(form.getByText('2 values differ from the notebook.')).toBeVisible();
  await form.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(document(lab)).toHaveText('Succeeded', RUNS);
  await expect(rows(lab)).toContainText('total 6');
  await lab.panel.getByLabel('Find runs by name or parameter').fill('layers=["wide"] n=4');
  await expect(rows(lab)).toHaveCount(1);
  await lab.panel.getByLabel('Find runs by name or parameter').fill('n=5');
  await expect(rows(lab)).toHaveCount(0);
  await lab.panel.getByLabel('Find runs by name or parameter').fill('');
  await expect(rows(lab)).toHaveCount(1);
});

test('a step is run alone from its node, and with those below from its cell, once there is something to take', async ({
  lab
}) => {
  const { page } = lab;
  await lab.open(NOTEBOOK);
  await lab.showPanel('graph');
  const node = lab.panel.locator('.jp-chard-Graph-node[data-node=add]');
  await node.click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Run Only This Step' }).click();
  await expect(stage(lab, 'start')).toHaveAttribute('data-phase', 'failed', RUNS);
  const problem = lab.panel.getByRole('alert').filter({ hasText: 'no result to take' });
  await problem.getByRole('button', { name: 'Run the whole notebook' }).click();
  await expect(document(lab)).toHaveText('Succeeded', RUNS);
  await page.evaluate(() => window.jupyterapp.shell.currentWidget.close());
  await node.click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Run Only This Step' }).click();
  await expect(stage(lab, 'run')).toContainText(/Run 2.*succeeded/, RUNS);
  await page.evaluate(() => window.jupyterapp.shell.currentWidget.close());
  await lab.select(0);
  await lab.cells.nth(2).locator('.jp-InputArea-editor').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Run from Here' }).click();
  await expect(stage(lab, 'run')).toContainText(/Run 3.*succeeded/, RUNS);
});

test('what is compiled for Kubeflow is seen, and saved beside what is there', async ({ lab }) => {
  const { page } = lab;
  await lab.open(NOTEBOOK);
  await lab.showPanel('runs');
  await lab.panel.getByLabel('Where the pipeline goes').selectOption('kfp');
  await lab.panel.getByRole('button', { name: 'Compile', exact: true }).click();
  await expect(stage(lab, 'show')).toHaveAttribute('data-phase', 'done', RUNS);
  const shown = page.locator('.jp-MainAreaWidget:has(.jp-chard-Compiled)');
  await expect(shown.locator('.jp-chard-Compiled')).toContainText('components:');
  await shown.getByRole('button', { name: 'Save beside the notebook' }).click();
  await expect(shown).toContainText(/Saved as test-.*\d\.yaml/);
  await shown.getByRole('button', { name: 'Save beside the notebook' }).click();
  await page.getByRole('button', { name: /^Save as test-.*-1\.yaml$/ }).click();
  await expect(shown).toContainText(/Saved as test-.*-1\.yaml/);
  await lab.panel.getByLabel('Where the pipeline goes').selectOption('local');
});

test('a step that was edited since its run says so', async ({ lab }) => {
  await lab.open(NOTEBOOK);
  await runToEnd(lab);
  const line = lab.lineOf('total = sum').locator('.jp-chard-Line-status');
  await expect(line).toContainText(' s');
  await lab.setSource(2, 'total = sum(data)  # a comment');
  await expect(lab.lineOf('a comment').locator('.jp-chard-Line-status')).toContainText(' s');
  await lab.setSource(2, 'total = sum(data) + 1');
  await expect(lab.lineOf('+ 1').locator('.jp-chard-Line-status')).toHaveText(
    'changed since run 1'
  );
  await lab.undo();
});

test('runs are renamed, selected and deleted by the keyboard, with what that frees', async ({
  lab
}) => {
  const { page } = lab;
  await lab.open(NOTEBOOK);
  await lab.showPanel('runs');
  const first = await runToEnd(lab);
  const last = await runToEnd(lab, { parameters: { n: 9 } });
  await expect(rows(lab)).toHaveCount(2);
  await rows(lab).first().focus();
  await page.keyboard.press('F2');
  await page.getByRole('dialog').getByRole('textbox').fill('nine');
  await page.keyboard.press('Enter');
  await expect(rows(lab).first()).toContainText('nine');
  await lab.execute('chard:open-run', { run: first });
  const heading = page.locator('.jp-chard-Run:visible').getByRole('heading', { level: 1 });
  await expect(heading).toBeVisible();
  await lab.execute('chard:rename-run', { run: first, title: 'the first' });
  await expect(heading).toHaveText('the first');
  await rows(lab).first().focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await expect(rows(lab).nth(1)).toBeFocused();
  await page.keyboard.press('Space');
  await expect(lab.panel.getByText('2 selected')).toBeVisible();
  await page.keyboard.press('Delete');
  const dialog = page.getByRole('dialog').filter({ hasText: 'Delete 2 runs?' });
  await expect(dialog).toContainText(/This frees \d.* that no other run needs/);
  await lab.execute('chard:open-run', { run: last });
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(rows(lab)).toHaveCount(0);
  await expect(page.locator('.jp-chard-Run')).toHaveCount(0);
  await runToEnd(lab);
  await expect(rows(lab)).toContainText('Run 3');
});

test('a run that goes on is among what is running, and its notification cancels it', async ({
  lab
}) => {
  const { page } = lab;
  await lab.open([
    code('x = 1', 'step:first'),
    code('import time\ntime.sleep(600)', 'step:long', 'prev:first')
  ]);
  await lab.showPanel('runs');
  await lab.execute('chard:run');
  // Nobody looks at the run: a notification tells of it.
  await page.evaluate(() => window.jupyterapp.shell.currentWidget.close());
  const running = page.locator('#jp-running-sessions');
  if (!(await running.isVisible())) {
    await page.locator('.lm-TabBar-tab[data-id=jp-running-sessions]').click();
  }
  await expect(running.getByText(/· run 1$/)).toBeVisible();
  await lab.execute('apputils:display-notifications');
  const notice = page.locator('.jp-Notification-List-Item').filter({ hasText: '· Run 1' });
  await notice.getByRole('button', { name: 'Cancel run' }).click();
  await expect(stage(lab, 'run')).toContainText('cancelled', RUNS);
  const id = await rows(lab).getAttribute('data-run');
  await lab.execute('chard:retry-run', { run: id });
  await expect(stage(lab, 'run')).toContainText('1 of 2 steps', RUNS);
  await expect(notice.first()).toContainText('1 of 2 steps done');
  await stage(lab, 'run').getByRole('button', { name: 'Cancel run' }).click();
  await expect(stage(lab, 'run')).toContainText('cancelled', RUNS);
  await expect(running.getByText(/· run 1$/)).toHaveCount(0);
});

test('a link opens a run, and reloading the page brings it back', async ({ lab }) => {
  await lab.open(NOTEBOOK);
  const id = await runToEnd(lab);
  const page = await lab.page.context().newPage();
  const state = page.locator('.jp-chard-Run-state');
  await page.goto(`/lab/workspaces/linked-${process.pid}?chard-run=${id}`);
  await expect(state).toHaveText('Succeeded', RUNS);
  await expect(page).toHaveURL(/linked-\d+(\?.*)?$/);
  expect(page.url()).not.toContain('chard-run');
  await expect
    .poll(async () => {
      const found = await page.request.get(`/lab/api/workspaces/linked-${process.pid}`);
      return found.text();
    })
    .toContain(`chard-run-${id}`);
  await page.reload();
  await expect(state).toHaveText('Succeeded', RUNS);
  await page.close();
});

test('the launcher’s example is a copy that runs nothing over', async ({ lab }) => {
  const paths = await lab.page.evaluate(async () => {
    const opened: string[] = [];
    for (let count = 0; count < 2; count++) {
      await window.jupyterapp.commands.execute('chard:open-example', { cwd: '' });
      opened.push(window.jupyterapp.shell.currentWidget.context!.path);
    }
    return opened;
  });
  expect(paths[0]).toMatch(/^digits(-\d+)?\.ipynb$/);
  expect(paths[1]).toMatch(/^digits-\d+\.ipynb$/);
  expect(paths[1]).not.toBe(paths[0]);
  await expect(lab.panel.locator('.jp-chard-Graph-node')).toHaveCount(5);
});

test('a notebook is opened as a pipeline from the file browser', async ({ lab }) => {
  const { page } = lab;
  const path = await lab.open(NOTEBOOK);
  await lab.closeAll();
  if (await lab.panel.isVisible()) await lab.execute('application:toggle-right-area');
  await expect(lab.panel).toBeHidden();
  await lab.execute('filebrowser:activate');
  await page.locator('.jp-DirListing-item', { hasText: path }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Open as Pipeline' }).click();
  await expect(lab.cells).toHaveCount(NOTEBOOK.length);
  await expect(lab.panel).toBeVisible();
  await expect(lab.panel.locator('.jp-chard-Graph-node')).toHaveCount(3);
});

test('the setting that no results are reused holds for the next run', async ({ lab }) => {
  const { page } = lab;
  const setting = '/lab/api/settings/jupyterlab-chard:launch';
  const saved = async (): Promise<string> =>
    ((await (await page.request.get(setting)).json()) as { raw: string }).raw;
  await lab.open(NOTEBOOK);
  await lab.showPanel('runs');
  await lab.execute('settingeditor:open', { query: 'Chard: running' });
  const reuse = page.getByLabel('Reuse results').and(page.getByRole('checkbox'));
  await reuse.uncheck();
  await expect.poll(saved).toMatch(/"cache":\s*false/);
  await page.evaluate(() => window.jupyterapp.shell.currentWidget.close());
  await runToEnd(lab);
  const second = await runToEnd(lab);
  await lab.execute('chard:open-run', { run: second });
  await page.locator('.jp-chard-Run [data-node=make]').click();
  await expect(page.locator('.jp-chard-Run [data-node=make]')).not.toContainText('reused');
  await page.locator('.jp-chard-Run').getByRole('tab', { name: 'Details' }).click();
  await expect(page.locator('.jp-chard-Run').getByRole('tabpanel')).toContainText(
    'reuse is switched off for this run'
  );
  await page.evaluate(() => window.jupyterapp.shell.currentWidget.close());
  await lab.execute('settingeditor:open', { query: 'Chard: running' });
  await reuse.check();
  await expect.poll(saved).not.toMatch(/"cache":\s*false/);
  await page.evaluate(() => window.jupyterapp.shell.currentWidget.close());
});

test('every command says which arguments it takes', async ({ lab }) => {
  const silent = await lab.page.evaluate(async () => {
    const { commands } = window.jupyterapp;
    const own = commands.listCommands().filter(id => id.startsWith('chard:'));
    const described = await Promise.all(own.map(id => commands.describedBy(id)));
    return own.filter((_, at) => described[at]!.args === null);
  });
  expect(silent).toEqual([]);
});

for (const theme of THEMES) {
  test(`axe finds nothing serious in stages, list and form, ${theme}`, async ({ lab }) => {
    const { page } = lab;
    await lab.execute('apputils:change-theme', { theme });
    await expect(page.locator('body')).toHaveAttribute('data-jp-theme-name', theme);
    await lab.open(NOTEBOOK);
    await lab.showPanel('runs');
    await runToEnd(lab);
    await expect(rows(lab)).toHaveCount(1);
    await lab.panel.getByRole('button', { name: 'Run with other parameters' }).click();
    await expect(page.getByRole('dialog').getByLabel('n int')).toBeVisible();
    await expectAccessible(page, '.jp-chard-Launch', '.jp-chard-Runs', '.jp-chard-Parameters');
    await page.keyboard.press('Escape');
    await lab.execute('apputils:change-theme', { theme: 'JupyterLab Light' });
  });
}
