import { chromium } from '@playwright/test';
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
const page = await context.newPage();
page.on('console', m => { if (m.text().startsWith('Skipping') || m.text().startsWith('Menu entry')) return; if (['error','warning'].includes(m.type())) console.log('CONSOLE', m.type(), m.text().slice(0, 300)); });
page.on('pageerror', e => console.log('PAGEERROR', e.stack.slice(0,900)));
page.on('response', r => { if (r.status() >= 400) console.log('HTTP', r.status(), r.url()); });
const base = 'http://127.0.0.1:18901/user/ann';
await page.goto(`${base}/notebooks/digits.ipynb?token=secret`);
await page.waitForSelector('.jp-Notebook .jp-Cell', { timeout: 90000 });
await page.waitForTimeout(6000);
await page.screenshot({ path: '/tmp/lab-scratch/shots/nb7-1.png' });
console.log('lines', await page.locator('.jp-chard-Line').count());
console.log('toolbar', await page.locator('.jp-NotebookPanel-toolbar').innerText());
console.log('commands', await page.evaluate(() => window.jupyterapp?.commands.listCommands().filter(i => i.startsWith('chard'))));
console.log('panel', await page.locator('#jp-chard-panel').count());
try {
  await page.evaluate(() => window.jupyterapp.commands.execute('chard:show-panel'));
  await page.waitForTimeout(2000);
  console.log('panel visible', await page.locator('#jp-chard-panel').isVisible());
  await page.screenshot({ path: '/tmp/lab-scratch/shots/nb7-2.png' });
  const [popup] = await Promise.all([
    context.waitForEvent('page', { timeout: 30000 }).catch(() => null),
    page.evaluate(() => window.jupyterapp.commands.execute('chard:run')).catch(e => console.log('RUN', e.message)),
  ]);
  await page.waitForTimeout(15000);
  console.log('popup', popup?.url());
  console.log('pages', context.pages().map(p => p.url()));
  await page.screenshot({ path: '/tmp/lab-scratch/shots/nb7-3.png' });
  console.log('rundoc', await page.locator('.jp-chard-Run').count());
} catch (e) { console.log('ERR', e.message); }
await page.goto(`${base}/tree?token=secret`);
await page.waitForTimeout(4000);
await page.screenshot({ path: '/tmp/lab-scratch/shots/nb7-tree.png' });
await browser.close();
