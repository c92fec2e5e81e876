import type { RunEventBody } from '@chard/core/run';
import type { Lease, NewRun, Owner, StoredResult, Stores } from '../model';

export const OWNER: Owner = {
  pid: 1,
  startTime: '1',
  boot: 'b',
  namespace: 'n',
  instance: 'engine-1'
};
const OTHER: Owner = { ...OWNER, pid: 2, instance: 'engine-2' };

const alive = (): boolean => true;
const dead = (): boolean => false;

export function runCreated(run: string): RunEventBody {
  return {
    type: 'run-created',
    run,
    pipeline: 'p',
    notebook: { path: '/n.ipynb', sha256: '00' },
    parameters: {},
    options: { cache: true, from: null, only: null, base: null },
    steps: [{ name: 'a', cells: [0], after: [] }]
  };
}

export function newRun(id: string, change: Partial<NewRun> = {}): NewRun {
  return {
    id,
    notebook: '/n.ipynb',
    pipeline: 'p',
    artefacts: {},
    events: [{ time: 1000, body: runCreated(id) }],
    trial: null,
    ...change
  };
}

export function stepFinished(step: string, groups: readonly string[] = []): RunEventBody {
  return {
    type: 'step-finished',
    step,
    attempt: 1,
    state: 'succeeded',
    cached: false,
    why: '',
    reusedFrom: null,
    values: groups.map((group, index) => ({
      name: `v${index}`,
      origin: step,
      digest: group,
      group,
      bytes: 1,
      type: 'int',
      repr: '1',
      globals: [],
      refused: null
    })),
    error: null,
    resources: null
  };
}

const printed = (text: string, step = 'a'): RunEventBody => ({
  type: 'output',
  step,
  attempt: 1,
  cell: 0,
  stream: 'stdout',
  text
});

export function storedResult(key: string, change: Partial<StoredResult> = {}): StoredResult {
  return {
    key,
    notebook: '/n.ipynb',
    step: 'a',
    parts: {
      code: 'c',
      modules: {},
      inputs: { x: 'd' },
      parameters: { rate: 0.1 },
      environment: 'e',
      variables: '',
      workspace: 'w'
    },
    values: [],
    files: { version: 1 },
    createdAt: 1000,
    ...change
  };
}

