import { closeSync, ftruncateSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { expectAccessible, THEMES } from './axe';
import { code, expect, openLab, test, type Lab } from './lab';
import { OwnJupyter } from './ownJupyter';

test('volumes are edited in the panel, undone, and wrong ones are told at the field', async ({
  lab
}) => {
  const { page } = lab;
  await lab.open([code('x = 1', 'step:one')]);
  await lab.showPanel('volumes');
  const section = lab.panel.locator('.jp-chard-Volumes');
  await section.getByRole('button', { name: 'Add a volume' }).click();
  const volume = section.locator('[data-volume=data-1]');
  await expect(volume.getByText('outside of the folder that Jupyter serves')).toBeVisible();
  await volume.getByLabel('Mount point').fill('data');
  await expect(volume.getByRole('alert')).toContainText('begins with');
  await volume.getByLabel('Mount point').fill('/mnt/elsewhere');
  await volume.getByLabel('Read-only').check();
  const metadata = (): Promise<unknown> =>
    page.evaluate(
      () =>
        (
          window.jupyterapp.shell.currentWidget.content.model.sharedModel.metadata as {
            chard: object;
          }
        ).chard
    );
  await expect
    .poll(metadata)
    .toMatchObject({ volumes: [{ name: 'data-1', mountPoint: '/mnt/elsewhere', readOnly: true }] });
  await section.getByRole('button', { name: 'Remove the volume data-1' }).click();
  await expect(volume).toHaveCount(0);
  await lab.undo();
  await expect(volume).toHaveCount(1);
});

test('what a snapshot would take is counted when it is asked for', async ({ lab }) => {
  await lab.open([code('x = 1', 'step:one')]);
  await lab.showPanel('volumes');
  await lab.panel.getByRole('button', { name: 'What a snapshot would take' }).click();
  await expect(lab.panel.getByText(/The notebook’s folder: \d+ files?/)).toBeVisible();
});

/** A notebook of two steps that has been run; gives its path and the run's id. */
async function ran(lab: Lab): Promise<{ path: string; run: string }> {
  const { page } = lab;
  const path = await lab.open([
    code('limit = 3', 'pipeline-parameters'),
    code('open("made-by-test", "w").write("1"); print("ran", limit)', 'step:one')
  ]);
  const run = await page.evaluate(() => window.jupyterapp.commands.execute('chard:run'));
  const shown = page.locator('.jp-chard-Run:visible');
  await expect(shown.locator('.jp-chard-Run-state')).toHaveText('Succeeded', { timeout: 90_000 });
  return { path, run: String(run) };
}

const dialog = (lab: Lab): Locator => lab.page.getByRole('dialog').last();

/** Writes a text file beside the notebooks. */
async function write(lab: Lab, path: string, content: string): Promise<void> {
  await lab.page.evaluate(
    ({ path, content }) =>
      window.jupyterapp.serviceManager.contents.save(path, {
        type: 'file',
        format: 'text',
        content
      }),
    { path, content }
  );
}

/** The text of a file beside the notebooks. */
async function read(lab: Lab, path: string): Promise<unknown> {
  return lab.page.evaluate(
    async path =>
      (
        await window.jupyterapp.serviceManager.contents.get(path, {
          type: 'file',
          format: 'text',
          content: true
        })
      ).content,
    path
  );
}

async function makeFolder(lab: Lab, path: string): Promise<void> {
  await lab.page.evaluate(
    path => window.jupyterapp.serviceManager.contents.save(path, { type: 'directory' }),
    path
  );
}

async function take(lab: Lab, path: string, title: string): Promise<string> {
  return lab.page.evaluate(
    async args =>
      String(
        await window.jupyterapp.commands.execute('chard:take-snapshot', { ...args, ask: false })
      ),
    { notebook: path, title }
  );
}

test('a run works on a snapshot, and is restored, opened and run again as it was', async ({
  lab
}) => {
  const { page } = lab;
  const { run } = await ran(lab);
  const shown = page.locator('.jp-chard-Run:visible');
  await expect(shown.getByRole('button', { name: /^[0-9a-f]{16}$/ })).toBeVisible();
  await expectAccessible(page, '.jp-chard-Run-top');

  await shown.getByRole('button', { name: 'Restore…' }).click();
  const folder = `restored-${process.pid}`;
  await dialog(lab).getByRole('textbox').fill(folder);
  await dialog(lab).getByRole('button', { name: 'Restore' }).click();
  await expect(page.getByText(`are in ${folder}`)).toBeVisible();

  await lab.execute('chard:open-run', { run });
  await shown.getByRole('button', { name: 'Run again as it was' }).click();
  await expect(page.locator('.jp-chard-Run')).toHaveCount(2);
  await expect(page.locator('.jp-chard-Run:visible .jp-chard-Run-state')).toHaveText('Succeeded', {
    timeout: 90_000
  });

  await lab.execute('chard:open-run', { run });
  await shown.getByRole('button', { name: 'Open as it was' }).click();
  await expect(page.getByText(/The environment is the same as then/)).toBeVisible();
  const opened = await page.evaluate(() => window.jupyterapp.shell.currentWidget.context?.path);
  expect(opened).toMatch(/test-\d+-\d+-run-\d+\/test-\d+-\d+\.ipynb$/);
  await expect(lab.cells).toHaveCount(2);
  await expect(lab.cells.first()).toContainText('limit = 3');
});

test('a run works on a clone of a volume, and what it wrote comes back when it is restored', async ({
  lab
}) => {
  const { page } = lab;
  const [volume, folder] = [`volume-${process.pid}`, `beside-${process.pid}`];
  for (const path of [volume, folder]) await makeFolder(lab, path);
  await write(lab, `${volume}/table.csv`, 'a\n');
  const cell = (source: string, tags: string[]) => ({
    ...{ id: tags[0]?.replace(':', '-'), cell_type: 'code', source, metadata: { tags } },
    ...{ outputs: [], execution_count: null }
  });
  const path = `${folder}/notebook.ipynb`;
  await lab.openNotebook(path, {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: 'python3', display_name: 'python3', language: 'python' },
      language_info: { name: 'python' },
      chard: {
        volumes: [{ name: 'data', type: 'pvc', mountPoint: '/data', snapshot: true }],
        volumeFolders: { data: `../${volume}` }
      }
    },
    cells: [
      cell(`open("../${volume}/table.csv", "a").write("b\\n")`, ['step:make']),
      cell(`assert open("../${volume}/table.csv").read() == "a\\nb\\n"`, ['step:look', 'prev:make'])
    ]
  });
  await page.waitForFunction(() => window.jupyterapp.commands.isEnabled('chard:edit-cell'));
  await lab.showPanel('volumes');
  await expect(lab.panel.getByText('Runs work on the snapshot of it')).toBeVisible();

  const shown = page.locator('.jp-chard-Run:visible');
  const state = shown.locator('.jp-chard-Run-state');
  const first = await page.evaluate(() => window.jupyterapp.commands.execute('chard:run'));
  await expect(state).toHaveText('Succeeded', { timeout: 90_000 });
  await expect(shown.getByRole('list', { name: 'Volumes' })).toContainText(
    'Volume “data”: as in the snapshot (an overlay for each step'
  );
  await expectAccessible(page, '.jp-chard-Run-top');
  expect(await read(lab, `${volume}/table.csv`)).toBe('a\n');

  await lab.execute('docmanager:open', { path });
  await lab.execute('chard:run');
  await expect(state).toHaveText('Succeeded', { timeout: 90_000 });
  await expect(shown.getByText('reused', { exact: false }).first()).toBeVisible();

  await write(lab, `${volume}/table.csv`, 'c\n');
  await lab.execute('chard:open-run', { run: String(first) });
  await shown.getByRole('button', { name: 'Run again as it was' }).click();
  await expect(page.locator('.jp-chard-Run')).toHaveCount(3);
  await expect(state).toHaveText('Succeeded', { timeout: 90_000 });
  expect(await read(lab, `${volume}/table.csv`)).toBe('c\n');

  await lab.execute('chard:open-run', { run: String(first) });
  await shown.getByRole('button', { name: 'Restore…' }).click();
  const target = `restored-volume-${process.pid}`;
  await dialog(lab).getByRole('textbox').fill(target);
  await dialog(lab).getByRole('checkbox').check();
  await expectAccessible(page, '.jp-Dialog');
  await dialog(lab).getByRole('button', { name: 'Restore' }).click();
  await expect(page.getByText(`are in ${target}`)).toBeVisible();
  expect(await read(lab, `${target}/data/table.csv`)).toBe('a\nb\n');
});

