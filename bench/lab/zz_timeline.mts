import { main, newPage, open, untilKnown, untilQuiet } from './page.mts';
await main(async (browser, options: any) => {
  const { context, page } = await newPage(browser);
  await page.addInitScript(() => {
    const log: [string, number][] = [];
    (window as any).tl = log;
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (m: any, ...r: any[]) { const t=performance.now(); const x=(post as any).call(this, m, ...r); log.push(['post ' + m?.type + ' ' + (performance.now()-t).toFixed(1), t]); return x; };
    const d = Object.getOwnPropertyDescriptor(Worker.prototype, 'onmessage')!;
    Object.defineProperty(Worker.prototype, 'onmessage', { ...d, set(f: any) { d.set!.call(this, (e: any) => { const t0=performance.now(); const ty=e.data.type; const t1=performance.now(); f(e); log.push(['recv ' + ty + ' clone ' + (t1-t0).toFixed(1) + ' handle ' + (performance.now()-t1).toFixed(1), t0]); }); } });
  });
  await open(page, options.with, options.notebook);
  await untilKnown(page);
  await page.locator('.jp-SideBar [data-id=chard-panel]').click();
  await page.locator('#jp-chard-panel [data-node]').first().waitFor();
  await page.evaluate(async index => {
    const { content } = window.jupyterapp.shell.currentWidget;
    content.activeCellIndex = index;
    await content.scrollToItem(index, 'center');
    content.mode = 'edit';
    const cell = content.widgets[index]!;
    await cell.ready;
    cell.editor!.focus();
    cell.editor!.setCursorPosition({ line: 0, column: 0 });
  }, options.cell);
  await page.keyboard.press('End');
  await untilQuiet(page);
  const out: any[] = [];
  for (let round = 0; round < 12; round++) for (const key of ['1', 'Backspace']) {
    await page.evaluate(() => {
      const log = (window as any).tl; log.length = 0;
      const edges = () => [...document.querySelectorAll('#jp-chard-panel .jp-chard-Graph-edge title')].map(t => t.textContent).join('\n');
      const before = edges();
      (window as any).changed = new Promise(resolve => {
        let p = 0;
        document.addEventListener('keydown', e => { p = e.timeStamp; log.push(['keydown-handled', performance.now()]); }, { capture: true, once: true });
        const o = new MutationObserver(() => { const n=edges(); if (n === before || n.split('\n').length < before.split('\n').length) return; o.disconnect(); log.push(['dom', performance.now()]); requestAnimationFrame(() => { log.push(['raf', performance.now()]); setTimeout(() => { log.push(['frame', performance.now()]); resolve(log.map(([n, t]: any) => `${(t - p).toFixed(0)} ${n}`)); }); }); });
        o.observe(document.querySelector('#jp-chard-panel')!, { subtree: true, childList: true, characterData: true });
      });
    });
    await page.keyboard.press(key);
    out.push(await page.evaluate(() => (window as any).changed));
    await page.waitForTimeout(300);
  }
  await context.close();
  return out;
});
