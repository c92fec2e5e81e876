import { setTimeout as pause } from 'node:timers/promises';
import {
  downloadLog,
  followLog,
  readLog,
  searchLog,
  type LogStream
} from '@chard/core/protocol/api';
import { isOver } from '@chard/core/run';
import { requireStep } from '../../runs/find';
import { searchLines, type LogIndex } from '../../runs/log';
import { readState } from '../../runs/readLog';
import type { App } from '../context';
import type { Backend } from '../backend';
import { answer, download, stream, type Route } from '../http/route';

/** A log that grows all the time is told of so often. */
const GROWTH_PAUSE_MILLISECONDS = 100;
const CHARACTERS_AT_ONCE = 64 * 1024;

interface Selection {
  readonly step?: string | undefined;
  readonly stream?: readonly LogStream[] | undefined;
}

export function logRoutes({ open }: App): Route[] {
  return [
    answer(readLog, async ({ params, query }) => {
      const log = selectLog(open(), params.run, query);
      const { index, complete } = await log.look();
      const from = query.from < 0 ? Math.max(0, index.total + query.from) : query.from;
      return { lines: await index.page(from, query.limit), total: index.total, complete };
    }),
    answer(searchLog, async ({ params, query }) => {
      const { index } = await selectLog(open(), params.run, query).look();
      return { ...(await searchLines(index, query)), total: index.total };
    }),
    stream(followLog, ({ params, query, signal }) => {
      const { changes } = open();
      const log = selectLog(open(), params.run, query);
      return async sink => {
        let told = { total: -1, settled: 0, complete: false };
        for (;;) {
          const moment = changes.now;
          const { index, complete } = await log.look();
          const { total, settled } = index;
          const first = Math.max(total - query.tail, Math.min(told.settled, total));
          const lines = await index.page(first, query.tail);
          const mayDiffer = settled < total || told.settled < told.total;
          if (total !== told.total || complete !== told.complete || mayDiffer) {
            await sink.send({ total, complete, lines });
          }
          told = { total, settled, complete };
          if (complete) return;
          await changes.after(moment, signal);
          await pause(GROWTH_PAUSE_MILLISECONDS, undefined, { signal });
        }
      };
    }),
    download(downloadLog, async ({ params, query }) => {
      const { index } = await selectLog(open(), params.run, query).look();
      const name = [params.run, ...(query.step === undefined ? [] : [query.step])].join('-');
      return { content: asText(index, query.step === undefined), fileName: `${name}.log` };
    })
  ];
}

/**
 * A part of a run's log, to be looked at again and again.
 * @throws ChardError `run-unknown`, `step-unknown`.
 */
function selectLog(
  { stores, catalogue, logs }: Backend,
  run: string,
  { step, stream: streams }: Selection
): { look: () => Promise<{ index: LogIndex; complete: boolean }> } {
  catalogue.get(run);
  if (step !== undefined) requireStep(readState(stores, run), step);
  return {
    async look() {
      // Whether it is over is asked first: what comes between the two looks is then not the end.
      const complete = isOver(catalogue.get(run).state);
      return { index: await logs.of(run, { step, streams }), complete };
    }
  };
}

/** A few lines at a time: a chunk a line would be slow. */
async function* asText(index: LogIndex, withSteps: boolean): AsyncGenerator<string> {
  let text = '';
  for await (const line of index.lines(0)) {
    text += `${withSteps ? `[${line.step}] ` : ''}${line.text}\n`;
    if (text.length < CHARACTERS_AT_ONCE) continue;
    yield text;
    text = '';
  }
  yield text;
}
