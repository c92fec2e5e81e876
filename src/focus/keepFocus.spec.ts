import { keepFocus } from './keepFocus';

const page = (html: string): HTMLElement => {
  document.body.innerHTML = `<button id="outside"></button><main>${html}</main>`;
  return document.querySelector('main')!;
};
const at = (id: string): HTMLElement => document.getElementById(id)!;
/** After those who watch the page have been told. */
const told = (): Promise<void> => new Promise(resolve => setTimeout(resolve));

const LIST = `
  <h2><button id="title"></button></h2>
  <ul>
    <li><button id="a1"></button><button id="a2"></button></li>
    <li><button id="b1"></button></li>
    <li><button id="c1"></button></li>
  </ul>
  <button id="end"></button>`;

describe('keepFocus', () => {
  it.each([
    ['what came in its place', 'b1', 'c1'],
    ['the one before the last', 'c1', 'b1']
  ])('leads to %s', async (_, gone, next) => {
    keepFocus(page(LIST));
    at(gone).focus();
    at(gone).closest('li')!.remove();
    await told();
    expect(document.activeElement).toBe(at(next));
  });

  it('leads out of a list that has become empty, to what stands after it', async () => {
    keepFocus(page(LIST));
    at('b1').focus();
    document.querySelector('ul')!.replaceChildren();
    await told();
    expect(document.activeElement).toBe(at('end'));
  });

  it('leads on from a button that was disabled or hidden', async () => {
    keepFocus(page(LIST));
    at('a1').focus();
    (at('a1') as HTMLButtonElement).disabled = true;
    await told();
    expect(document.activeElement).toBe(at('a2'));
    at('a2').closest('li')!.hidden = true;
    await told();
    expect(document.activeElement).toBe(at('b1'));
  });

  it('passes by what only arrow keys reach', async () => {
    keepFocus(
      page(
        '<p><button id="x"></button><button id="y" tabindex="-1"></button><button id="z"></button></p>'
      )
    );
    at('x').focus();
    at('x').remove();
    await told();
    expect(document.activeElement).toBe(at('z'));
  });

  it('leads to the root where nothing else is left and the root can have it', async () => {
    const root = page('<button id="x"></button>');
    root.tabIndex = -1;
    keepFocus(root);
    at('x').focus();
    at('x').remove();
    await told();
    expect(document.activeElement).toBe(root);
  });

  it('takes the focus from nobody who has it elsewhere, nor from who pressed on the page', async () => {
    keepFocus(page(LIST));
    at('a1').focus();
    at('outside').focus();
    at('a1').remove();
    await told();
    expect(document.activeElement).toBe(at('outside'));

    at('b1').focus();
    document.dispatchEvent(new Event('pointerdown'));
    at('b1').blur();
    at('b1').remove();
    await told();
    expect(document.activeElement).toBe(document.body);
  });

  it('ends', async () => {
    const end = keepFocus(page(LIST));
    at('b1').focus();
    end();
    at('b1').remove();
    await told();
    expect(document.activeElement).toBe(document.body);
  });
});
