import {
  emptyTally,
  initialExperimentState,
  type ExperimentEventBody,
  type ExperimentSpec
} from '@chard/core/experiment';
import type { ExperimentChange, ExperimentOutline, NewExperiment, Owner, Stores } from '../model';
import { newRun, OWNER } from './contract';

const OTHER: Owner = { ...OWNER, pid: 2, instance: 'engine-2' };
const alive = (): boolean => true;
const dead = (): boolean => false;

const SPEC: ExperimentSpec = {
  ...initialExperimentState.spec,
  name: 'first',
  objective: { ...initialExperimentState.spec.objective, metric: 'loss' },
  maxTrialCount: 3,
  parallelTrialCount: 1
};

function outline(change: Partial<ExperimentOutline> = {}): ExperimentOutline {
  return {
    phase: 'pending',
    reason: null,
    counts: { maxTrialCount: 3, parallelTrialCount: 1, maxFailedTrialCount: 0 },
    tally: emptyTally,
    best: null,
    finishedAt: null,
    ...change
  };
}

function created(experiment: string): ExperimentEventBody {
  return {
    type: 'experiment-created',
    experiment,
    pipeline: 'p',
    notebook: { path: '/n.ipynb', sha256: '00' },
    spec: SPEC,
    fixed: {}
  };
}

export function newExperiment(id: string, change: Partial<NewExperiment> = {}): NewExperiment {
  return {
    id,
    name: id,
    notebook: '/n.ipynb',
    pipeline: 'p',
    objective: { type: 'minimize', metric: 'loss' },
    algorithm: 'random',
    artefacts: {},
    change: { events: [{ time: 1000, body: created(id) }], outline: outline() },
    ...change
  };
}

const started: ExperimentEventBody = { type: 'experiment-started', pid: 7 };

function change(...bodies: ExperimentEventBody[]): ExperimentChange {
  return {
    events: bodies.map((body, index) => ({ time: 2000 + index, body })),
    outline: outline({ phase: 'running' })
  };
}

