import { getStepKernel, listValues, peekValue, type ValueItem } from '@chard/core/protocol/api';
import { kernelSpec, receivedValues } from '../../engines/local';
import { runnerFolder } from '../../installation';
import { executionContext } from '../../runs/execution';
import { peekAtValue } from '../../runs/peek';
import { readState } from '../../runs/readLog';
import { storedPipeline } from '../../runs/record';
import { isShownName, selectValues, type StepValue } from '../../runs/values';
import type { App } from '../context';
import { answer, type Route } from '../http/route';

export function valueRoutes({ host, open }: App): Route[] {
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
    answer(peekValue, async ({ params, body, signal }) => {
      const { stores, engine, catalogue } = open();
      const { id } = catalogue.get(params.run);
      const context = await executionContext(storedPipeline(stores, id).kernel, host);
      return peekAtValue(engine, context, { run: id, step: params.step, ...body }, signal);
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
  shape,
  bytes,
  digest,
  refused
}: StepValue): ValueItem {
  const kept = refused === null;
  const described = { name, step, origin, type, repr, bytes, digest, kept, why: refused };
  return shape === undefined ? described : { ...described, shape };
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
