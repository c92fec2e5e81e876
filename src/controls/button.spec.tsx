/** @jest-environment jsdom */
import type { LabIcon } from '@jupyterlab/ui-components';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { Button, IconButton, LinkButton } from './button';

const leaf = { react: () => <i /> } as unknown as LabIcon;

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

function drawn(element: React.ReactElement): Element {
  const place = document.createElement('div');
  act(() => createRoot(place).render(element));
  return place.firstElementChild!;
}

test('a button has its icon before its words and keeps what it is given', () => {
  const node = drawn(
    <Button look="link" icon={leaf} small className="mine" disabled>
      Accept
    </Button>
  );
  expect(node.outerHTML).toBe(
    '<button disabled="" type="button" class="jp-chard-FlatButton jp-chard-mod-link jp-chard-mod-small mine"><i></i>Accept</button>'
  );
});

test('an icon alone says what it does to those who point at it and to those who do not see it', () => {
  const node = drawn(<IconButton icon={leaf} label="Remove the volume data" />);
  expect(node.getAttribute('aria-label')).toBe('Remove the volume data');
  expect(node.getAttribute('title')).toBe('Remove the volume data');
  const short = drawn(<IconButton icon={leaf} label="Remove the volume data" title="Remove" />);
  expect(short.getAttribute('aria-label')).toBe('Remove the volume data');
  expect(short.getAttribute('title')).toBe('Remove');
});

test('a link that looks like a button leads where a link does', () => {
  const node = drawn(
    <LinkButton look="bordered" href="/log" download>
      Download
    </LinkButton>
  );
  expect(node.outerHTML).toBe('<a href="/log" download="" class="jp-chard-Button">Download</a>');
});
