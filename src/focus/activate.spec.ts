import { activate, releaseFocus } from './activate';

const at = (id: string): HTMLElement => document.getElementById(id)!;
const widget = (id: string): { id: string; node: HTMLElement } => ({ id, node: at(id) });

let notebook: ReturnType<typeof widget>;
let panel: ReturnType<typeof widget>;
beforeEach(() => {
  document.body.innerHTML = `
    <main id="notebook"><button id="cell"></button></main>
    <aside id="panel"><button id="graph"></button><button id="problems"></button></aside>
    <button id="third"></button>`;
  notebook = widget('notebook');
  panel = widget('panel');
  at('cell').focus();
  activate({ currentWidget: notebook, activateById: () => at('graph').focus() }, panel);
  at('problems').focus();
});

it('leaves the keyboard where it was last in what was shown, when what was there before takes it', () => {
  at('cell').focus();
  expect(document.activeElement).toBe(at('problems'));
});

it.each(['keydown', 'pointerdown'])('lets a person go back: %s', type => {
  document.body.dispatchEvent(new Event(type, { bubbles: true }));
  at('cell').focus();
  expect(document.activeElement).toBe(at('cell'));
});

it('keeps nobody else from taking it, nor what was there before from having it after that', () => {
  at('third').focus();
  expect(document.activeElement).toBe(at('third'));
  at('cell').focus();
  expect(document.activeElement).toBe(at('cell'));
});

it('lets go after the frames in which the palette goes, and when it is told to', async () => {
  const frame = (): Promise<unknown> => new Promise(resolve => requestAnimationFrame(resolve));
  for (let count = 0; count < 3; count++) await frame();
  at('cell').focus();
  expect(document.activeElement).toBe(at('cell'));
  activate({ currentWidget: notebook, activateById: () => at('graph').focus() }, panel);
  releaseFocus();
  at('cell').focus();
  expect(document.activeElement).toBe(at('cell'));
});

it('does nothing where it is shown already', () => {
  activate({ currentWidget: notebook, activateById: () => at('cell').focus() }, notebook);
  document.body.dispatchEvent(new Event('keydown', { bubbles: true }));
  at('graph').focus();
  expect(document.activeElement).toBe(at('graph'));
});
