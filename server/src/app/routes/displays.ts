import { createHash } from 'node:crypto';
import { getDisplay, listDisplays, type DisplayItem } from '@chard/core/protocol/api';
import { ChardError } from '../../errors';
import { shownDisplays, type Display } from '../../runs/displays';
import { requireStep } from '../../runs/find';
import { readLog, readState } from '../../runs/readLog';
import type { App } from '../context';
import { answer, type Route } from '../http/route';

export function displayRoutes({ open }: App): Route[] {
  return [
    answer(listDisplays, ({ params, query: { step } }) => {
      const { stores, catalogue } = open();
      const { id } = catalogue.get(params.run);
      if (step !== undefined) requireStep(readState(stores, id), step);
      const types = ['step-started', 'display'] as const;
      const events = readLog(stores, id, { types, ...(step !== undefined && { step }) });
      return { displays: shownDisplays(events).map(describe) };
    }),
    answer(
      getDisplay,
      ({ params: { run, seq } }) => {
        const { stores, catalogue } = open();
        const [event] = stores.runs.read(catalogue.get(run).id, { after: seq - 1, limit: 1 });
        if (event?.type !== 'display' || event.seq !== seq) {
          throw new ChardError('display-unknown', `The run ${run} has no display ${seq}.`);
        }
        return { data: event.data, metadata: event.metadata };
      },
      { immutable: true }
    )
  ];
}

function describe({ seq, step, cell, time, kind, data, metadata }: Display): DisplayItem {
  const content = JSON.stringify({ data, metadata });
  return {
    seq,
    step,
    cell,
    time,
    kind,
    mimeTypes: Object.keys(data),
    bytes: Buffer.byteLength(content),
    digest: createHash('sha256').update(content).digest('hex')
  };
}
