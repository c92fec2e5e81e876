import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { code, expect, openLab, test, type Lab, type TestCell } from './lab';
import { OwnJupyter } from './ownJupyter';

const RUNS = { timeout: 120_000 };

/** Two steps, the second of which waits until there is a file `signal`. */
const waiting = (signal: string): TestCell[] => [
  code('x = 1\nprint("made")', 'step:make'),
  code(
    `import os, time\nprint("waits")\nwhile not os.path.exists(${JSON.stringify(signal)}): time.sleep(0.05)\nprint("done", x)`,
    'step:wait',
    'prev:make',
    'cache:disabled'
  )
];

const state = (lab: Lab): Locator => lab.page.locator('.jp-chard-Run:visible .jp-chard-Run-state');
const log = (lab: Lab): Locator => lab.page.locator('.jp-chard-Run:visible').getByRole('log');
const rows = (lab: Lab): Locator => lab.panel.locator('.jp-chard-Runs-list [role=option]');

/** Starts a run and waits until its second step waits. */
async function startWaiting(
  lab: Lab,
  { signal }: OwnJupyter
): Promise<{ path: string; run: string }> {
  const path = await lab.open(waiting(signal));
  const run = await lab.page.evaluate(() => window.jupyterapp.commands.execute('chard:run'));
  await expect(log(lab)).toContainText('waits', RUNS);
  return { path, run: run as string };
}

