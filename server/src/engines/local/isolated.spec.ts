import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stepState, type RunState, type WorkspaceWay } from '@chard/core/run';
import { openSnapshotStore, type SnapshotStore } from '../../snapshots';
import { describeOnLoopDisks } from '../../snapshots/testing/loopDisk';
import type { Engine, RunHandle, RunOptions } from '../engine';
import { Bench, FAKE_RUNNER, interpreter, REAL_RUNNER, runRequest } from './testing/bench';
import { eventually, outputOf, printed } from './testing/observe';
import { itWithOverlays } from './testing/overlays';
import { sketchPipeline, type StepSketch } from './testing/pipelines';
import { sketchVolume } from './testing/volume';
import { overlayProblem, putStepFiles, runFolder } from './workspace';

// Python starts, and snapshots go to the disk.
jest.setTimeout(60_000);

const volumeAt = (folder: string, readOnly: boolean) =>
  sketchVolume({ name: 'volume', folder, readOnly });

/** What holds wherever the steps of a run on a snapshot work; the cells are plain Python. @param disk on which all of it happens */
function describeIsolation(way: WorkspaceWay, runnerFolder: string, disk = tmpdir): void {
  describe(`steps on a snapshot, by ${way}`, () => {
    let bench: Bench;
    let engine: Engine;
    let snapshots: SnapshotStore;
    beforeEach(() => {
      bench = new Bench(disk());
      snapshots = openSnapshotStore(bench.stores.home);
      engine = bench.engine({ runnerFolder, snapshots: () => snapshots });
      write('notebook.ipynb', '{}');
    });
    afterEach(async () => {
      await bench.close();
      await snapshots.dispose();
    });

    const itWhereHere = way === 'overlay' ? itWithOverlays : it;
    const inFolder = (path: string): string => join(bench.folder, path);
    const write = (path: string, text: string): void => writeFileSync(inFolder(path), text);
    const read = (path: string): string | null =>
      existsSync(inFolder(path)) ? readFileSync(inFolder(path), 'utf8') : null;
    const text = (state: RunState, step: string): string => outputOf(bench.stores, state.id, step);
    const aside = (name: string): string => JSON.stringify(join(bench.aside, name));

    async function begin(
      steps: Record<string, StepSketch>,
      options: Partial<RunOptions> = {},
      use: { readonly brings?: boolean; readonly files?: number } = {}
    ): Promise<RunHandle & { readonly snapshot: string }> {
      const { id } = await snapshots.create([{ name: 'notebook', path: bench.folder }]);
      const handle = await engine.start({
        ...runRequest(bench.folder, sketchPipeline({ steps }), options),
        snapshot: {
          id,
          source: 'notebook',
          files: 1,
          bytes: 1,
          copyLimit: 1000,
          brings: true,
          ...use
        }
      });
      return { ...handle, snapshot: id };
    }
    const run = async (
      steps: Record<string, StepSketch>,
      options: Partial<RunOptions> = {}
    ): Promise<RunState> => (await begin(steps, options)).finished;

    itWhereHere('brings what a step wrote to the folder, and to the steps below', async () => {
      write('log', 'a');
      write('old', 'x');
      const state = await run({
        make: {
          code: "import os\nopen('new', 'w').write('1')\nopen('log', 'a').write('b')\nos.remove('old')"
        },
        look: {
          code: "import os\nprint(sorted(os.listdir('.')), open('log').read())",
          after: ['make']
        }
      });
      expect(state.phase).toBe('succeeded');
      expect(state.workspace).toMatchObject({ way });
      expect(text(state, 'look')).toBe("['log', 'new', 'notebook.ipynb'] ab\n");
      expect([read('new'), read('log'), read('old')]).toEqual(['1', 'ab', null]);
    });

    itWhereHere('says which snapshot each step saw, and never changes it', async () => {
      write('data', 'as it was');
      const handle = await begin({ spoil: { code: "open('data', 'w').write('spoilt')" } });
      const state = await handle.finished;
      expect(state.snapshot?.id).toBe(handle.snapshot);
      expect(stepState(state, 'spoil')?.snapshot).toBe(handle.snapshot);
      await snapshots.restore(handle.snapshot, { folder: join(bench.aside, 'back') });
      expect(readFileSync(join(bench.aside, 'back', 'data'), 'utf8')).toBe('as it was');
      const { pins } = await snapshots.get(handle.snapshot);
      expect(pins).toEqual([`run:${state.id}`]);
    });

    itWhereHere('has ended before what its steps worked in is taken away', async () => {
      const handle = await begin({ make: { code: 'x = 1' } });
      const home = runFolder(bench.stores.home, handle.id);
      const state = await handle.ended;
      expect(bench.stores.runs.get(handle.id)?.phase).toBe('succeeded');
      expect(existsSync(home)).toBe(true);
      expect(await handle.finished).toEqual(state);
      expect(existsSync(home)).toBe(false);
    });

    itWhereHere('does not see what is edited meanwhile, and leaves that alone', async () => {
      write('data', 'frozen');
      const handle = await begin({
        slow: {
          code: `import os, time
print('waiting', flush=True)
while not os.path.exists(${aside('go')}): time.sleep(0.01)
print(open('data').read())
open('data', 'a').write('!')`
        }
      });
      await eventually(bench.stores, handle.id, printed('slow', 'waiting'));
      write('data', 'edited');
      writeFileSync(join(bench.aside, 'go'), '');
      const state = await handle.finished;
      expect(text(state, 'slow')).toBe('waiting\nfrozen\n');
      expect(read('data')).toBe('edited');
      expect(state.warnings.toArray()).toMatchObject([{ code: 'file-not-brought', step: 'slow' }]);
    });

    itWhereHere('puts back what a reused step wrote', async () => {
      const steps = { make: { code: "open('new', 'w').write('1')\nprint('ran')" } };
      const first = await run(steps);
      rmSync(inFolder('new'));
      const second = await run(steps);
      expect(stepState(second, 'make')).toMatchObject({ cached: true });
      expect(read('new')).toBe('1');
      // Nothing was executed: it is still what the step saw then.
      expect(stepState(second, 'make')?.snapshot).toBe(first.snapshot?.id);
      expect(second.workspace).toBeNull();
    });

    itWhereHere('shows a step that runs what the reused ones above it left', async () => {
      const make = { code: "import os\nopen('new', 'w').write('1')\nos.remove('old')" };
      const look = (end: string): StepSketch => ({
        code: `import os\nprint(os.path.exists('old'), open('new').read()${end})`,
        after: ['make']
      });
      write('old', '');
      await run({ make, look: look('') });
      write('old', '');
      rmSync(inFolder('new'));
      const state = await run({ make, look: look(', 2') });
      expect(stepState(state, 'make')).toMatchObject({ cached: true });
      expect(text(state, 'look')).toBe('False 1 2\n');
    });

    itWhereHere('shows what is left out of snapshots as it is', async () => {
      mkdirSync(inFolder('node_modules'));
      write('node_modules/x', 'big');
      const code = "print(open('node_modules/x').read())\nopen('node_modules/y', 'w').write('new')";
      expect(text(await run({ use: { code } }), 'use')).toBe('big\n');
      expect(read('node_modules/y')).toBe('new');
    });

    itWhereHere('says what the snapshot has lost, and runs nothing without it', async () => {
      for (const name of ['a.csv', 'b.csv', 'c.csv', 'd.csv']) write(name, 'lost');
      const { id } = await snapshots.create([{ name: 'notebook', path: bench.folder }]);
      const contents = join(bench.stores.home, 'snapshots/contents');
      const lost = createHash('sha256').update('lost').digest('hex');
      for (const path of readdirSync(contents, { recursive: true, encoding: 'utf8' })) {
        if (path.replaceAll('/', '').endsWith(lost)) rmSync(join(contents, path));
      }
      const steps = { look: { code: "import os\nprint(os.listdir('.'))" } };
      const state = await run(steps);
      expect(stepState(state, 'look')?.error).toMatchObject({
        code: 'snapshot-damaged',
        message:
          `Of the snapshot ${state.snapshot?.id ?? ''} 4 files are damaged or lost in the store (notebook/a.csv, notebook/b.csv, notebook/c.csv, ...), ` +
          'and no step can work without them. `chard snapshot check --repair` looks for sound copies, also where the files were; then go on.'
      });
      await snapshots.check({ repair: true });
      expect((await run(steps)).phase).toBe('succeeded');
      expect(state.snapshot?.id).not.toBe(id);
    });

    itWhereHere('keeps what a failed step wrote out of the folder', async () => {
      const state = await run({ bad: { code: "open('half', 'w').write('1')\n1 / 0" } });
      expect(state.phase).toBe('failed');
      expect(read('half')).toBeNull();
    });

    if (way === 'overlay') {
      itWhereHere('hides from a step what those beside it write', async () => {
        const state = await run(
          {
            first: { code: "open('x', 'w').write('1')" },
            beside: { code: "import os\nprint(os.path.exists('x'))" },
            below: { code: "print(open('x').read())", after: ['first'] }
          },
          { parallel: 1 }
        );
        expect(text(state, 'beside')).toBe('False\n');
        expect(text(state, 'below')).toBe('1\n');
      });

      itWhereHere('takes a folder that was made anew for what it is', async () => {
        mkdirSync(inFolder('deep'));
        write('deep/a', 'a');
        const code =
          "import os, shutil\nshutil.rmtree('deep')\nos.mkdir('deep')\nopen('deep/b', 'w').write('b')";
        await run({ make: { code } });
        expect(readdirSync(inFolder('deep'))).toEqual(['b']);
      });
    }

    itWhereHere('leaves the folder alone where a run is made again as it was', async () => {
      write('data', 'then');
      const handle = await begin(
        { make: { code: "open('new', 'w').write(open('data').read())" } },
        {},
        { brings: false }
      );
      write('data', 'now');
      expect((await handle.finished).phase).toBe('succeeded');
      expect(read('new')).toBeNull();
      const [files] = bench.stores.runs.stepFiles(handle.id).values();
      await putStepFiles(bench.stores.home, { folder: bench.aside, volumes: new Map() }, files);
      expect(readFileSync(join(bench.aside, 'new'), 'utf8')).toBe('then');
    });

    describe('that is large, so that its tree is kept', () => {
      const LARGE = { files: 5000 };
      const trees = (): string[] => {
        const folder = join(bench.stores.home, 'snapshots/trees');
        return existsSync(folder) ? readdirSync(folder) : [];
      };
      const list = `
import os
for folder, folders, files in sorted(os.walk('.', followlinks=True)):
    for name in sorted(files):
        path = os.path.join(folder, name)
        print(path[2:], open(path).read())`;
      const on = async (steps: Record<string, StepSketch>): Promise<RunState> =>
        (await begin(steps, { cache: false }, LARGE)).finished;
      const writeAll = (paths: readonly string[], text = 'x'): void => {
        for (const path of paths) {
          mkdirSync(dirname(inFolder(path)), { recursive: true });
          write(path, text);
        }
      };

      itWhereHere('shows each run its own snapshot, whatever the tree is of', async () => {
        writeAll(['a', 'old', 'gone/x', 'gone/y', '.cache/c']);
        const first = await on({ look: { code: list } });
        expect(text(first, 'look')).toBe(
          'a x\nnotebook.ipynb {}\nold x\n.cache/c x\ngone/x x\ngone/y x\n'
        );
        const kept = trees();
        expect(kept).toHaveLength(way === 'overlay' ? 1 : 0);
        writeAll(['a', 'new/file', 'new/.cache/c'], 'y');
        rmSync(inFolder('old'));
        rmSync(inFolder('gone'), { recursive: true });
        const second = await on({
          look: { code: list },
          make: {
            code: "import os\nos.mkdir('gone')\nopen('gone/x', 'w').write('again')\nopen('a', 'a').write('!')",
            after: ['look']
          },
          below: { code: list, after: ['make'] }
        });
        expect(text(second, 'look')).toBe(
          'a y\nnotebook.ipynb {}\n.cache/c x\nnew/file y\nnew/.cache/c y\n'
        );
        expect(text(second, 'below')).toBe(
          'a y!\nnotebook.ipynb {}\n.cache/c x\ngone/x again\nnew/file y\nnew/.cache/c y\n'
        );
        expect(trees()).toEqual(kept);
        expect([read('a'), read('gone/x'), read('old')]).toEqual(['y!', 'again', null]);
      });

      itWhereHere('leaves alone what is left out of snapshots from now on', async () => {
        writeAll(['big/data', 'a']);
        await on({ look: { code: list } });
        write('.chardignore', 'big/\n');
        const state = await on({ look: { code: list } });
        expect(text(state, 'look')).toContain('big/data x\n');
        expect(read('big/data')).toBe('x');
      });
    });

    describe('and a volume beside the folder', () => {
      let volume: string;
      let namespaces: boolean;
      beforeEach(async () => {
        volume = join(bench.aside, 'volume');
        mkdirSync(volume);
        writeFileSync(join(volume, 'data'), 'then');
        namespaces =
          (await overlayProblem(interpreter().executable, runnerFolder, bench.aside)) === null;
      });
      const reading = (): string => `print(open(${JSON.stringify(join(volume, 'data'))}).read())`;
      const code = (): string => `
path = ${JSON.stringify(join(volume, 'data'))}
print(open(path).read())
try:
    open(path, 'w').write('spoilt')
except OSError as error:
    print(error.strerror)`;
      const use = async (readOnly: boolean, source = code()): Promise<RunState> => {
        const { id } = await snapshots.create([
          { name: 'notebook', path: bench.folder },
          { name: 'volume', path: volume }
        ]);
        writeFileSync(join(volume, 'data'), 'now');
        const pipeline = sketchPipeline({ steps: { use: { code: source } } });
        const handle = await engine.start({
          ...runRequest(bench.folder, { ...pipeline, volumes: [volumeAt(volume, readOnly)] }),
          snapshot: { id, source: 'notebook', files: 1, bytes: 1, copyLimit: 1000, brings: true }
        });
        return handle.finished;
      };

      itWhereHere(
        'that is read-only: it is as it was and stays so, or the run says why not',
        async () => {
          const state = await use(true);
          const [first] = state.workspace?.volumes ?? [];
          expect(first).toMatchObject({ name: 'volume', frozen: namespaces, readOnly: namespaces });
          if (namespaces) {
            expect(text(state, 'use')).toBe('then\nRead-only file system\n');
            expect(readFileSync(join(volume, 'data'), 'utf8')).toBe('now');
          } else {
            expect(first?.why).toMatch(/^a step cannot be kept from writing to it \(/);
          }
          expect(readdirSync(join(bench.stores.home, 'workspaces'))).toEqual([]);
        }
      );

      itWhereHere('that is read-only and large: runs share what they see of it', async () => {
        for (let index = 0; index < 1000; index += 1) writeFileSync(join(volume, `f${index}`), '');
        const trees = (): string[] =>
          readdirSync(join(bench.stores.home, 'snapshots/trees')).filter(name =>
            existsSync(join(bench.stores.home, 'snapshots/trees', name, 'files/f0'))
          );
        expect((await use(true)).workspace?.volumes).toMatchObject([{ frozen: namespaces }]);
        if (!namespaces) return;
        const [tree] = trees();
        writeFileSync(join(volume, 'data'), 'then');
        expect(tree).toBeDefined();
        const again = await use(true, `${code()}\nprint('again')`);
        expect(text(again, 'use')).toBe('then\nRead-only file system\nagain\n');
        expect(readdirSync(join(bench.stores.home, 'workspaces'))).toEqual([]);
        const locks = join(bench.stores.home, 'snapshots/trees', trees()[0] ?? '', 'locks');
        expect(readdirSync(locks)).toEqual([]);
        await snapshots.prune({});
        expect(trees()).toHaveLength(1);
      });

      itWhereHere(
        'that is not: it is as it was for the run alone, or the run says why not',
        async () => {
          const state = await use(false);
          expect(text(state, 'use')).toBe(namespaces ? 'then\n' : 'now\n');
          expect(readFileSync(join(volume, 'data'), 'utf8')).toBe(namespaces ? 'now' : 'spoilt');
          const [first] = state.workspace?.volumes ?? [];
          expect(first).toMatchObject({ name: 'volume', frozen: namespaces, readOnly: false });
          expect(first?.why).toMatch(
            namespaces
              ? /^an overlay for each step/
              : /^steps write to the folder itself, and what they write is there at once \(there can be no overlay: /
          );
          expect(readdirSync(join(bench.stores.home, 'workspaces'))).toEqual([]);
        }
      );

      itWhereHere(
        'that is changed after the snapshot: the result is of what the step saw',
        async () => {
          const first = await use(true, reading());
          const second = await use(true, reading());
          expect(text(first, 'use')).toBe(namespaces ? 'then\n' : 'now\n');
          expect(text(second, 'use')).toBe('now\n');
          expect([first, second].map(state => stepState(state, 'use')?.cached)).toEqual([
            false,
            !namespaces
          ]);
        }
      );
    });

    itWhereHere('leaves nothing of itself behind', async () => {
      await run({ make: { code: "open('new', 'w').write('1')" } });
      expect(readdirSync(join(bench.stores.home, 'workspaces'))).toEqual([]);
    });
  });
}

describeIsolation('overlay', REAL_RUNNER);
// Without the runner's own script nothing can be found out about overlays, as where there are none.
describeIsolation('copy', FAKE_RUNNER);
describeOnLoopDisks(folder => describeIsolation('reflink', FAKE_RUNNER, folder));
