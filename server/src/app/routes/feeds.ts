import { setTimeout as pause } from 'node:timers/promises';
import { followRun, followRuns, type RunItem, type RunListChange } from '@chard/core/protocol/api';
import { isOver } from '@chard/core/run';
import { readLog } from '../../runs/readLog';
import type { Changes } from '../changes';
import type { App } from '../context';
import type { EventSink } from '../http/eventSink';
import { stream, type Route } from '../http/route';

/** Lists are read again at most so often. */
const LIST_PAUSE_MILLISECONDS = 200;

export function feedRoutes({ open }: App): Route[] {
  return [
    stream(followRun, ({ params, query, lastEventId, signal }) => {
      const { stores, catalogue, changes, engine } = open();
      const { id } = catalogue.get(params.run);
      let after = lastSeen(lastEventId) ?? query.after;
      return async sink => {
        for (;;) {
          const moment = changes.now;
          const record = stores.runs.get(id);
          if (record === undefined) return sink.tell('end', { reason: 'deleted' });
          for (const event of readLog(stores, id, { after, quiet: !query.output })) {
            after = event.seq;
            await sink.send(event, String(event.seq));
          }
          if (isOver(record.phase)) return sink.tell('end', { reason: 'over' });
          const broken = engine.broken.reasonOf(id);
          if (broken) throw broken.error;
          await changes.after(moment, signal);
        }
      };
    }),
    stream(followRuns, () => {
      const { catalogue, changes } = open();
      return followList<RunItem, RunListChange>(changes, () => catalogue.all(), {
        isSettled: ({ state }) => isOver(state) && state !== 'interrupted',
        changed: run => ({ type: 'changed', run }),
        deleted: id => ({ type: 'deleted', id }),
        reset: { type: 'reset' }
      });
    })
  ];
}

interface ListTelling<Item, Message> {
  readonly reset: Message;
  /** Whether an item stays as it is unless somebody wants it otherwise. */
  isSettled(item: Item): boolean;
  changed(item: Item): Message;
  deleted(id: string): Message;
}

/**
 * Tells what changes in a list that is read again whenever the store has changed, at most so often. Whoever listens reads the
 * list after the reset: what is not settled then may be another thing for a moment only, and is told with the first change
 * even if it is as it was.
 */
export function followList<Item extends { readonly id: string }, Message>(
  changes: Changes,
  list: () => Iterable<Item>,
  telling: ListTelling<Item, Message>
): (sink: EventSink<Message>) => Promise<void> {
  return async sink => {
    let known = new Map<string, Item | null>(
      [...list()].map(item => [item.id, telling.isSettled(item) ? item : null])
    );
    await sink.send(telling.reset);
    for (let moment = changes.now; ;) {
      await changes.after(moment, sink.signal);
      moment = changes.now;
      const items = byId(list());
      for (const [id, item] of items) {
        const isSame = JSON.stringify(known.get(id)) === JSON.stringify(item);
        if (!isSame) await sink.send(telling.changed(item));
      }
      for (const id of known.keys()) {
        if (!items.has(id)) await sink.send(telling.deleted(id));
      }
      known = items;
      await pause(LIST_PAUSE_MILLISECONDS, undefined, { signal: sink.signal });
    }
  };
}

/** A header that holds no number of ours is no reason to fail: the query says where to begin. */
export function lastSeen(lastEventId: string | undefined): number | null {
  return lastEventId !== undefined && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : null;
}

function byId<Item extends { readonly id: string }>(items: Iterable<Item>): Map<string, Item> {
  return new Map([...items].map(item => [item.id, item]));
}