test.describe('with a server of its own', () => {
  // Each starts JupyterLab, some twice.
  test.describe.configure({ timeout: 300_000 });
  let jupyter: OwnJupyter;
  let lab: Lab;

  test.beforeEach(async ({ browser }) => {
    jupyter = await OwnJupyter.start();
    lab = await openLab(
      await browser.newContext({ viewport: { width: 1500, height: 950 } }),
      jupyter.address
    );
  });
  test.afterEach(async () => {
    await lab.page.context().close();
    await jupyter.dispose();
  });

  /** What a reload keeps: JupyterLab saves its workspace a moment after a change. */
  const untilSaved = async (isThere: (workspace: string) => boolean): Promise<void> => {
    const read = async (): Promise<boolean> => {
      const saved = await lab.page.request.get(`${jupyter.address}/lab/api/workspaces/default`);
      return isThere(JSON.stringify(await saved.json()));
    };
    await expect.poll(read, RUNS).toBe(true);
  };
  const reload = async (): Promise<void> => {
    await lab.page.reload();
    await lab.page.waitForFunction(() => window.jupyterapp !== undefined);
    await lab.page.evaluate(() => window.jupyterapp.restored);
  };
  const go = (): void => writeFileSync(jupyter.signal, '');

  test('a run goes on by itself after Jupyter was killed and started again, and the page with it', async () => {
    await startWaiting(lab, jupyter);
    await jupyter.kill();
    await expect(lab.page.locator('.jp-chard-Run').getByRole('alert').first()).toBeVisible(RUNS);
    await jupyter.startAgain();
    await expect(lab.page.locator('.jp-chard-Run').getByRole('alert')).toHaveCount(0, RUNS);
    await expect(state(lab)).toHaveText('1 of 2 steps done', RUNS);
    go();
    await expect(state(lab)).toHaveText('Succeeded', RUNS);
    await expect(log(lab)).toContainText('done 1');
  });

  test('after minutes without a connection the page catches up, and nothing is missing', async () => {
    const { run } = await startWaiting(lab, jupyter);
    await lab.page.context().setOffline(true);
    go();
    const stateOf = async (): Promise<string> => {
      const answer = await fetch(`${jupyter.address}/chard/api/v1/runs/${run}`);
      return ((await answer.json()) as { run: { state: string } }).run.state;
    };
    await expect.poll(stateOf, RUNS).toBe('succeeded');
    await lab.page.context().setOffline(false);
    await expect(state(lab)).toHaveText('Succeeded', RUNS);
    await expect(log(lab)).toContainText('done 1', RUNS);
    await expect(lab.page.locator('.jp-chard-Run').getByRole('alert')).toHaveCount(0, RUNS);
    await lab.showPanel('runs');
    await expect(rows(lab)).toContainText('succeeded');
  });

  test('a server that hangs is said to be silent, and when it answers again all is there', async () => {
    await startWaiting(lab, jupyter);
    const silent = lab.page
      .locator('.jp-chard-Run')
      .getByRole('alert')
      .filter({ hasText: 'has said nothing for a while' })
      .first();
    jupyter.freeze();
    try {
      await expect(silent).toBeVisible(RUNS);
      await expect(silent).toContainText('What is shown may be old. Trying again');
    } finally {
      jupyter.thaw();
    }
    await expect(lab.page.locator('.jp-chard-Run').getByRole('alert')).toHaveCount(0, RUNS);
    await expect(state(lab)).toHaveText('1 of 2 steps done');
    go();
    await expect(state(lab)).toHaveText('Succeeded', RUNS);
    await expect(log(lab)).toContainText('done 1', RUNS);
  });

  test('a store that is removed while a run goes on: the page says so, and put back the run goes on', async () => {
    await startWaiting(lab, jupyter);
    renameSync(jupyter.home, `${jupyter.home}-moved`);
    const alert = lab.page.locator('.jp-chard-Run').getByRole('alert').first();
    await expect(alert).toContainText('is not there any more', RUNS);
    await expect(alert).toContainText('Put it back');
    await lab.page
      .locator('.Toastify__toast')
      .filter({ hasText: 'neither kept nor read' })
      .getByRole('button', { name: 'What to do' })
      .click();
    await expect(lab.panel.getByRole('alert')).toContainText('Put it back');
    await lab.execute('chard:run');
    await expect(
      lab.panel.getByRole('alert').filter({ hasText: 'is not there any more' }).first()
    ).toBeVisible(RUNS);
    go();
    expect(existsSync(jupyter.home)).toBe(false);
    renameSync(`${jupyter.home}-moved`, jupyter.home);
    await expect(state(lab)).toHaveText('Succeeded', RUNS);
    await expect(log(lab)).toContainText('done 1', RUNS);
    await expect(lab.page.locator('.jp-chard-Run').getByRole('alert')).toHaveCount(0);
    await expect(lab.panel.locator('.jp-chard-Runs').getByRole('alert')).toHaveCount(0, RUNS);
    await expect(rows(lab)).toContainText('succeeded');
  });

  test('a notebook that is moved while it runs keeps its run, and its run leads to it', async () => {
    const { path, run } = await startWaiting(lab, jupyter);
    await lab.showPanel('runs');
    mkdirSync(join(jupyter.root, 'moved'));
    await lab.page.evaluate(
      path => window.jupyterapp.serviceManager.contents.rename(path, 'moved/other.ipynb'),
      path
    );
    await expect(lab.panel).toContainText('other.ipynb');
    await expect(rows(lab)).toContainText(/Run 1.*1 of 2|Run 1.*running/);
    go();
    await expect(state(lab)).toHaveText('Succeeded', RUNS);
    await expect(rows(lab)).toContainText('succeeded');
    // The record says how the notebook was called when it ran.
    await expect(rows(lab)).toHaveAttribute('title', new RegExp(path));
    await lab.page.locator('.jp-chard-Run').getByRole('button', { name: 'Go to cell 2' }).click();
    await expect(lab.cells.nth(1)).toHaveClass(/jp-mod-active/);
    await untilSaved(text => text.includes('"to":"moved/other.ipynb"'));
    await reload();
    await lab.execute('chard:open-run', { run });
    await expect(state(lab)).toHaveText('Succeeded', RUNS);
    await lab.execute('chard:go-to-run-cell', { run, cell: 0 });
    await expect(lab.cells.nth(0)).toHaveClass(/jp-mod-active/);
    await lab.showPanel('runs');
    await expect(rows(lab)).toContainText('Run 1');
  });

  test('a notebook that is deleted while it runs: the run ends well, and says that the notebook is gone', async () => {
    const { path, run } = await startWaiting(lab, jupyter);
    await lab.page.evaluate(path => window.jupyterapp.serviceManager.contents.delete(path), path);
    await expect.poll(() => existsSync(join(jupyter.root, path))).toBe(false);
    go();
    await lab.execute('chard:open-run', { run });
    await expect(state(lab)).toHaveText('Succeeded', RUNS);
    await lab.execute('chard:go-to-run-cell', { run, cell: 0 });
    await expect(lab.page.getByText(`${path} is not there any more.`)).toBeVisible();
  });

  test('a notebook that is moved in a terminal while it runs: its run says that it is gone, and leads to its tab as long as there is one', async () => {
    const { path, run } = await startWaiting(lab, jupyter);
    renameSync(join(jupyter.root, path), join(jupyter.root, 'elsewhere.ipynb'));
    go();
    await lab.execute('chard:open-run', { run });
    await expect(state(lab)).toHaveText('Succeeded', RUNS);
    await lab.execute('chard:go-to-run-cell', { run, cell: 1 });
    await expect(lab.cells.nth(1)).toHaveClass(/jp-mod-active/);
    await expect(lab.cells.nth(1)).toBeVisible();
    await expect(lab.page.getByText(`${path} is not there any more.`)).toBeVisible();
    await lab.closeAll();
    await lab.execute('chard:go-to-run-cell', { run, cell: 1 });
    await expect(lab.page.locator('.jp-NotebookPanel')).toHaveCount(0);
  });

  test('two tabs with a notebook each: each shows its own run, and both know of both', async () => {
    const other = await openLab(lab.page.context(), jupyter.address, 'other');
    await startWaiting(lab, jupyter);
    await lab.showPanel('runs');
    await other.open([code('print("quick")', 'step:only')]);
    await other.showPanel('runs');
    await expect(other.panel).toContainText('Not run yet.');
    await other.execute('chard:run');
    await expect(state(other)).toHaveText('Succeeded', RUNS);
    await expect(state(lab)).toHaveText('1 of 2 steps done');
    await expect(rows(lab)).toHaveCount(1);
    await lab.panel.getByLabel('Whose runs').selectOption({ label: 'All notebooks' });
    await expect(rows(lab)).toHaveCount(2);
    go();
    await expect(state(lab)).toHaveText('Succeeded', RUNS);
    await other.panel.getByLabel('Whose runs').selectOption({ label: 'All notebooks' });
    await expect(rows(other).filter({ hasText: 'succeeded' })).toHaveCount(2);
    await other.panel.getByLabel('Whose runs').selectOption({ label: 'This notebook' });
    await expect(rows(other)).toHaveCount(1);
  });

  test('after a reload a run that goes on is told of again, once, and by its name before the list of runs is there', async () => {
    const { run } = await startWaiting(lab, jupyter);
    await lab.page.evaluate(() => window.jupyterapp.shell.currentWidget.close());
    // A run that the layout puts back would be seen, and not told of.
    await untilSaved(text => text.includes(run) && !text.includes(`chard-run-${run}`));
    let giveList = (): void => undefined;
    const given = new Promise<void>(resolve => (giveList = resolve));
    await lab.page.route('**/chard/api/v1/runs?limit=*', route =>
      given.then(() => route.continue())
    );
    await reload();
    await lab.execute('apputils:display-notifications');
    const notice = lab.page.locator('.jp-Notification-List-Item').filter({ hasText: '· Run 1' });
    await expect(notice).toHaveCount(1, RUNS);
    giveList();
    go();
    await expect(notice).toContainText('succeeded', RUNS);
    await expect(notice).toHaveCount(1);
  });
});

