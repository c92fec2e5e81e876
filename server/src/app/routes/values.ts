import { getStepKernel, listValues, type ValueItem } from '@chard/core/protocol/api';
import { kernelSpec, receivedValues } from '../../engines/local';
import { runnerFolder } from '../../installation';
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
    }),
    answer(getStepKernel, ({ params }) => {
      const { stores, catalogue } = open();
      const { id } = catalogue.get(params.run);
      const pipeline = storedPipeline(stores, id);
      const state = readState(stores, id);
      const { spec, step, missing } = kernelSpec(stores, pipeline, state, params.step);
      return {
        kernel: pipeline.kernel,
        setup: setupCode(spec),
        cells: step.code,
        missing: missing.map(value => describe({ ...value, step: value.origin }))
      };
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

/** Behind all else on the path: in a kernel, the person's own packages go first. */
function setupCode(spec: unknown): string {
  // JSON's texts are Python's, but for characters beyond U+FFFF as two escapes: only JSON's reader joins those.
  const [folder, text] = [runnerFolder(), asciiJson(spec)].map(value => JSON.stringify(value));
  return [
    'import sys',
    `if ${folder} not in sys.path: sys.path.append(${folder})`,
    `__import__("chard_runner.kernel_state").kernel_state.enter_step(${text})`
  ].join('\n');
}

function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  );
}
