/**
 * An experiment in a process of its own, for specs that kill it. Argument: a JSON document with what to do. Where `killAt` is
 * given it kills itself, by SIGKILL, just before its n-th write to the store; with `diesWithTrial` as soon as a trial runs, and with
 * `stopsFirst` it has been asked to stop and let that finish. It prints how many writes there were.
 */
import { readFileSync } from 'node:fs';
import { Pipeline } from '@chard/core/pipeline';
import { createLocalEngine } from '../../engines/local';
import { openStores, type Stores } from '../../stores';
import { createExperimentEngine } from '../localExperiments';
import { listSuggester } from './listSuggester';
import { experimentRequest, xs } from './sketch';

interface Order {
  readonly home: string;
  readonly notebook: string;
  readonly pipeline: string;
  readonly runnerFolder: string;
  readonly values: readonly number[];
  readonly spec: object;
  readonly killAt: number | null;
  readonly diesWithTrial: boolean;
  readonly stopsFirst: boolean;
}

const WRITES: Readonly<Record<string, readonly string[]>> = {
  runs: ['create', 'append', 'saveStepFiles'],
  results: ['put', 'use'],
  leases: ['take', 'release'],
  experiments: ['create', 'append']
};

let writes = 0;

function killingBefore(stores: Stores, killAt: number | null): Stores {
  const watched = <Store extends object>(store: Store, names: readonly string[]): Store =>
    new Proxy(store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...values: unknown[]): unknown => {
          if (names.includes(String(name)) && (writes += 1) === killAt) {
            process.kill(process.pid, 'SIGKILL');
          }
          return value.apply(target, values) as unknown;
        };
      }
    });
  return {
    ...stores,
    runs: watched(stores.runs, WRITES['runs'] ?? []),
    results: watched(stores.results, WRITES['results'] ?? []),
    leases: watched(stores.leases, WRITES['leases'] ?? []),
    experiments: watched(stores.experiments, WRITES['experiments'] ?? [])
  };
}

const order = JSON.parse(process.argv[2] ?? '') as Order;
const opened = openStores(order.home);
const stores = killingBefore(opened, order.killAt);
const engine = createLocalEngine({
  stores,
  runnerFolder: order.runnerFolder,
  limits: { cpu: 2, parallel: 2 }
});
const request = experimentRequest(order.notebook, {
  spec: order.spec,
  pipeline: Pipeline.parse(JSON.parse(readFileSync(order.pipeline, 'utf8')))
});
const experiments = createExperimentEngine({
  stores,
  engine,
  open: listSuggester(xs(...order.values)).open,
  contextOf: async () => request.context
});
const handle = await experiments.start(request);
if (order.diesWithTrial) {
  stores.experiments.onChange(() => {
    const log = stores.experiments.read(handle.id);
    if (!log.some(({ type }) => type === 'trial-started')) return;
    if (order.stopsFirst) experiments.ask(handle.id, { type: 'stop', trials: 'finish' });
    process.kill(process.pid, 'SIGKILL');
  });
}
await handle.finished;
await engine.close();
opened.close();
process.stdout.write(`${JSON.stringify({ writes })}\n`);
