import { LaunchFailure, type LaunchStage, type OpenNotebook } from '../tokens';
import { Launches } from './launches';

const NOTEBOOK = { panel: {} } as OpenNotebook;
const target = (id: string, rank = 10) => ({ id, rank, label: id, action: 'Go', caption: '' });

function stage(id: string, rank: number, run: LaunchStage['run'], targets?: string[]): LaunchStage {
  return { id, label: id, rank, run, ...(targets && { targets }) };
}

function setUp(...stages: LaunchStage[]): Launches {
  const launches = new Launches();
  launches.addTarget(target('local'));
  stages.forEach(each => launches.addStage(each));
  return launches;
}

test('stages come by rank, hand on what they found, and only those of the target', async () => {
  const launches = setUp(
    stage('start', 90, async ({ results }) => `started ${String(results.get('compiled'))}`),
    stage('compile', 30, async ({ results, options }) => {
      results.set('compiled', options.only);
      return 'compiled';
    }),
    stage('submit', 95, async () => 'submitted', ['cluster'])
  );
  launches.addTarget(target('cluster', 20));
  const launch = await launches.start(NOTEBOOK, { only: 'a' });
  expect(launch.states).toEqual([
    { id: 'compile', phase: 'done', text: 'compiled' },
    { id: 'start', phase: 'done', text: 'started a' }
  ]);
  expect(launch.succeeded).toBe(true);
  const other = await launches.start(NOTEBOOK, {}, 'cluster');
  expect(other.states.map(({ id }) => id)).toEqual(['compile', 'start', 'submit']);
  expect(launches.of(NOTEBOOK)).toBe(other);
});

test('what fails ends it, with what to do', async () => {
  const advice = { label: 'Show problems', execute: jest.fn() };
  const launches = setUp(
    stage('validate', 20, async () => {
      throw new LaunchFailure('2 errors', [advice], 'problems');
    }),
    stage('start', 90, async () => 'started')
  );
  const launch = await launches.start(NOTEBOOK);
  expect(launch.states.map(({ phase }) => phase)).toEqual(['failed', 'waiting']);
  expect(launch.problem).toEqual({ message: '2 errors', advice: [advice], section: 'problems' });
  expect(launch.succeeded).toBe(false);
  launches.putAway(NOTEBOOK);
  expect(launches.of(NOTEBOOK)).toBeNull();
});

test('it tells of progress and is cancelled between stages or within one', async () => {
  const seen: string[] = [];
  const launches = setUp(
    stage('snapshot', 40, ({ progress, signal }) => {
      progress('Snapshot, 40 %');
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    }),
    stage('start', 90, async () => 'started')
  );
  launches.changed.connect(() => {
    const text = launches.of(NOTEBOOK)!.states[0]!.text;
    if (seen.at(-1) !== text) seen.push(text);
  });
  const started = launches.start(NOTEBOOK);
  const again = launches.start(NOTEBOOK);
  launches.of(NOTEBOOK)!.cancel();
  const launch = await started;
  expect(await again).toBe(launch);
  expect(seen).toEqual(['snapshot', 'Snapshot, 40 %', 'snapshot']);
  expect(launch.states.map(({ phase }) => phase)).toEqual(['cancelled', 'waiting']);
  expect(launch.problem).toBeNull();
});

test('the first target is used until another one is chosen, and again when that is gone', () => {
  const launches = setUp();
  const cluster = launches.addTarget(target('cluster', 20));
  expect(launches.target?.id).toBe('local');
  launches.chooseTarget('cluster');
  expect(launches.target?.id).toBe('cluster');
  cluster.dispose();
  expect(launches.target?.id).toBe('local');
  expect(() => launches.addTarget(target('local'))).toThrow('"local" already');
});

test('what stands for the chosen target is taken where it says so, and is not to be chosen', async () => {
  const launches = setUp(stage('start', 90, async () => 'started'));
  const tuned = { panel: { tuned: true } } as unknown as OpenNotebook;
  launches.addTarget({
    ...target('tune'),
    insteadOf: { target: 'local', when: notebook => notebook === tuned }
  });
  launches.addTarget(target('kfp', 50));
  expect(launches.targets.map(({ id }) => id)).toEqual(['local', 'kfp']);
  expect(launches.targetOf(NOTEBOOK)?.id).toBe('local');
  expect(launches.targetOf(tuned)?.id).toBe('tune');
  expect((await launches.start(tuned)).target.id).toBe('tune');
  expect((await launches.start(tuned, {}, 'local')).target.id).toBe('local');
  launches.chooseTarget('kfp');
  expect(launches.targetOf(tuned)?.id).toBe('kfp');
});
