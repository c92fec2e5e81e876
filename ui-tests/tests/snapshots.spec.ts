import { code, expect, test } from './lab';

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

test('a run works on a snapshot, and is restored and run again as it was', async ({ lab }) => {
  const { page } = lab;
  await lab.open([code('open("made-by-test", "w").write("1"); print("ran")', 'step:one')]);
  await lab.showPanel();
  await lab.panel.getByRole('button', { name: 'Compile and run' }).click();
  const run = page.locator('.jp-chard-Run:visible');
  await expect(run.locator('.jp-chard-Run-state')).toHaveText('Succeeded', { timeout: 90_000 });
  await expect(lab.panel.getByText(/Snapshot: \d+ file/)).toBeVisible();
  await expect(run.getByText(/On the snapshot [0-9a-f]{16}/)).toBeVisible();
  await run.getByRole('button', { name: 'Restore…' }).click();
  const folder = `restored-${process.pid}`;
  await page.getByRole('dialog').getByRole('textbox').fill(folder);
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
  await expect(page.getByText(`are in ${folder}`)).toBeVisible();
  await run.getByRole('button', { name: 'Run again as it was' }).click();
  await expect(page.locator('.jp-chard-Run')).toHaveCount(2);
  await expect(page.locator('.jp-chard-Run:visible .jp-chard-Run-state')).toHaveText('Succeeded', {
    timeout: 90_000
  });
});