test('opening a run as it was lists what is different of the environment', async ({ lab }) => {
  const { page } = lab;
  const { run } = await ran(lab);
  // Another environment than this one cannot be had in a test: its answer is told in the server's words.
  await page.route('**/chard/api/v1/runs/*/restore*', async route => {
    const response = await route.fetch();
    const text = (await response.text()).replace(
      '"environment":[]',
      '"environment":[{"what":"numpy","isPackage":true,"before":"1.0","now":"2.0"},{"what":"gone","isPackage":true,"before":"3","now":null}]'
    );
    await route.fulfill({ response, body: text });
  });
  await lab.execute('chard:open-run', { run });
  await page
    .locator('.jp-chard-Run:visible')
    .getByRole('button', { name: 'Open as it was' })
    .click();
  const found = dialog(lab);
  await expect(found.getByRole('row', { name: 'numpy 1.0 2.0' })).toBeVisible();
  await expect(found.getByRole('row', { name: 'gone 3 not there' })).toBeVisible();
  await expectAccessible(page, '.jp-Dialog');
  await found.getByRole('button', { name: 'Ok' }).click();
  await page.unroute('**/chard/api/v1/runs/*/restore*');
});

test('snapshots are taken, listed, opened and restored', async ({ lab }) => {
  const { page } = lab;
  const path = await lab.open([code('x = 1', 'step:one')]);
  await lab.showPanel('snapshots');
  const section = lab.panel.locator('.jp-chard-Snapshots');
  await expect(section.getByText('None yet.')).toBeVisible();
  await section.getByRole('button', { name: 'Take Snapshot…' }).click();
  await expect(dialog(lab).getByText(/The notebook’s folder: [\d,]+ files?/)).toBeVisible();
  await expectAccessible(page, '.jp-Dialog');
  await dialog(lab).getByLabel('Name, if you like').fill('before the change');
  await dialog(lab).getByRole('button', { name: 'Take snapshot' }).click();
  const row = section.getByRole('option', { name: /before the change/ });
  await expect(row).toContainText(/own/);
  await row.focus();
  await page.keyboard.press('Enter');
  const document = page.locator('.jp-chard-Snapshot:visible');
  await expect(document.getByRole('heading', { name: 'before the change' })).toBeVisible();
  await document.getByLabel(`Choose ${path}`, { exact: true }).check();
  await document.getByRole('button', { name: 'Restore chosen (1)…' }).click();
  const folder = `some-${process.pid}`;
  await dialog(lab).getByRole('textbox', { name: 'New folder' }).fill(folder);
  await dialog(lab).getByRole('button', { name: 'Restore' }).click();
  await expect(page.getByText(`are in ${folder}`).first()).toBeVisible();

  await document.getByRole('button', { name: 'Restore chosen (1)…' }).click();
  await dialog(lab)
    .getByLabel(/^Back where they were/)
    .check();
  await dialog(lab).getByRole('button', { name: 'Restore' }).click();
  await expect(dialog(lab)).toContainText('What you have changed in them since is lost');
  await dialog(lab).getByRole('button', { name: 'Cancel' }).click();
});

