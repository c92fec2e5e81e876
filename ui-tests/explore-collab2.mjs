import { chromium } from '@playwright/test';
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const base = 'http://127.0.0.1:18901/notebook/ns/name';
const open = async who => {
  const context = await browser.newContext({ viewport: { width: 1300, height: 850 } });
  const page = await context.newPage();
  page.on('console', m => { if (m.type()==='error') console.log(who, 'CONSOLE', m.text().slice(0, 200)); });
  page.on('pageerror', e => console.log(who, 'PAGEERROR', e.stack.slice(0, 400)));
  page.on('response', r => { if (r.status() >= 400) console.log(who, 'HTTP', r.status(), r.url()); });
  await page.goto(`${base}/lab/workspaces/${who}/tree/co.ipynb?token=secret&reset`);
  await page.waitForSelector('.jp-Notebook .jp-Cell', { timeout: 90000 });
  await page.waitForSelector('.jp-chard-Line', { timeout: 60000 });
  await page.waitForFunction(() => window.jupyterapp.commands.isEnabled('chard:edit-cell'));
  return page;
};
const tags = page => page.evaluate(() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells.map(c => JSON.stringify([c.getMetadata('tags'), c.getMetadata('chard')])));
const exec = (page, id, args) => page.evaluate(([id, args]) => window.jupyterapp.commands.execute(id, args).then(() => null), [id, args]);
const sel = (page, cell) => exec(page, 'chard:go-to-cell', { cell });
const a = await open('ann'), b = await open('bob');

for (let n = 0; n < 4; n++) {
  await a.evaluate(n => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells[0].setSource('x = ' + (100 + n) + "\nprint('x is', x)"), n);
  const id = await a.evaluate(() => window.jupyterapp.commands.execute('chard:run'));
  await a.waitForTimeout(4000);
  console.log(n, id, await a.locator('.jp-chard-Run:visible .jp-chard-Run-state').innerText());
  await a.locator('.jp-chard-Run:visible [data-node=one]').click();
  await a.waitForTimeout(1000);
  console.log((await a.locator('.jp-chard-Run:visible').getByRole('log').innerText()).replace(/\n/g, ' | '));
  await a.evaluate(() => window.jupyterapp.shell.currentWidget.close());
}
await exec(b, 'chard:show-panel', { section: 'runs' });
await b.waitForTimeout(3000);
console.log('bob panel', (await b.locator('.jp-chard-Runs-list').innerText()).replace(/\n/g, ' | '));
await b.screenshot({ path: '/tmp/lab-scratch/shots/collab-b2.png' });
await browser.close();
