import { setTimeout as pause } from 'node:timers/promises';
import { followRun, followRuns, type RunItem } from '@chard/core/protocol/api';
import { isOver } from '@chard/core/run';
import { readLog } from '../../runs/readLog';
import type { App } from '../context';
import { stream, type Route } from '../http/route';

/** Lists are read again at most so often. */
const LIST_PAUSE_MILLISECONDS = 200;

export function feedRoutes({ open }: App): Route[] {
  return [
    stream(followRun, ({ params, query, lastEventId, signal }) => {
      const { stores, catalogue, changes } = open();
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
          await changes.after(moment, signal);
        }
      };
    }),
    stream(followRuns, ({ signal }) => {
      const { catalogue, changes } = open();
      return async sink => {
        let known = byId(catalogue.all());
        await sink.send({ type: 'reset' });
        for (let moment = changes.now; ;) {
          await changes.after(moment, signal);
          moment = changes.now;
          const items = byId(catalogue.all());
          for (const [id, run] of items) {
            const isSame = JSON.stringify(known.get(id)) === JSON.stringify(run);
            if (!isSame) await sink.send({ type: 'changed', run });
          }
          for (const id of known.keys()) {
            if (!items.has(id)) await sink.send({ type: 'deleted', id });
          }
          known = items;
          await pause(LIST_PAUSE_MILLISECONDS, undefined, { signal });
        }
      };
    })
  ];
}

/** A header that holds no number of ours is no reason to fail: the query says where to begin. */
function lastSeen(lastEventId: string | undefined): number | null {
  return lastEventId !== undefined && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : null;
}

function byId(items: Iterable<RunItem>): Map<string, RunItem> {
  return new Map([...items].map(item => [item.id, item]));
}