test.describe('with a small disk', () => {
  test.describe.configure({ timeout: 300_000 });
  const canMount = process.platform === 'linux' && process.getuid?.() === 0;
  test.skip(!canMount, 'Only root can mount the small disk that this needs.');

  test('a disk that is full while a run goes on: the page says so, and with room the run goes on', async ({
    browser
  }) => {
    const jupyter = await OwnJupyter.start(({ home }) => {
      mkdirSync(home);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', home]);
    });
    const context = await browser.newContext({ viewport: { width: 1500, height: 950 } });
    try {
      const lab = await openLab(context, jupyter.address);
      await startWaiting(lab, jupyter);
      const filling = join(jupyter.home, 'filling');
      expect(() => writeFileSync(filling, Buffer.alloc(64 * 2 ** 20))).toThrow('ENOSPC');
      writeFileSync(jupyter.signal, '');
      const alert = lab.page.locator('.jp-chard-Run').getByRole('alert').first();
      await expect(alert).toContainText('is full', RUNS);
      await expect(alert).toContainText('Free some space');
      await expect(state(lab)).toHaveText('Interrupted');
      await lab.showPanel('runs');
      await expect(rows(lab)).toContainText('interrupted');
      await lab.execute('chard:run');
      await expect(lab.panel.getByRole('alert').filter({ hasText: 'full' }).first()).toBeVisible(
        RUNS
      );
      rmSync(filling);
      await expect(state(lab)).toHaveText('Succeeded', RUNS);
      await expect(lab.page.locator('.jp-chard-Run:visible').getByRole('alert')).toHaveCount(0);
      await expect(log(lab)).toContainText('done 1', RUNS);
    } finally {
      await context.close();
      await jupyter.kill();
      execFileSync('umount', ['--lazy', jupyter.home]);
      await jupyter.dispose();
    }
  });
});

test('a notebook whose kernel is not there says so before anything runs', async ({ lab }) => {
  await lab.open([code('x = 1', 'step:one')], 'nowhere', 'python');
  await lab.execute('chard:run');
  await expect(lab.panel.getByRole('alert').filter({ hasText: 'nowhere' })).toBeVisible(RUNS);
  await expect(lab.page.locator('.jp-chard-Run')).toHaveCount(0);
});

test('a section that cannot be loaded says so, leaves the others, and comes with the next try', async ({
  browser
}) => {
  const context = await browser.newContext({ viewport: { width: 1500, height: 950 } });
  try {
    const lab = await openLab(context);
    await lab.open([code('x = 1', 'step:one')]);
    await lab.showPanel();
    const volumes = lab.panel.locator('[data-section="volumes"]');
    await expect(volumes).toBeVisible();
    const scripts = /\/jupyterlab-chard\/static\//;
    await context.route(scripts, route => route.abort());
    await volumes.getByRole('button').first().click();
    await expect(volumes.getByRole('alert')).toContainText('Volumes cannot be drawn');
    await expect(lab.panel.locator('[data-section="graph"]')).toContainText('one');
    await context.unroute(scripts);
    await volumes.getByRole('button', { name: 'Try again' }).click();
    await expect(volumes.getByRole('alert')).toHaveCount(0);
    await expect(volumes).toContainText('folder');
  } finally {
    await context.close();
  }
});