test('a snapshot that a run needs stays, and says why; another goes', async ({ lab }) => {
  const { page } = lab;
  const { path } = await ran(lab);
  await lab.execute('docmanager:open', { path });
  const own = await take(lab, path, 'mine');
  await lab.showPanel('snapshots');
  const section = lab.panel.locator('.jp-chard-Snapshots');
  await section.getByRole('option', { name: /Run 1/ }).focus();
  await page.keyboard.press('Delete');
  await expect(dialog(lab)).toContainText('It is needed: Run 1');
  await dialog(lab).getByRole('button', { name: 'Ok' }).click();
  await section.getByRole('option', { name: /mine/ }).focus();
  await page.keyboard.press('Delete');
  await expect(dialog(lab)).toContainText(/This frees .* that no other snapshot has/);
  await dialog(lab).getByRole('button', { name: 'Delete' }).click();
  await expect(section.locator(`[data-snapshot="${own}"]`)).toHaveCount(0);
});

for (const theme of THEMES) {
  test(`two snapshots are compared, their cells side by side: ${theme}`, async ({ lab }) => {
    const { page } = lab;
    const key = `${process.pid}-${theme.split(' ')[1]}`;
    await lab.execute('apputils:change-theme', { theme });
    const path = await lab.open([code('x = 1'), code('rate = 0.1\ntrees = 10', 'step:fit')]);
    await write(lab, `data-${key}.csv`, '1,2');
    const before = await take(lab, path, `before ${theme}`);
    await lab.setSource(1, 'rate = 0.2\ntrees = 10');
    await lab.execute('docmanager:save');
    await write(lab, `data-${key}.csv`, '1,2,3,4');
    await write(lab, `more-${key}.csv`, '1');
    const after = await take(lab, path, `after ${theme}`);
    await lab.execute('chard:compare-snapshots', { snapshots: [before, after] });
    const shown = page.locator('.jp-chard-Compare:visible');
    await expect(shown.locator('.jp-chard-Compare-headline')).toContainText('2 changed');
    await expect(shown.getByText(`notebook/more-${key}.csv`)).toBeVisible();
    await shown.getByLabel('Find files by path').fill('DATA-');
    await expect(shown.locator('.jp-chard-Changes tbody tr')).toHaveCount(1);
    const cell = shown.getByRole('article', { name: /Cell 2 changed/ });
    await expect(cell.locator('mark').first()).toHaveText(/1/);
    await expect(shown.getByRole('article')).toHaveCount(1);
    await shown.getByLabel(/Show 1 cell that is the same/).check();
    await expect(shown.getByRole('article')).toHaveCount(2);
    await expectAccessible(page, '.jp-chard-Compare');
    await lab.execute('chard:open-snapshot', { snapshot: after });
    await expect(page.locator('.jp-chard-Snapshot-files:visible')).toBeVisible();
    await expectAccessible(page, '.jp-chard-Snapshot');
    await lab.showPanel('snapshots');
    await expectAccessible(page, '.jp-chard-Snapshots');
    await lab.execute('apputils:change-theme', { theme: 'JupyterLab Light' });
  });
}

