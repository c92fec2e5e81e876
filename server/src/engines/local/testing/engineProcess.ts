/**
 * An engine in a process of its own, for specs that kill it. Arguments: a JSON document with what to do. Where
 * `killAt` is given it kills itself, by SIGKILL, just before its n-th write to the store.
 */
import { readFileSync } from 'node:fs';
import { Pipeline } from '@chard/core/pipeline';
import { openStores, type Stores } from '../../../stores';
import { createLocalEngine } from '../engine';

interface Order {
  readonly home: string;
  readonly notebook: string;
  readonly pipeline: string;
  readonly runnerFolder: string;
  readonly python: string;
  readonly parallel: number;
  readonly killAt: number | null;
}

const WRITES: Readonly<Record<string, readonly string[]>> = {
  runs: ['create', 'append', 'saveStepFiles'],
  results: ['put', 'use'],
  leases: ['take', 'release'],
  artefacts: ['put']
};

function killingBefore(stores: Stores, killAt: number): Stores {
  let writes = 0;
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
  const { runs, results, leases, artefacts, ...rest } = stores;
  return {
    ...rest,
    runs: watched(runs, WRITES['runs'] ?? []),
    results: watched(results, WRITES['results'] ?? []),
    leases: watched(leases, WRITES['leases'] ?? []),
    artefacts: watched(artefacts, WRITES['artefacts'] ?? [])
  };
}

const order = JSON.parse(process.argv[2] ?? '') as Order;
const stores = openStores(order.home);
const engine = createLocalEngine({
  stores: order.killAt === null ? stores : killingBefore(stores, order.killAt),
  runnerFolder: order.runnerFolder,
  limits: { cpu: order.parallel, parallel: order.parallel }
});
const handle = await engine.start({
  pipeline: Pipeline.parse(JSON.parse(readFileSync(order.pipeline, 'utf8'))),
  notebook: { path: order.notebook, bytes: Buffer.from('{}') },
  interpreter: {
    executable: order.python,
    version: '3',
    fingerprint: 'environment-1',
    environment: process.env,
    record: {}
  },
  options: { cache: true, from: null, only: null, base: null }
});
const state = await handle.finished;
await engine.close();
stores.close();
const { rss } = process.memoryUsage();
const peak = process.resourceUsage().maxRSS * 1024;
process.stdout.write(`${JSON.stringify({ id: state.id, phase: state.phase, rss, peak })}\n`);