/** What every store does. */
export function describeStores(name: string, open: () => Stores): void {
  describe(name, () => {
    let stores: Stores;
    beforeEach(() => {
      stores = open();
    });
    afterEach(() => stores.close());

    const append = (run: string, ...bodies: RunEventBody[]) =>
      stores.runs.append(
        run,
        OWNER,
        bodies.map((body, index) => ({ time: 2000 + index, body }))
      );
    const finish = (run: string): void => {
      append(run, { type: 'run-finished', state: 'succeeded', error: null });
      stores.leases.release(run, OWNER);
    };

    it('numbers events without gaps and gives back what was written', () => {
      stores.runs.create(newRun('r1'), OWNER);
      const written = append('r1', { type: 'run-started', pid: 7 }, printed('é\ud800\u0000x'));
      expect(written.map(({ seq }) => seq)).toEqual([2, 3]);
      expect(append('r1', stepFinished('a'))[0]?.seq).toBe(4);
      const events = stores.runs.read('r1');
      expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
      expect(events[0]).toEqual({ seq: 1, time: 1000, ...runCreated('r1') });
      expect(events[2]).toEqual(written[1]);
      expect(append('r1')).toEqual([]);
    });

    it('reads what came after, page by page, and by step', () => {
      stores.runs.create(newRun('r1'), OWNER);
      append('r1', printed('1'), printed('2', 'b'), printed('3'));
      const seqs = (options: Parameters<Stores['runs']['read']>[1]): number[] =>
        stores.runs.read('r1', options).map(({ seq }) => seq);
      expect(seqs({ after: 2 })).toEqual([3, 4]);
      expect(seqs({ after: 1, limit: 2 })).toEqual([2, 3]);
      expect(seqs({ step: 'a' })).toEqual([2, 4]);
      expect(seqs({ step: 'a', after: 2 })).toEqual([4]);
      expect(seqs({ after: 9 })).toEqual([]);
    });

    it('reads without text and pictures what a state is made of', () => {
      stores.runs.create(newRun('r1'), OWNER);
      append('r1', printed('1'), printed('"type":"metric"'), stepFinished('a'), printed('2', 'b'), {
        type: 'run-finished',
        state: 'succeeded',
        error: null
      });
      const seqs = (options: Parameters<Stores['runs']['read']>[1]): number[] =>
        stores.runs.read('r1', { ...options, quiet: true }).map(({ seq }) => seq);
      expect(seqs({})).toEqual([1, 4, 6]);
      expect(seqs({ after: 1, limit: 1 })).toEqual([4]);
      expect(seqs({ step: 'a' })).toEqual([4]);
      expect(seqs({ types: ['run-created', 'output'] })).toEqual([1]);
      expect(stores.runs.read('r1', { types: ['output'], step: 'a' })).toHaveLength(2);
    });

    it('keeps a record that follows the log', () => {
      stores.runs.create(newRun('r1'), OWNER);
      expect(stores.runs.get('r1')).toEqual({
        id: 'r1',
        number: 1,
        notebook: '/n.ipynb',
        pipeline: 'p',
        parameters: {},
        metrics: {},
        failedStep: null,
        phase: 'pending',
        createdAt: 1000,
        finishedAt: null,
        lastSeq: 1,
        cancelRequested: false,
        title: null,
        trial: null
      });
      append('r1', { type: 'run-started', pid: 7 });
      expect(stores.runs.get('r1')).toMatchObject({ phase: 'running', lastSeq: 2 });
      append('r1', { type: 'run-interrupted', message: '' });
      expect(stores.runs.get('r1')).toMatchObject({ phase: 'interrupted', finishedAt: 2000 });
      append('r1', { type: 'run-resumed', pid: 7 });
      expect(stores.runs.get('r1')).toMatchObject({ phase: 'running', finishedAt: null });
      append('r1', { type: 'run-finished', state: 'failed', error: null });
      expect(stores.runs.get('r1')).toMatchObject({ phase: 'failed', finishedAt: 2000 });
      expect(stores.runs.get('none')).toBeUndefined();
    });

    it('lists the newest first, by notebook, phase and number', () => {
      stores.runs.create(newRun('r1'), OWNER);
      stores.runs.create(newRun('r2', { notebook: '/other.ipynb' }), OWNER);
      stores.runs.create(newRun('r3'), OWNER);
      append('r1', { type: 'run-started', pid: 7 });
      const ids = (filter?: Parameters<Stores['runs']['list']>[0]): string[] =>
        stores.runs.list(filter).map(({ id }) => id);
      expect(ids()).toEqual(['r3', 'r2', 'r1']);
      expect(ids({ limit: 1 })).toEqual(['r3']);
      expect(ids({ notebook: '/n.ipynb' })).toEqual(['r3', 'r1']);
      expect(ids({ phases: ['running', 'failed'] })).toEqual(['r1']);
      expect(ids({ phases: [] })).toEqual([]);
      expect(ids({ before: 'r3', limit: 1 })).toEqual(['r2']);
      expect(ids({ before: 'r3', notebook: '/n.ipynb' })).toEqual(['r1']);
      expect(ids({ before: 'none' })).toEqual([]);
    });

    it('numbers the runs of each notebook, and gives no number twice', () => {
      const numbers = (): [string, number][] =>
        stores.runs.list().map(({ id, number }) => [id, number]);
      stores.runs.create(newRun('r1'), OWNER);
      stores.runs.create(newRun('r2', { notebook: '/other.ipynb' }), OWNER);
      stores.runs.create(newRun('r3'), OWNER);
      expect(numbers()).toEqual([
        ['r3', 2],
        ['r2', 1],
        ['r1', 1]
      ]);
      finish('r3');
      stores.runs.delete('r3');
      stores.runs.create(newRun('r4'), OWNER);
      expect(numbers()[0]).toEqual(['r4', 3]);
    });

    it('knows what lists show: parameters, metrics of the metrics cells, where it failed', () => {
      const metric = (step: string, name: string, value: number): RunEventBody => ({
        type: 'metric',
        step,
        attempt: 1,
        name,
        value,
        at: null
      });
      const body = { ...runCreated('r1'), parameters: { rate: 0.5, layers: [1, 2] } };
      stores.runs.create(newRun('r1', { events: [{ time: 1000, body }] }), OWNER);
      append('r1', metric('a', 'loss', 3), metric('@metrics', 'a "b"', 0.25));
      const outline = { parameters: { rate: 0.5, layers: [1, 2] }, metrics: { 'a "b"': 0.25 } };
      expect(stores.runs.get('r1')).toMatchObject({ ...outline, failedStep: null });
      const error = {
        step: 'a',
        code: 'exception',
        type: 'E',
        message: '',
        cell: null,
        line: null,
        traceback: []
      };
      append('r1', { type: 'run-finished', state: 'failed', error });
      expect(stores.runs.list()[0]).toMatchObject({ ...outline, failedStep: 'a' });
      append('r1', { type: 'run-resumed', pid: 1 });
      expect(stores.runs.get('r1')?.failedStep).toBeNull();
      append('r1', { type: 'step-started', step: '@metrics', attempt: 2, pid: 1 });
      expect(stores.runs.get('r1')?.metrics).toEqual({});
    });

    it('says what deleting runs would free, before and as it is done', () => {
      const [own, shared] = ['own', 'shared'].map(text => stores.artefacts.put(Buffer.from(text)));
      stores.runs.create(newRun('r1', { artefacts: { pipeline: own!, notebook: shared! } }), OWNER);
      stores.runs.create(newRun('r2', { artefacts: { notebook: shared! } }), OWNER);
      expect(stores.heldBy(['r1'])).toEqual({ files: 1, bytes: 3 });
      expect(stores.heldBy(['r2', 'none'])).toEqual({ files: 0, bytes: 0 });
      expect(stores.heldBy(['r1', 'r2'])).toEqual({ files: 2, bytes: 9 });
      finish('r1');
      finish('r2');
      stores.runs.delete('r1');
      expect(stores.collectGarbage(dead)).toMatchObject({ files: 1, bytes: 3 });
    });

    it('keeps the title that a person gives a run', () => {
      stores.runs.create(newRun('r1'), OWNER);
      stores.runs.rename('r1', 'smaller rate');
      append('r1', { type: 'run-started', pid: 7 });
      expect(stores.runs.get('r1')).toMatchObject({ title: 'smaller rate', phase: 'running' });
      stores.runs.rename('r1', null);
      expect(stores.runs.list()[0]?.title).toBeNull();
    });

    it('refuses two runs of one name, and runs that are not there', () => {
      stores.runs.create(newRun('r1'), OWNER);
      expect(() => stores.runs.create(newRun('r1'), OWNER)).toThrow(
        expect.objectContaining({ code: 'run-exists' })
      );
      const unknown = expect.objectContaining({ code: 'run-unknown' });
      expect(() => stores.runs.read('none')).toThrow(unknown);
      expect(() => append('none', printed('x'))).toThrow(unknown);
      expect(() => stores.runs.rename('none', 'x')).toThrow(unknown);
      expect(() => stores.runs.requestCancel('none')).toThrow(unknown);
      expect(() => stores.runs.delete('none')).toThrow(unknown);
      expect(() => stores.leases.take('none', OWNER, 0, dead)).toThrow(unknown);
    });

    it('lets only the owner write, and a run be taken only from the dead', () => {
      stores.runs.create(newRun('r1'), OWNER);
      expect(() => stores.leases.take('r1', OTHER, 5, alive)).toThrow(
        expect.objectContaining({ code: 'run-owned' })
      );
      expect(stores.leases.take('r1', OTHER, 5, dead)).toEqual(OWNER);
      expect(() => append('r1', printed('late'))).toThrow(
        expect.objectContaining({ code: 'lease-lost' })
      );
      expect(stores.runs.get('r1')?.lastSeq).toBe(1);
      stores.leases.release('r1', OWNER);
      expect(stores.leases.get('r1')).toEqual({ run: 'r1', owner: OTHER, beat: 5 });
      stores.leases.beat(OTHER, 9);
      stores.leases.beat(OWNER, 11);
      expect(stores.leases.all().map(({ beat }) => beat)).toEqual([9]);
      stores.leases.release('r1', OTHER);
      expect(stores.leases.get('r1')).toBeUndefined();
      expect(stores.leases.take('r1', OWNER, 6, alive)).toBeNull();
    });

    it('passes a wish to cancel on, once for each time that the run goes on', () => {
      stores.runs.create(newRun('r1'), OWNER);
      append('r1', { type: 'run-started', pid: 7 });
      stores.runs.requestCancel('r1');
      append('r1', { type: 'run-cancelling' });
      expect(stores.runs.get('r1')?.cancelRequested).toBe(true);
      append('r1', { type: 'run-finished', state: 'cancelled', error: null });
      append('r1', { type: 'run-resumed', pid: 8 });
      expect(stores.runs.get('r1')?.cancelRequested).toBe(false);
    });

    it('tells of changes until it is told not to', async () => {
      stores.runs.create(newRun('r1'), OWNER);
      let told = 0;
      const changed = new Promise<void>(resolve => {
        stores.runs.onChange(() => {
          told += 1;
          resolve();
        });
      });
      const deaf = stores.runs.onChange(() => {
        throw new Error('nobody listens here');
      });
      deaf();
      append('r1', printed('x'));
      await changed;
      expect(told).toBe(1);
    });

    it('keeps what each step wrote, in the order in which they ended', () => {
      stores.runs.create(newRun('r1'), OWNER);
      stores.runs.saveStepFiles('r1', 'b', { n: 1 });
      stores.runs.saveStepFiles('r1', 'a', { n: 2 });
      stores.runs.saveStepFiles('r1', 'b', { n: 3 });
      expect([...stores.runs.stepFiles('r1')]).toEqual([
        ['a', { n: 2 }],
        ['b', { n: 3 }]
      ]);
    });

    it.each(['together', 'togetherAtEase'] as const)('writes several things %s', way => {
      stores.runs.create(newRun('r1'), OWNER);
      const written = stores[way](() => {
        stores.results.put(storedResult('k1'), 'r1');
        stores.runs.saveStepFiles('r1', 'a', {});
        return append('r1', printed('x'));
      });
      expect(written.map(({ seq }) => seq)).toEqual([2]);
      expect(stores.results.find('k1')).toBeDefined();
    });

    it('keeps artefacts by their content', () => {
      const bytes = Buffer.from('notebook');
      const digest = stores.artefacts.put(bytes);
      expect(stores.artefacts.put(bytes)).toBe(digest);
      expect(Buffer.from(stores.artefacts.get(digest)).toString()).toBe('notebook');
      expect(() => stores.artefacts.get('0'.repeat(64))).toThrow(
        expect.objectContaining({ code: 'artefact-missing' })
      );
      stores.runs.create(newRun('r1', { artefacts: { notebook: digest } }), OWNER);
      expect(stores.runs.artefacts('r1')).toEqual({ notebook: digest });
    });

    it('finds results by key, and the one made or used last', () => {
      stores.runs.create(newRun('r1'), OWNER);
      stores.results.put(storedResult('k1'), 'r1');
      stores.results.put(storedResult('k2', { createdAt: 1001 }), 'r1');
      stores.results.put(storedResult('k3', { step: 'b', createdAt: 1002 }), 'r1');
      expect(stores.results.find('k1')).toEqual(storedResult('k1'));
      expect(stores.results.find('none')).toBeUndefined();
      expect(stores.results.latest('/n.ipynb', 'a')?.key).toBe('k2');
      stores.results.use('k1', 'r1', 1003);
      expect(stores.results.latest('/n.ipynb', 'a')?.key).toBe('k1');
      expect(stores.results.latest('/n.ipynb', 'none')).toBeUndefined();
      const again = storedResult('k1', { createdAt: 1004, files: { version: 2 } });
      stores.results.put(again, 'r1');
      expect(stores.results.find('k1')).toEqual(again);
    });

    it('forgets a result with the last run that made or used it', () => {
      stores.runs.create(newRun('r1'), OWNER);
      stores.runs.create(newRun('r2'), OWNER);
      stores.results.put(storedResult('k1'), 'r1');
      stores.results.use('k1', 'r2', 2000);
      expect(stores.results.runOf('k1')).toBe('r1');
      finish('r1');
      finish('r2');
      stores.runs.delete('r1');
      expect(stores.results.runOf('k1')).toBe('r2');
      stores.runs.delete('r2');
      expect(stores.results.find('k1')).toBeUndefined();
      expect(stores.results.runOf('k1')).toBeUndefined();
    });

    it('does not delete a run that goes on, and all of one that is over', () => {
      stores.runs.create(newRun('r1'), OWNER);
      append('r1', printed('x'));
      expect(() => stores.runs.delete('r1')).toThrow(
        expect.objectContaining({ code: 'run-active' })
      );
      finish('r1');
      stores.runs.delete('r1');
      expect(stores.runs.get('r1')).toBeUndefined();
      stores.runs.create(newRun('r1'), OWNER);
      expect(stores.runs.read('r1').length).toBe(1);
    });

    it('removes what no run needs, but not while one goes on', () => {
      const used = stores.artefacts.put(Buffer.from('used'));
      const unused = stores.artefacts.put(Buffer.from('unused'));
      stores.runs.create(newRun('r1', { artefacts: { pipeline: used } }), OWNER);
      expect(stores.collectGarbage(alive)).toEqual({ files: 0, bytes: 0, postponed: true });
      expect(stores.collectGarbage((_: Lease) => false)).toEqual({
        files: 1,
        bytes: 6,
        postponed: false
      });
      expect(() => stores.artefacts.get(unused)).toThrow();
      expect(stores.artefacts.get(used).length).toBe(4);
    });
  });
}
