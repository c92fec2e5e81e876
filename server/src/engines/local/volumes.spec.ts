import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Volume } from '@chard/core/pipeline';
import { stepState, type RunState } from '@chard/core/run';
import { openSnapshotStore, type SnapshotStore } from '../../snapshots';
import type { Engine, RunOptions } from '../engine';
import { Bench, interpreter, REAL_RUNNER, runRequest } from './testing/bench';
import { outputOf } from './testing/observe';
import { itWithOverlays } from './testing/overlays';
import { sketchPipeline, type StepSketch } from './testing/pipelines';
import { sketchVolume } from './testing/volume';
import { putStepFiles } from './workspace';

// Python starts, and snapshots go to the disk.
jest.setTimeout(60_000);

/** Volumes beside the notebook's folder that are part of snapshots, where a step can have an overlay. */
describe('a volume that is part of snapshots and not read-only', () => {
  let bench: Bench;
  let engine: Engine;
  let snapshots: SnapshotStore;
  beforeEach(() => {
    bench = new Bench();
    snapshots = openSnapshotStore(bench.stores.home);
    engine = open();
    writeFileSync(join(bench.folder, 'notebook.ipynb'), '{}');
    writeFileSync(join(bench.folder, 'note'), 'of the folder');
    addVolume('data');
    write('data/table', 'a\n');
    write('data/old', 'x');
  });
  afterEach(async () => {
    await bench.close();
    await snapshots.dispose();
  });

  const open = (): Engine =>
    bench.engine({ runnerFolder: REAL_RUNNER, snapshots: () => snapshots });
  const at = (path: string): string => join(bench.aside, path);
  const addVolume = (path: string): void => void mkdirSync(at(path), { recursive: true });
  const write = (path: string, text: string): void => writeFileSync(at(path), text);
  const read = (path: string): string | null =>
    existsSync(at(path)) ? readFileSync(at(path), 'utf8') : null;
  const text = (state: RunState, step: string): string => outputOf(bench.stores, state.id, step);
  const cached = (state: RunState): string[] =>
    state.steps.filter(step => step.cached).map(({ name }) => name);
  /** Code in a volume's folder. */
  const inVolume = (code: string, volume = 'data'): string =>
    `import os\nhere = os.getcwd()\nos.chdir('../aside/${volume}')\n${code}\nos.chdir(here)`;

  interface Use {
    readonly volumes?: readonly Partial<Volume>[];
    readonly options?: Partial<RunOptions>;
    readonly brings?: boolean;
    readonly bytes?: number;
    /** An earlier snapshot. */
    readonly snapshot?: string;
  }

  async function run(
    steps: Record<string, StepSketch>,
    { volumes = [{ name: 'data' }], options = {}, brings = true, bytes = 1, snapshot }: Use = {}
  ): Promise<RunState> {
    const id = snapshot ?? (await freeze(volumes));
    const pipeline = {
      ...sketchPipeline({ steps }),
      volumes: volumes.map(each => sketchVolume({ folder: at(each.name ?? ''), ...each }))
    };
    const handle = await engine.start({
      ...runRequest(bench.folder, pipeline, options),
      snapshot: { id, source: 'notebook', files: 1, bytes, copyLimit: 1000, brings }
    });
    return handle.finished;
  }

  async function freeze(volumes: readonly Partial<Volume>[] = [{ name: 'data' }]): Promise<string> {
    const sources = volumes
      .filter(each => each.snapshot !== false)
      .map(({ name = '' }) => ({ name: name.replaceAll('/', '-'), path: at(name) }));
    const { id } = await snapshots.create([{ name: 'notebook', path: bench.folder }, ...sources]);
    return id;
  }

  const make: StepSketch = {
    code: inVolume(
      "open('table', 'a').write('b\\n')\nos.mkdir('out')\nopen('out/model', 'w').write('1')\nos.remove('old')"
    )
  };
  const look = (end = ''): StepSketch => ({
    code: inVolume(
      `print(sorted(os.listdir('.')), open('table').read().split(), open('out/model').read()${end})`
    ),
    after: ['make']
  });
  const SEEN = "['out', 'table'] ['a', 'b'] 1";

  itWithOverlays('takes what steps write, for those below alone, and stays as it is', async () => {
    const state = await run(
      { make, beside: { code: inVolume('print(sorted(os.listdir(".")))') }, look: look() },
      { options: { parallel: 1 } }
    );
    expect(state.phase).toBe('succeeded');
    expect(text(state, 'look')).toBe(`${SEEN}\n`);
    expect(text(state, 'beside')).toBe("['old', 'table']\n");
    expect([readdirSync(at('data')).sort(), read('data/table')]).toEqual([['old', 'table'], 'a\n']);
    expect(readdirSync(join(bench.stores.home, 'workspaces'))).toEqual([]);
    const told = state.warnings.toArray().filter(({ code }) => code === 'file-not-brought');
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ step: 'make' });
    expect(told[0]?.message).toContain(
      'to the volume "data" (3 files: old, out/model, table) is kept in the run'
    );
  });

  itWithOverlays('leaves the same files where steps are reused', async () => {
    const first = await run({ make, look: look() });
    const second = await run({ make, look: look() });
    expect([cached(first), cached(second)]).toEqual([[], ['make', 'look']]);
    // Of this run, and not once more as the words of the step.
    expect(second.warnings.toArray()).toMatchObject([{ code: 'file-not-brought', step: 'make' }]);
    const third = await run({ make, look: look(', 3') });
    expect(cached(third)).toEqual(['make']);
    expect(text(third, 'look')).toBe(`${SEEN} 3\n`);
    expect(read('data/table')).toBe('a\n');
  });

  itWithOverlays('makes steps run again when it has changed', async () => {
    await run({ make, look: look() });
    write('data/table', 'c\n');
    const state = await run({ make, look: look() });
    expect(cached(state)).toEqual([]);
    expect(stepState(state, 'make')?.why).toBe(`${at('data/table')} changed`);
    expect(text(state, 'look')).toBe("['out', 'table'] ['c', 'b'] 1\n");
  });

  itWithOverlays('is what it was where a run is made again as it was', async () => {
    const then = await freeze();
    const first = await run({ make, look: look() }, { snapshot: then });
    write('data/table', 'c\n');
    await run({ make, look: look() });
    const again = await run({ make, look: look() }, { snapshot: then, brings: false });
    expect(cached(again)).toEqual(['make', 'look']);
    expect(stepState(again, 'look')?.reusedFrom).toBe(first.id);
    const fresh = await run(
      { make, look: look() },
      { snapshot: then, brings: false, options: { cache: false } }
    );
    expect(text(fresh, 'look')).toBe(`${SEEN}\n`);
    expect(fresh.warnings.toArray()).toEqual([]);
    expect(read('data/table')).toBe('c\n');
  });

  itWithOverlays('comes back with what steps wrote to it', async () => {
    const state = await run({ make });
    const report = await snapshots.restore(state.snapshot?.id ?? '', { folder: at('back') });
    const { notebook = '', data = '' } = report.places;
    const [files] = bench.stores.runs.stepFiles(state.id).values();
    await putStepFiles(
      bench.stores.home,
      { folder: notebook, volumes: new Map([[at('data'), data]]) },
      files
    );
    expect(readdirSync(data).sort()).toEqual(['out', 'table']);
    expect(read('back/data/table')).toBe('a\nb\n');
    expect(readdirSync(notebook).sort()).toEqual(['note', 'notebook.ipynb']);
  });

  itWithOverlays('keeps what a failed step wrote, and a run that is resumed goes on', async () => {
    const go = JSON.stringify(at('go'));
    const end = {
      code: inVolume(
        `print(sorted(os.listdir('.')))\nopen('half', 'w').write('x')\nassert os.path.exists(${go})`
      ),
      after: ['make']
    };
    const failed = await run({ make, end });
    expect(failed.phase).toBe('failed');
    const [warning] = failed.warnings.toArray().filter(({ step }) => step === 'end');
    const kept = /It is in (\S+), until/.exec(warning?.message ?? '')?.[1] ?? '';
    expect(readFileSync(join(kept, 'half'), 'utf8')).toBe('x');
    write('go', '');
    await engine.close();
    engine = open();
    const handle = await engine.resume(failed.id, { interpreter: interpreter() });
    const state = await handle.finished;
    expect(state.phase).toBe('succeeded');
    expect(text(state, 'end').split('\n').at(-2)).toBe("['out', 'table']");
    expect(readdirSync(join(bench.stores.home, 'workspaces'))).toEqual([]);
  });

  itWithOverlays('is seen together with others, and with one that lies in it', async () => {
    addVolume('data/deep');
    write('data/deep/x', 'deep');
    addVolume('other');
    write('other/y', 'other');
    const volumes = [{ name: 'other' }, { name: 'data/deep' }, { name: 'data' }];
    const state = await run(
      {
        make: {
          code: [
            inVolume("open('deep/x', 'a').write('!')"),
            inVolume("open('y', 'a').write('!')", 'other'),
            "open('note', 'a').write('!')"
          ].join('\n')
        },
        look: {
          code: `print(open('note').read())\n${inVolume("print(open('deep/x').read(), open('../other/y').read())")}`,
          after: ['make']
        }
      },
      { volumes }
    );
    expect(text(state, 'look')).toBe('of the folder!\ndeep! other!\n');
    expect([read('data/deep/x'), read('other/y')]).toEqual(['deep', 'other']);
    expect(readFileSync(join(bench.folder, 'note'), 'utf8')).toBe('of the folder!');
    expect(state.workspace?.volumes.map(({ name, why }) => [name, why.slice(0, 20)])).toEqual([
      ['other', 'an overlay for each '],
      ['data/deep', 'part of the volume "'],
      ['data', 'an overlay for each ']
    ]);
  });

  itWithOverlays('is apart also where the steps work in the folder itself', async () => {
    const steps = { make: { code: `${make.code}\nopen('new', 'w').write('n')` }, look: look() };
    const state = await run(steps, { bytes: 5000 });
    expect(text(state, 'look')).toBe(`${SEEN}\n`);
    expect(readFileSync(join(bench.folder, 'new'), 'utf8')).toBe('n');
    expect(read('data/table')).toBe('a\n');
    rmSync(join(bench.folder, 'new'));
    const again = await run(steps, { bytes: 5000 });
    expect(cached(again)).toEqual(['make', 'look']);
    expect(readFileSync(join(bench.folder, 'new'), 'utf8')).toBe('n');
  });

  itWithOverlays('tells the run what its snapshot could not take', async () => {
    execFileSync('mkfifo', [at('data/pipe')]);
    const state = await run({ use: { code: '' } });
    const path = at('data/pipe');
    expect(state.warnings.toArray()).toEqual([
      {
        step: null,
        code: 'file-unreadable',
        message: `${path}: Sockets, pipes and devices are not kept.`,
        cell: null
      }
    ]);
  });

  for (const readOnly of [false, true]) {
    const how = readOnly ? 'read-only, too' : 'written to';
    itWithOverlays(`says what the store has lost of it where it is ${how}`, async () => {
      await freeze();
      const contents = join(bench.stores.home, 'snapshots/contents');
      const lost = createHash('sha256').update('a\n').digest('hex');
      for (const path of readdirSync(contents, { recursive: true, encoding: 'utf8' })) {
        if (path.endsWith(lost)) rmSync(join(contents, path));
      }
      const state = await run({ use: { code: '' } }, { volumes: [{ name: 'data', readOnly }] });
      expect(stepState(state, 'use')?.error).toMatchObject({
        code: 'snapshot-damaged',
        message: expect.stringContaining(
          '1 file is damaged or lost in the store (data/table)'
        ) as string
      });
    });
  }

  itWithOverlays('shows what snapshots leave out as it is', async () => {
    addVolume('data/.cache');
    write('data/.cache/c', 'cached');
    const code = inVolume("print(open('.cache/c').read())\nopen('.cache/d', 'w').write('d')");
    const state = await run({ use: { code } });
    expect(text(state, 'use')).toBe('cached\n');
    expect(read('data/.cache/d')).toBe('d');
  });

  itWithOverlays('is the folder itself where it is not part of snapshots', async () => {
    const state = await run({ make }, { volumes: [{ name: 'data', snapshot: false }] });
    expect(state.workspace?.volumes).toMatchObject([
      {
        frozen: false,
        why: 'steps write to the folder itself, and what they write is there at once (it is not part of the snapshot)'
      }
    ]);
    expect(read('data/table')).toBe('a\nb\n');
  });

  itWithOverlays('never gives a result of newer data to a run on an older snapshot', async () => {
    const use = { code: `print(open(${JSON.stringify(at('data/table'))}).read())` };
    const volumes = [{ name: 'data', readOnly: true }];
    const then = await freeze();
    write('data/table', 'newer\n');
    const newer = await run({ use }, { volumes });
    const older = await run({ use }, { volumes, snapshot: then, brings: false });
    expect([text(newer, 'use'), text(older, 'use')]).toEqual(['newer\n\n', 'a\n\n']);
    expect(cached(older)).toEqual([]);
    expect(stepState(older, 'use')?.why).toBe(`${at('data/table')} changed`);
  });
});
