import { listValues, type ValueItem } from '@chard/core/protocol/api';
import { receivedValues } from '../../engines/local';
import { readState } from '../../runs/readLog';
import { storedPipeline } from '../../runs/record';
import { isShownName, selectValues, type StepValue } from '../../runs/values';
import type { App } from '../context';
import { answer, type Route } from '../http/route';

export function valueRoutes({ open }: App): Route[] {
  return [
    answer(listValues, ({ params, query }) => {
      const { stores, catalogue } = open();
      const { id } = catalogue.get(params.run);
      const state = readState(stores, id);
      const values = selectValues(state, query).map(describe);
      if (query.step === undefined) return { values, inputs: [] };
      const inputs = receivedValues(storedPipeline(stores, id), state, query.step)
        .filter(({ name }) => isShownName(name) && (query.name ?? name) === name)
        .map(value => describe({ ...value, step: value.origin }));
      return { values, inputs };
    })
  ];
}

function describe({
  name,
  step,
  origin,
  type,
  repr,
  bytes,
  digest,
  refused
}: StepValue): ValueItem {
  return { name, step, origin, type, repr, bytes, digest, kept: refused === null, why: refused };
}
