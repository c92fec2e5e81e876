import { chromium } from '@playwright/test';
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const base = 'http://127.0.0.1:18901/notebook/ns/name';
const open = async who => {
  const context = await browser.newContext({ viewport: { width: 1300, height: 850 } });
  const page = await context.newPage();
  page.on('console', m => { if (m.type()==='error') console.log(who, 'CONSOLE', m.text().slice(0, 200)); });
  page.on('pageerror', e => console.log(who, 'PAGEERROR', e.stack.slice(0, 400)));
  page.on('response', r => { if (r.status() >= 400) console.log(who, 'HTTP', r.status(), r.url()); });
  await page.goto(`${base}/lab/workspaces/${who}/tree/digits.ipynb?token=secret&reset`);
  await page.waitForSelector('.jp-Notebook .jp-Cell', { timeout: 90000 });
  await page.waitForSelector('.jp-chard-Line', { timeout: 60000 });
  await page.waitForFunction(() => window.jupyterapp.commands.isEnabled('chard:edit-cell'));
  return page;
};
const tags = page => page.evaluate(() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells.map(c => JSON.stringify([c.getMetadata('tags'), c.getMetadata('chard')])));
const exec = (page, id, args) => page.evaluate(([id, args]) => window.jupyterapp.commands.execute(id, args).then(() => null), [id, args]);
const sel = (page, cell) => exec(page, 'chard:go-to-cell', { cell });
const a = await open('ann'), b = await open('bob');
const before = await tags(a);
console.log(before.join('\n'));
console.log('same at start', JSON.stringify(await tags(b)) === JSON.stringify(before));
const find = (list, s) => list.findIndex(t => t.includes(s));
const load = find(before, 'step:load');
console.log('load at', load);
// both edit at once: ann renames step load, bob sets cpu limit by editor on the same cell
await sel(a, load); await sel(b, load);
await Promise.all([exec(a, 'chard:rename-step', { step: 'load', from: 'load', name: 'read', to: 'read' }).catch(e => console.log('rename', e.message)), (async () => {
  await exec(b, 'chard:edit-cell', {});
  const ed = b.getByRole('dialog', { name: 'Cell in the pipeline' });
  await ed.waitFor();
  await ed.getByLabel(/CPU/).first().fill('2');
  await b.keyboard.press('Tab');
})()]);
await a.waitForTimeout(3000);
console.log('A', (await tags(a)).join('\n  '));
console.log('equal', JSON.stringify(await tags(a)) === JSON.stringify(await tags(b)));
await b.screenshot({ path: '/tmp/lab-scratch/shots/collab-b.png' });
await b.keyboard.press('Escape');
// undo by ann only
await a.evaluate(() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.undo());
await a.waitForTimeout(1500);
console.log('after ann undo', (await tags(a)).join('\n  '));
console.log('equal', JSON.stringify(await tags(a)) === JSON.stringify(await tags(b)));
// typing names at the same time on two cells
const list = await tags(a);
const other = list.findIndex((t, i) => i > load && t.includes('step:'));
await sel(a, load); await sel(b, other);
await exec(a, 'chard:edit-cell', {}); await exec(b, 'chard:edit-cell', {});
const na = a.getByRole('dialog', { name: 'Cell in the pipeline' }).getByRole('combobox').first();
const nb = b.getByRole('dialog', { name: 'Cell in the pipeline' }).getByRole('combobox').first();
await Promise.all([(async () => { await na.fill(''); await na.pressSequentially('alpha beta', { delay: 60 }); })(), (async () => { await nb.fill(''); await nb.pressSequentially('gamma delta', { delay: 55 }); })()]);
await a.waitForTimeout(2500);
console.log('after typing', (await tags(a)).join('\n  '));
console.log('equal', JSON.stringify(await tags(a)) === JSON.stringify(await tags(b)));
await a.screenshot({ path: '/tmp/lab-scratch/shots/collab-a.png' });
await a.keyboard.press('Escape'); await b.keyboard.press('Escape');
// same cell, same field
await sel(a, load); await sel(b, load);
await exec(a, 'chard:edit-cell', {}); await exec(b, 'chard:edit-cell', {});
await Promise.all([na.pressSequentially(' aa', { delay: 60 }), nb.pressSequentially(' bb', { delay: 60 })]);
await a.waitForTimeout(2500);
console.log('same field', (await tags(a))[load], (await tags(b))[load]);
await a.keyboard.press('Escape'); await b.keyboard.press('Escape');
await b.evaluate(() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.undo());
await a.waitForTimeout(1500);
console.log('after bob undo', (await tags(a))[load], (await tags(b))[load]);
// run by ann; bob sees it
await exec(a, 'chard:run', {});
await a.waitForSelector('.jp-chard-Run-state');
await a.waitForTimeout(8000);
console.log('run state', await a.locator('.jp-chard-Run-state').innerText());
await exec(b, 'chard:show-panel', { section: 'runs' });
await b.waitForTimeout(4000);
console.log('bob panel', (await b.locator('.jp-chard-Runs-list').innerText()).replace(/\n/g, ' | '));
await a.screenshot({ path: '/tmp/lab-scratch/shots/collab-run.png' });
await browser.close();
