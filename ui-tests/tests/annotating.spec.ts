import { code, expect, markdown, openLab, test, type TestCell } from './lab';

const NOTEBOOK: TestCell[] = [
  code('import math', 'imports'),
  code('rate = 0.5', 'pipeline-parameters'),
  code('data = [1, 2, rate]', 'step:load', 'mine'),
  code('total = sum(data)', 'step:train', 'prev:load'),
  code('mean = total / len(data)'),
  code('print(data[:1])', 'skip'),
  code('best = math.sqrt(mean)', 'step:judge', 'prev:load'),
  code('print("best", best)', 'pipeline-metrics')
];

test('each code cell wears its line', async ({ lab }) => {
  await lab.open(NOTEBOOK);
  await expect(lab.lineOf('import math')).toContainText('Imports');
  await expect(lab.lineOf('rate = 0.5')).toContainText('1, all used');
  await expect(lab.lineOf('data = [1, 2')).toContainText('load');
  await expect(lab.lineOf('total = sum')).toContainText('← load');
  await expect(lab.lineOf('total = sum')).toContainText('→mean');
  await expect(lab.lineOf('mean = total')).toContainText('continues train');
  await expect(lab.lineOf('print(data[:1])')).toContainText('not in the pipeline');
  const judge = lab.lineOf('best = math');
  await expect(judge.locator('.jp-chard-mod-derived')).toHaveText('train');
  await expect(judge.locator('.jp-chard-Line-problem')).toBeVisible();
  await expect(lab.lineOf('print("best"')).toContainText('← judge');
});

test('a notebook without annotations shows no lines until they are asked for', async ({ lab }) => {
  await lab.open([code('a = 1'), markdown('text'), code('b = a')]);
  await expect(lab.cells).toHaveCount(3);
  await expect(lab.lineOf('a = 1')).toBeHidden();
  await lab.execute('chard:toggle-lines', { shown: true });
  await expect(lab.lineOf('b = a')).toContainText('not in the pipeline yet');
  await lab.execute('chard:toggle-lines', { shown: false });
  await expect(lab.lineOf('a = 1')).toBeHidden();
});

test('no key of ours is one that JupyterLab has for notebooks already', async ({ lab }) => {
  await lab.open(NOTEBOOK);
  const taken = await lab.page.evaluate(() => {
    const bindings = window.jupyterapp.commands.keyBindings;
    const isOurs = ({ command }: { command: string }): boolean => command.startsWith('chard:');
    const ours = bindings.filter(isOurs).map(({ keys }) => keys[0]!);
    // Whichever of two is meant cannot be known from the first key.
    const theirs = bindings.filter(
      binding => !isOurs(binding) && /jp-Notebook|data-jp-kernel-user|body/.test(binding.selector)
    );
    return {
      ours: ours.length,
      both: theirs.filter(({ keys }) => ours.includes(keys[0]!)).map(({ command }) => command)
    };
  });
  expect(taken.ours).toBeGreaterThan(8);
  expect(taken.both).toEqual([]);
});

test('keys in command mode say what a cell is, one step of undo each', async ({ lab }) => {
  const { page } = lab;
  await lab.open([
    code('import os'),
    code('n = 3'),
    markdown('## Load the data'),
    code('data = n')
  ]);
  await lab.select(0);
  await page.keyboard.press('Shift+I');
  await expect.poll(() => lab.tags(0)).toEqual(['imports']);
  await lab.select(1);
  await page.keyboard.press('p');
  await expect.poll(() => lab.tags(1)).toEqual(['pipeline-parameters']);
  await lab.select(3);
  await page.keyboard.press('s');
  await expect(lab.editor.getByLabel('Step name')).toHaveValue('load the data');
  await page.keyboard.press('Escape');
  await expect(lab.editor).toBeHidden();
  await page.keyboard.press('o');
  await expect.poll(() => lab.tags(3)).toEqual(['step:load the data', 'skip']);
  await lab.undo();
  await expect.poll(() => lab.tags(3)).toEqual(['step:load the data']);
});

test('several selected cells become a kind at once', async ({ lab }) => {
  const { page } = lab;
  await lab.open([code('def f(): pass'), code('def g(): pass'), code('x = 1')]);
  await lab.select(0);
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('f');
  await expect
    .poll(async () => [await lab.tags(0), await lab.tags(1), await lab.tags(2)])
    .toEqual([['functions'], ['functions'], []]);
});

test('the editor names, joins, accepts and removes by the keyboard', async ({ lab }) => {
  const { page } = lab;
  await lab.open(NOTEBOOK);
  await expect(lab.lineOf('best = math').locator('.jp-chard-mod-derived')).toHaveText('train');
  await lab.select(6);
  await page.keyboard.press('e');
  const name = lab.editor.getByLabel('Step name');
  await expect(name).toBeFocused();
  await page.keyboard.press('Alt+Enter');
  await expect.poll(() => lab.tags(6)).toEqual(['step:judge', 'prev:load', 'prev:train']);
  await name.fill('decide');
  await expect(lab.lineOf('best = math')).toContainText('decide');
  await page.keyboard.press('Escape');
  await lab.undo();
  await expect.poll(() => lab.tags(6)).toEqual(['step:judge', 'prev:load', 'prev:train']);
});