/** What every store of experiments does. */
export function describeExperimentStores(name: string, open: () => Stores): void {
  describe(name, () => {
    let stores: Stores;
    beforeEach(() => {
      stores = open();
    });
    afterEach(() => stores.close());

    const coded = (code: string) => expect.objectContaining({ code });
    const end = (id: string): void => stores.experiments.leases.release(id, OWNER);

    it('numbers events without gaps and gives back what was written', () => {
      const { experiments } = stores;
      experiments.create(newExperiment('e1'), OWNER);
      const written = experiments.append(
        'e1',
        OWNER,
        change(started, { type: 'trial-suggested', trial: 1, parameters: { c: 'é\u0000', x: 0.1 } })
      );
      expect(written.map(({ seq }) => seq)).toEqual([2, 3]);
      expect(experiments.read('e1')).toEqual([
        { seq: 1, time: 1000, ...created('e1') },
        ...written
      ]);
      expect(experiments.read('e1', { after: 1, limit: 1 })).toEqual([written[0]]);
      expect(experiments.append('e1', OWNER, change())).toEqual([]);
      expect(experiments.get('e1')).toMatchObject({
        lastSeq: 3,
        phase: 'running',
        createdAt: 1000
      });
    });

    it('lists the newest first, by notebook and by phase, page by page', () => {
      const { experiments } = stores;
      experiments.create(newExperiment('e1'), OWNER);
      experiments.create(newExperiment('e2', { notebook: '/other.ipynb' }), OWNER);
      experiments.create(newExperiment('e3'), OWNER);
      experiments.append('e3', OWNER, change(started));
      const ids = (filter: Parameters<Stores['experiments']['list']>[0]): string[] =>
        experiments.list(filter).map(({ id }) => id);
      expect(ids({})).toEqual(['e3', 'e2', 'e1']);
      expect(ids({ notebook: '/n.ipynb' })).toEqual(['e3', 'e1']);
      expect(ids({ phases: ['pending'] })).toEqual(['e2', 'e1']);
      expect(ids({ before: 'e3', limit: 1 })).toEqual(['e2']);
      expect(ids({ before: 'none' })).toEqual([]);
    });

    it('keeps what lists show of an experiment', () => {
      const { experiments } = stores;
      experiments.create(newExperiment('e1', { artefacts: { pipeline: 'abc' } }), OWNER);
      const best = { trial: 2, run: 'r2', value: 0.5, parameters: { x: 1, c: 'a', none: null } };
      const tally = { ...emptyTally, succeeded: 2, running: 1 };
      experiments.append('e1', OWNER, {
        events: [],
        outline: outline({ phase: 'running', best, tally })
      });
      expect(experiments.get('e1')).toMatchObject({
        id: 'e1',
        name: 'e1',
        best,
        tally,
        objective: { type: 'minimize', metric: 'loss' },
        algorithm: 'random'
      });
      expect(experiments.artefacts('e1')).toEqual({ pipeline: 'abc' });
      expect(experiments.get('none')).toBeUndefined();
    });

    it('has no two experiments of a notebook with one name, nor two with one id', () => {
      const { experiments } = stores;
      experiments.create(newExperiment('e1', { name: 'lr' }), OWNER);
      const again = newExperiment('e2', { name: 'lr' });
      expect(() => experiments.create(again, OWNER)).toThrow(coded('experiment-name-taken'));
      expect(() => experiments.create(newExperiment('e1', { name: 'b' }), OWNER)).toThrow(
        coded('experiment-exists')
      );
      expect(experiments.list()).toHaveLength(1);
      experiments.create({ ...again, notebook: '/other.ipynb' }, OWNER);
      experiments.create(newExperiment('e3', { name: 'third' }), OWNER);
      expect(() => experiments.rename('e3', 'lr')).toThrow(coded('experiment-name-taken'));
      experiments.rename('e3', 'third');
      experiments.rename('e3', 'fourth');
      expect(experiments.get('e3')?.name).toBe('fourth');
      expect(() => experiments.rename('none', 'x')).toThrow(coded('experiment-unknown'));
    });

    it('takes events of its owner alone', () => {
      const { experiments } = stores;
      experiments.create(newExperiment('e1'), OWNER);
      expect(() => experiments.append('e1', OTHER, change(started))).toThrow(coded('lease-lost'));
      expect(() => experiments.leases.take('e1', OTHER, 3000, alive)).toThrow(
        coded('experiment-owned')
      );
      expect(experiments.leases.take('e1', OTHER, 3000, dead)).toEqual(OWNER);
      expect(() => experiments.append('e1', OWNER, change(started))).toThrow(coded('lease-lost'));
      expect(experiments.append('e1', OTHER, change(started))).toHaveLength(1);
      experiments.leases.beat(OTHER, 9000);
      expect(experiments.leases.all()).toEqual([{ run: 'e1', owner: OTHER, beat: 9000 }]);
      expect(() => experiments.leases.take('none', OWNER, 1, dead)).toThrow(
        coded('experiment-unknown')
      );
    });

    it('does not take an experiment for a run', () => {
      stores.experiments.create(newExperiment('e1'), OWNER);
      expect(stores.leases.get('e1')).toBeUndefined();
      expect(stores.leases.all()).toEqual([]);
      expect(stores.runs.get('e1')).toBeUndefined();
    });

    it('remembers for the algorithm the newest text of each key', () => {
      const { experiments } = stores;
      experiments.create(newExperiment('e1'), OWNER);
      const remember = (memory: Record<string, string>) =>
        experiments.append('e1', OWNER, { ...change(), memory });
      remember({ a: '1', b: '2' });
      remember({ b: '3' });
      expect(experiments.memory('e1')).toEqual({ a: '1', b: '3' });
    });

    it('keeps what was asked for until it is heard', () => {
      const { experiments } = stores;
      experiments.create(newExperiment('e1'), OWNER);
      experiments.ask('e1', { type: 'pause' });
      experiments.ask('e1', { type: 'stop', trials: 'cancel' });
      const asked = experiments.asked('e1');
      expect(asked.map(({ command }) => command.type)).toEqual(['pause', 'stop']);
      experiments.append('e1', OWNER, { ...change(started), heard: asked[0]?.number ?? 0 });
      expect(experiments.asked('e1')).toEqual([asked[1]]);
      expect(() => experiments.ask('none', { type: 'pause' })).toThrow(coded('experiment-unknown'));
    });

    it('knows which runs are trials, and has none of them twice', () => {
      const { experiments, runs } = stores;
      experiments.create(newExperiment('e1'), OWNER);
      const trial = { experiment: 'e1', number: 1 };
      runs.create(newRun('r1', { trial }), OWNER);
      runs.create(newRun('r2'), OWNER);
      expect(runs.get('r1')?.trial).toEqual(trial);
      expect(runs.list({ experiment: 'e1' }).map(({ id }) => id)).toEqual(['r1']);
      expect(runs.list({ experiment: null }).map(({ id }) => id)).toEqual(['r2']);
      expect(runs.list()).toHaveLength(2);
      expect(() => runs.create(newRun('r3', { trial }), OWNER)).toThrow(coded('trial-has-run'));
      runs.create(newRun('r4', { trial: { experiment: 'e1', number: 2 } }), OWNER);
    });

    it.each(['delete', 'keep'] as const)('goes, once it is over: %s its runs', what => {
      const { experiments, runs } = stores;
      experiments.create(newExperiment('e1'), OWNER);
      runs.create(newRun('r1', { trial: { experiment: 'e1', number: 1 } }), OWNER);
      expect(() => experiments.delete('e1', what)).toThrow(coded('experiment-active'));
      end('e1');
      stores.leases.release('r1', OWNER);
      experiments.delete('e1', what);
      expect(experiments.get('e1')).toBeUndefined();
      expect(runs.get('r1')?.trial).toBe(what === 'keep' ? null : undefined);
      expect(() => experiments.read('e1')).toThrow(coded('experiment-unknown'));
    });

    it('does not go while a run of it is going on', () => {
      const { experiments, runs } = stores;
      experiments.create(newExperiment('e1'), OWNER);
      runs.create(newRun('r1', { trial: { experiment: 'e1', number: 1 } }), OWNER);
      end('e1');
      expect(() => experiments.delete('e1', 'delete')).toThrow(coded('run-active'));
      expect(experiments.get('e1')).toBeDefined();
      expect(runs.get('r1')).toBeDefined();
    });

    it('outlives its runs: what they showed is in its own log', () => {
      const { experiments, runs } = stores;
      experiments.create(newExperiment('e1'), OWNER);
      runs.create(newRun('r1', { trial: { experiment: 'e1', number: 1 } }), OWNER);
      stores.leases.release('r1', OWNER);
      runs.delete('r1');
      expect(experiments.read('e1')).toHaveLength(1);
    });

    it('holds its records until it is deleted', () => {
      const { experiments, artefacts } = stores;
      const pipeline = artefacts.put(Buffer.from('the pipeline'));
      experiments.create(newExperiment('e1', { artefacts: { pipeline } }), OWNER);
      stores.collectGarbage(dead);
      expect(artefacts.get(pipeline)).toHaveLength(12);
      expect(stores.heldBy([])).toEqual({ files: 0, bytes: 0 });
      expect(stores.heldBy([], ['e1'])).toEqual({ files: 1, bytes: 12 });
      end('e1');
      experiments.delete('e1', 'delete');
      expect(stores.collectGarbage(dead)).toMatchObject({ files: 1, bytes: 12 });
    });

    it('tells of what has changed', async () => {
      const { experiments } = stores;
      experiments.create(newExperiment('e1'), OWNER);
      const heard = new Promise<void>(resolve => {
        const stop = experiments.onChange(() => {
          if (experiments.asked('e1').length === 0) return;
          stop();
          resolve();
        });
      });
      experiments.ask('e1', { type: 'pause' });
      await heard;
      expect(experiments.asked('e1')).toHaveLength(1);
    });
  });
}
