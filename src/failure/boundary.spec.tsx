import { nullTranslator } from '@jupyterlab/translation';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { Boundary } from './boundary';

const trans = nullTranslator.load('');

it('says what cannot be drawn and why, keeps what is around it, and tries again', async () => {
  let isBroken = true;
  const Part = () => {
    if (isBroken) throw new Error('no such thing');
    return <p>whole</p>;
  };
  // React tells the console of what it has caught.
  const told = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const node = document.createElement('div');
  const root = createRoot(node);
  await act(async () =>
    root.render(
      <>
        <h1>around</h1>
        <Boundary trans={trans} what="The run">
          <Part />
        </Boundary>
      </>
    )
  );
  expect(node.querySelector('[role="alert"]')!.textContent).toContain(
    'The run cannot be drawn, though nothing is lost: no such thing.'
  );
  expect(node.querySelector('h1')).not.toBeNull();
  isBroken = false;
  await act(async () => node.querySelector('button')!.click());
  expect(node.textContent).toBe('aroundwhole');
  await act(async () => root.unmount());
  told.mockRestore();
});