test('what is typed while the editor is being loaded is the step’s name, and no key is the notebook’s', async ({
  browser,
  baseURL
}) => {
  const lab = await openLab(await browser.newContext(), baseURL!);
  const { page } = lab;
  let deliver = (): void => undefined;
  const delivered = new Promise<void>(resolve => (deliver = resolve));
  await page.route(/\/cell-editor\./, async route => {
    await delivered;
    await route.continue();
  });
  await lab.open(NOTEBOOK);
  await expect(lab.lineOf('best = math').locator('.jp-chard-mod-derived')).toHaveText('train');
  await lab.select(6);
  await page.keyboard.press('e');
  await expect(lab.editor).toBeFocused();
  // In the notebook `dd` deletes the cell.
  await page.keyboard.type('dde');
  await page.keyboard.press('Backspace');
  deliver();
  await expect(lab.editor.getByLabel('Kind', { exact: true })).toBeVisible();
  await expect(lab.cells).toHaveCount(NOTEBOOK.length);
  await expect(lab.editor.getByLabel('Step name')).toBeFocused();
  await expect.poll(() => lab.tags(6)).toEqual(['step:dd', 'prev:load']);
  // The arrow keys go through the kinds, though a step has a field for its name.
  await lab.editor.getByRole('radio', { name: 'Step' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  await expect(lab.editor.getByRole('radio', { name: 'Step' })).toBeFocused();
  // The look of views comes with the first of them, which here is the editor.
  await expect(lab.editor.locator('.jp-chard-Row').first()).toHaveCSS('display', 'flex');
  await page.context().close();
});

test('renaming a step renames it in those that come after it', async ({ lab }) => {
  await lab.open(NOTEBOOK);
  await lab.lineOf('data = [1, 2').click();
  await lab.editor.getByLabel('Step name').fill('read');
  await expect.poll(() => lab.tags(2)).toEqual(['step:read', 'mine']);
  await expect.poll(() => lab.tags(3)).toEqual(['step:train', 'prev:read']);
});

test('resources and what is under "More" are saved as typed', async ({ lab }) => {
  const { page } = lab;
  await lab.open(NOTEBOOK);
  await lab.lineOf('total = sum').click();
  await lab.editor.getByLabel('CPU cores').fill('2');
  await lab.editor.getByLabel('Memory', { exact: true }).fill('8');
  await lab.editor.getByLabel('Number of GPUs').fill('1');
  await lab.editor.getByRole('button', { name: 'More' }).click();
  await lab.editor.getByLabel('Retries', { exact: true }).fill('2');
  await lab.editor.getByLabel('Time limit in seconds').fill('0');
  await expect(lab.editor.getByRole('alert')).toHaveText('A number of seconds.');
  await lab.editor.getByLabel('Time limit in seconds').fill('60');
  await lab.editor.getByRole('button', { name: 'Add environment variable' }).click();
  await page.keyboard.type('MODE');
  await page.keyboard.press('Tab');
  await page.keyboard.type('fast');
  await expect
    .poll(() => lab.tags(3))
    .toEqual([
      'step:train',
      'prev:load',
      'limit:cpu:2',
      'limit:memory:8Gi',
      'limit:nvidia.com/gpu:1'
    ]);
  await expect
    .poll(() => lab.chard(3))
    .toMatchObject({
      retries: { count: 2 },
      timeoutSeconds: 60,
      environment: { MODE: 'fast' }
    });
});

test('nothing moves when the editor opens', async ({ lab }) => {
  await lab.open(NOTEBOOK);
  const cell = lab.cells.filter({ hasText: 'mean = total' });
  const before = await cell.boundingBox();
  await lab.lineOf('data = [1, 2').click();
  await expect(lab.editor).toBeVisible();
  expect(await cell.boundingBox()).toEqual(before);
});

test('a windowed notebook of a thousand cells shows the lines of what is on the screen', async ({
  lab
}) => {
  const many = Array.from({ length: 1000 }, (_, at) => code(`x${at} = ${at}`, `step:s${at}`));
  await lab.open(many);
  await lab.useWindowing();
  await expect(lab.lineOf('x0 = 0').first()).toContainText('s0');
  await lab.execute('chard:go-to-cell', { cell: 900 });
  await expect(lab.lineOf('x900 = 900')).toContainText('s900');
  expect(await lab.cells.count()).toBeLessThan(1000);
});

test('suggested steps are previewed and taken in part', async ({ lab }) => {
  const { page } = lab;
  await lab.open([
    code('import math'),
    markdown('## Load'),
    code('data = list(range(3))'),
    code('print("size", len(data))')
  ]);
  await lab.execute('chard:toggle-lines', { shown: true });
  void lab.execute('chard:suggest-steps');
  const dialog = page.getByRole('dialog').filter({ hasText: 'Suggested steps' });
  await expect(dialog.getByRole('listitem')).toHaveCount(3);
  await dialog.getByRole('checkbox').last().uncheck();
  await dialog.getByRole('button', { name: 'Take them' }).click();
  await expect
    .poll(async () => [await lab.tags(0), await lab.tags(2), await lab.tags(3)])
    .toEqual([['imports'], ['step:load'], []]);
  await lab.undo();
  await expect.poll(() => lab.tags(0)).toEqual([]);
});