test('snapshots are checked, and old ones removed after that was shown', async ({ lab }) => {
  const { page } = lab;
  const path = await lab.open([code('x = 1', 'step:one')]);
  const ids = [];
  for (const count of [1, 2]) {
    await write(lab, `counted-${process.pid}`, `${count}`);
    ids.push(await take(lab, path, `old ${count}`));
  }
  await lab.showPanel('snapshots');
  const section = lab.panel.locator('.jp-chard-Snapshots');
  await section.getByRole('button', { name: 'Check…' }).click();
  await dialog(lab).getByRole('button', { name: 'Check' }).click();
  await expect(page.getByText(/^Sound: \d+ snapshots?/).first()).toBeVisible();
  await section.getByRole('button', { name: 'Remove old…' }).click();
  await dialog(lab).getByLabel('Keep the newest of each notebook').fill('1');
  await dialog(lab).getByLabel('Keep those younger than, in days').fill('');
  await expect(dialog(lab)).toContainText('1 snapshot would go');
  await expect(dialog(lab)).toContainText('old 1');
  await expectAccessible(page, '.jp-Dialog');
  await dialog(lab).getByRole('button', { name: 'Remove' }).click();
  await expect(section.locator(`[data-snapshot="${ids[0]}"]`)).toHaveCount(0);
  await expect(section.locator(`[data-snapshot="${ids[1]}"]`)).toHaveCount(1);
});

