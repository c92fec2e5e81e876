/** @jest-environment node */
import type { RunItem } from '@chard/core/protocol/api';
import type { ChardApi } from './api';
import { RunList } from './runList';

const run = (id: string, trial: RunItem['trial']) =>
  ({
    id,
    trial,
    state: 'running',
    notebook: 'a.ipynb',
    createdAt: 1,
    number: 1
  }) as object as RunItem;

it('shows what is changed here at once, but no trial: those are in the lists of their experiments', () => {
  const api = {
    follow: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) })
  };
  const list = new RunList(api as object as ChardApi, ({ notebook }) => notebook);
  list.add(run('one', null));
  list.add(run('trial', { experiment: 'e', number: 1 }));
  expect(list.all.map(({ id }) => id)).toEqual(['one']);
  expect(list.goesOn('trial')).toBe(true);
});
