import { fold, initialRunState, type RunEvent, type RunState } from '@chard/core/run';
import { nullTranslator } from '@jupyterlab/translation';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { StepTable } from './table';

// JupyterLab's icons need a browser.
jest.mock('../words', () => ({
  stepStatus: () => ({ icon: { react: () => null }, tone: 'quiet' })
}));

const STEPS = 1000;

function manySteps(): RunState {
  const created: RunEvent = {
    seq: 1,
    time: 1,
    type: 'run-created',
    run: 'r1',
    pipeline: 'p',
    notebook: { path: '/n.ipynb', sha256: '00' },
    parameters: {},
    options: { cache: true, from: null, only: null, base: null },
    steps: Array.from({ length: STEPS }, (_, at) => ({ name: `s${at}`, cells: [at], after: [] }))
  };
  return fold(initialRunState, [created]);
}

/** What the browser tells of elements that come near the screen. */
class Observer implements Pick<IntersectionObserver, 'observe' | 'disconnect'> {
  static readonly told = new Map<Element, (isIntersecting: boolean) => void>();

  private element: Element | null = null;

  constructor(private readonly callback: (entries: { isIntersecting: boolean }[]) => void) {}

  observe(element: Element): void {
    this.element = element;
    Observer.told.set(element, isIntersecting => this.callback([{ isIntersecting }]));
  }

  disconnect(): void {
    if (this.element) Observer.told.delete(this.element);
  }
}

test('of a thousand steps those near the screen are drawn, and the others when they come near', () => {
  Object.assign(globalThis, { IntersectionObserver: Observer, IS_REACT_ACT_ENVIRONMENT: true });
  const place = document.createElement('div');
  const root = createRoot(place);
  act(() =>
    root.render(
      <StepTable
        state={manySteps()}
        selected={null}
        onSelect={() => undefined}
        onEnter={() => undefined}
        trans={nullTranslator.load('chard')}
      />
    )
  );
  const drawn = (): string[] =>
    [...place.querySelectorAll('tbody button')].map(button => button.textContent ?? '');
  expect(drawn()).toHaveLength(50);
  expect(place.querySelector('table')?.getAttribute('aria-rowcount')).toBe(String(STEPS + 1));

  const bodies = [...place.querySelectorAll('tbody')];
  expect(bodies).toHaveLength(20);
  act(() => Observer.told.get(bodies[10]!)!(true));
  expect(drawn()).toContain('s512');
  expect(place.querySelector('[aria-rowindex="514"]')?.textContent).toContain('s512');
  act(() => Observer.told.get(bodies[10]!)!(false));
  expect(drawn()).not.toContain('s512');
  act(() => root.unmount());
});