test('says what is wrong where the server cannot be reached, and shows the list when it is back', async ({
  lab
}) => {
  const { page } = lab;
  await lab.open([code('x = 1', 'step:one')]);
  await page.route('**/chard/api/v1/snapshots*', route => route.abort());
  await lab.showPanel('snapshots');
  const section = lab.panel.locator('.jp-chard-Snapshots');
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(section.getByRole('alert')).toContainText('does not answer');
  await page.unroute('**/chard/api/v1/snapshots*');
  await section.getByRole('button', { name: 'Try again' }).click();
  await expect(section.getByRole('alert')).toHaveCount(0);
});

test('the folder that restoring offers is free', async ({ lab }) => {
  const { page } = lab;
  const path = await lab.open([code('x = 1', 'step:one')]);
  const id = await take(lab, path, 'twice');
  await lab.execute('chard:open-snapshot', { snapshot: id });
  const document = page.locator('.jp-chard-Snapshot:visible');
  const offered = async (): Promise<string> => {
    await document.getByRole('button', { name: 'Restore all…' }).click();
    return dialog(lab).getByRole('textbox', { name: 'New folder' }).inputValue();
  };
  const first = await offered();
  await dialog(lab).getByRole('button', { name: 'Restore' }).click();
  await expect(page.getByText(`are in ${first}`).first()).toBeVisible();
  expect(await offered()).toBe(`${first}-1`);
  await dialog(lab).getByRole('button', { name: 'Cancel' }).click();
});

test('a link opens a snapshot, and reloading the page brings it back', async ({ lab }) => {
  const path = await lab.open([code('x = 1', 'step:one')]);
  const id = await take(lab, path, 'linked');
  const page = await lab.page.context().newPage();
  await page.goto(`/lab/workspaces/snapshot-${process.pid}?chard-snapshot=${id}`);
  const document = page.locator('.jp-chard-Snapshot:visible');
  await expect(document.getByRole('heading', { name: 'linked' })).toBeVisible();
  await expect(document.getByText(path).first()).toBeVisible();
  expect(page.url()).not.toContain('chard-snapshot');
  const isSaved = async (): Promise<boolean> => {
    const response = await page.request.get(`/lab/api/workspaces/snapshot-${process.pid}`);
    return response.ok() && (await response.text()).includes(id);
  };
  await expect.poll(isSaved).toBe(true);
  await page.reload();
  await expect(document.getByRole('heading', { name: 'linked' })).toBeVisible({ timeout: 60_000 });
  await page.close();
});

test.describe('of much', () => {
  test.describe.configure({ timeout: 300_000 });
  let jupyter: OwnJupyter;
  let lab: Lab;

  test.beforeEach(async ({ browser }) => {
    jupyter = await OwnJupyter.start();
    lab = await openLab(await browser.newContext(), jupyter.address);
    const file = openSync(join(jupyter.root, 'large'), 'w');
    // All of it is a hole: it takes no room, and long to be read.
    ftruncateSync(file, 48 * 2 ** 30);
    closeSync(file);
  });
  test.afterEach(async () => {
    await lab.page.context().close();
    await jupyter.dispose();
  });

  test('taking says how far it is and leaves nothing when it is cancelled', async () => {
    const { page } = lab;
    const path = await lab.open([code('x = 1', 'step:one')]);
    const taking = page.evaluate(
      notebook =>
        window.jupyterapp.commands.execute('chard:take-snapshot', { notebook, ask: false }),
      path
    );
    const told = page.locator('.Toastify__toast').filter({ hasText: 'Taking a snapshot' });
    await expect(told).toContainText(/[\d.]+ [KMG]iB/);
    await told.getByRole('button', { name: 'Cancel' }).click();
    expect(await taking).toBeNull();

    const left = (): string[] =>
      ['records', 'staging'].flatMap(name => readdirSync(join(jupyter.home, 'snapshots', name)));
    await expect.poll(left).toEqual([]);
  });
});
