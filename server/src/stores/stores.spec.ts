import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { memoryStores } from './memory';
import type { Lease, Stores } from './model';
import { openStores } from './open';
import { ownerLives, thisOwner } from './owner';
import { MIGRATIONS } from './sqlite/schema';
import { describeExperimentStores, newExperiment } from './testing/experimentContract';
import { describeStores, newRun, OWNER, runCreated, stepFinished } from './testing/contract';

let root: string;
let home: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'chard-store-'));
  home = join(root, 'home');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describeStores('stores in SQLite', () => openStores(home));
describeStores('stores in memory', () => memoryStores());
describeExperimentStores('experiments in SQLite', () => openStores(home));
describeExperimentStores('experiments in memory', () => memoryStores());

describe('a store on disk', () => {
  const withStores = (work: (stores: Stores) => void): void => {
    const stores = openStores(home);
    try {
      work(stores);
    } finally {
      stores.close();
    }
  };

  it('can be looked into by its owner alone', () => {
    withStores(stores => {
      stores.artefacts.put(Buffer.from('x'));
      stores.runs.create(newRun('r1'), OWNER);
      for (const { parentPath, name } of readdirSync(home, {
        recursive: true,
        withFileTypes: true
      })) {
        const { mode } = statSync(join(parentPath, name));
        expect([name, mode & 0o077]).toEqual([name, 0]);
      }
      expect(statSync(home).mode & 0o777).toBe(0o700);
    });
  });

  it('is still there for the next process', () => {
    withStores(stores => stores.runs.create(newRun('r1'), OWNER));
    withStores(stores => expect(stores.runs.list().map(({ id }) => id)).toEqual(['r1']));
  });

  it('shows two connections the same, and tells one of what the other wrote', async () => {
    const [one, two] = [openStores(home), openStores(home)];
    one.runs.create(newRun('r1'), OWNER);
    const heard = new Promise<void>(resolve => {
      const stop = two.runs.onChange(() => {
        if (two.runs.read('r1').length < 2) return;
        stop();
        resolve();
      });
    });
    one.runs.append('r1', OWNER, [{ time: 1, body: { type: 'run-started', pid: 1 } }]);
    await heard;
    one.close();
    two.close();
  });

  it('removes the values of deleted runs, and only those', () => {
    withStores(stores => {
      const value = (name: string): string => {
        const group = name.repeat(64);
        writeFileSync(join(stores.values.folder, group), 'content');
        return group;
      };
      const [mine, shared, orphan] = [value('a'), value('b'), value('c')];
      for (const [run, groups] of [
        ['r1', [mine, shared]],
        ['r2', [shared]]
      ] as const) {
        stores.runs.create(newRun(run), OWNER);
        stores.runs.append(run, OWNER, [{ time: 1, body: stepFinished('a', groups) }]);
        stores.leases.release(run, OWNER);
      }
      expect(stores.collectGarbage(() => true)).toMatchObject({ files: 1, bytes: 7 });
      expect([mine, shared, orphan].map(each => stores.values.has(each))).toEqual([
        true,
        true,
        false
      ]);
      expect(stores.heldBy(['r1'])).toEqual({ files: 1, bytes: 7 });
      expect(stores.heldBy(['r1', 'r2'])).toEqual({ files: 2, bytes: 14 });
      stores.runs.delete('r1');
      expect(stores.collectGarbage(() => true)).toMatchObject({ files: 1, bytes: 7 });
      expect(stores.values.size(shared)).toBe(7);
      expect(stores.values.size(mine)).toBeNull();
    });
  });

  it('writes nothing of a batch that cannot be written whole', () => {
    withStores(stores => {
      stores.runs.create(newRun('r1'), OWNER);
      const unwritable = { ...runCreated('r1'), parameters: { n: 1n } } as never;
      const batch = [
        { time: 1, body: { type: 'run-started', pid: 1 } as const },
        { time: 2, body: unwritable }
      ];
      expect(() => stores.runs.append('r1', OWNER, batch)).toThrow(/BigInt/);
      expect(stores.runs.get('r1')).toMatchObject({ lastSeq: 1, phase: 'pending' });
    });
  });

  it.each(['together', 'togetherAtEase'] as const)(
    'writes nothing %s where one part fails',
    way => {
      withStores(stores => {
        stores.runs.create(newRun('r1'), OWNER);
        const work = (): void => {
          stores.runs.saveStepFiles('r1', 'a', {});
          stores.runs.append('none', OWNER, [{ time: 1, body: { type: 'run-cancelling' } }]);
        };
        expect(() => stores[way](work)).toThrow(expect.objectContaining({ code: 'run-unknown' }));
        expect(stores.runs.stepFiles('r1').size).toBe(0);
      });
    }
  );

  it('of an older version is brought up to date with all that is in it', () => {
    mkdirSync(home);
    const database = new DatabaseSync(join(home, 'chard.db'));
    database.exec(MIGRATIONS[0] as string);
    database.exec('PRAGMA application_id = 0x63687264; PRAGMA user_version = 1');
    database.exec(`INSERT INTO runs (id, notebook, pipeline, phase, created_at, last_seq)
      VALUES ('r1', '/n.ipynb', 'p', 'succeeded', 1, 1)`);
    database.exec(`INSERT INTO events VALUES (1, 1, 1, NULL, '{"type":"run-cancelling"}')`);
    database.close();
    withStores(stores => {
      expect(stores.runs.get('r1')).toMatchObject({ phase: 'succeeded', title: null });
      expect(stores.runs.read('r1', { quiet: true })).toHaveLength(1);
    });
  });

  it('of a version without numbers gets them, with what lists show', () => {
    mkdirSync(home);
    const database = new DatabaseSync(join(home, 'chard.db'));
    MIGRATIONS.slice(0, 2).forEach(step => database.exec(step));
    database.exec('PRAGMA application_id = 0x63687264; PRAGMA user_version = 2');
    const runs = ['/n.ipynb', '/other.ipynb', '/n.ipynb'];
    runs.forEach((notebook, index) => {
      database.exec(`INSERT INTO runs (id, notebook, pipeline, phase, created_at, last_seq)
        VALUES ('r${index + 1}', '${notebook}', 'p', 'failed', 1, 4)`);
    });
    const event = database.prepare('INSERT INTO events VALUES (1, ?, 1, ?, ?)');
    [
      { ...runCreated('r1'), parameters: { rate: 0.5 } },
      { type: 'metric', step: '@metrics', name: 'a "b"', value: 1 },
      { type: 'metric', step: '@metrics', name: 'a "b"', value: 'nan' },
      { type: 'run-finished', state: 'failed', error: { step: 'a' } }
    ].forEach((body, index) => {
      const { step = null } = body as { step?: string };
      event.run(index + 1, step, JSON.stringify(body));
    });
    database.close();
    withStores(stores => {
      expect(stores.runs.list().map(({ id, number }) => [id, number])).toEqual([
        ['r3', 2],
        ['r2', 1],
        ['r1', 1]
      ]);
      expect(stores.runs.get('r1')).toMatchObject({
        parameters: { rate: 0.5 },
        metrics: { 'a "b"': 'nan' },
        failedStep: 'a'
      });
      expect(stores.runs.get('r2')).toMatchObject({
        parameters: {},
        metrics: {},
        failedStep: null
      });
      stores.runs.create(newRun('r4'), OWNER);
      expect(stores.runs.get('r4')?.number).toBe(3);
    });
  });

  it('of a newer version is left alone', () => {
    withStores(() => undefined);
    const database = new DatabaseSync(join(home, 'chard.db'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => openStores(home)).toThrow(
      expect.objectContaining({
        code: 'store-newer',
        message: expect.stringMatching(/format 99.*Upgrade jupyterlab-chard/)
      })
    );
  });

  it('of another program is left alone', () => {
    mkdirSync(home);
    const database = new DatabaseSync(join(home, 'chard.db'));
    database.exec('CREATE TABLE theirs (x)');
    database.close();
    expect(() => openStores(home)).toThrow(/database of another program/);
  });

  it.each([
    ['that is not a database', (path: string) => writeFileSync(path, 'no database '.repeat(100))],
    ['that was overwritten', (path: string) => writeFileSync(path, Buffer.alloc(8192, 7))]
  ])('says what to do about a file %s', (_, damage) => {
    withStores(stores => stores.runs.create(newRun('r1'), OWNER));
    damage(join(home, 'chard.db'));
    expect(() => openStores(home)).toThrow(
      expect.objectContaining({
        code: 'store-damaged',
        message: expect.stringMatching(/Move it away/)
      })
    );
  });

  it('says what to do when pages in the middle are damaged', () => {
    withStores(stores => {
      stores.runs.create(newRun('r1'), OWNER);
      const text = 'x'.repeat(50_000);
      const body = {
        type: 'output',
        step: 'a',
        attempt: 1,
        cell: 0,
        stream: 'stdout',
        text
      } as const;
      stores.runs.append(
        'r1',
        OWNER,
        Array.from({ length: 20 }, () => ({ time: 1, body }))
      );
    });
    const path = join(home, 'chard.db');
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4096, bytes.length - 4096);
    writeFileSync(path, bytes);
    expect(() => withStores(stores => stores.runs.read('r1'))).toThrow(
      expect.objectContaining({ code: 'store-damaged' })
    );
  });

  it('says so when it was cut off', () => {
    withStores(stores => stores.runs.create(newRun('r1'), OWNER));
    truncateSync(join(home, 'chard.db'), 5000);
    expect(() => withStores(stores => stores.runs.list())).toThrow(
      expect.objectContaining({ code: 'store-damaged' })
    );
  });

  it('says so when a row holds something else', () => {
    withStores(stores => stores.runs.create(newRun('r1'), OWNER));
    const database = new DatabaseSync(join(home, 'chard.db'));
    database.exec("UPDATE runs SET parameters = 'rubbish'");
    database.close();
    expect(() => withStores(stores => stores.runs.list())).toThrow(
      expect.objectContaining({
        code: 'store-damaged',
        message: expect.stringContaining('the run r1')
      })
    );
  });

  it.each([
    ['outline', 'rubbish'],
    ['outline', '{"phase":"succeeded"}'],
    ['objective', '[]']
  ])(
    'an experiment whose %s is damaged says so, is there by its id, and lets the others be',
    (column, text) => {
      withStores(stores => {
        for (const id of ['e1', 'e2']) stores.experiments.create(newExperiment(id), OWNER);
      });
      const database = new DatabaseSync(join(home, 'chard.db'));
      database.prepare(`UPDATE experiments SET ${column} = ? WHERE id = 'e1'`).run(text);
      database.close();
      withStores(({ experiments }) => {
        expect(experiments.list().map(({ id, damage }) => [id, damage])).toEqual([
          ['e2', null],
          ['e1', expect.stringContaining('the experiment e1 is damaged')]
        ]);
        expect(experiments.get('e1')).toMatchObject({
          damage: expect.stringContaining('`chard experiments show e1`'),
          name: 'e1',
          best: null
        });
        expect(experiments.read('e1')).toHaveLength(1);
        // The next that is written of it makes it whole.
        const event = { time: 5, body: { type: 'experiment-started', pid: 7 } } as const;
        const sound = newExperiment('e1').change.outline;
        experiments.append('e1', OWNER, { events: [event], outline: sound });
        expect(experiments.get('e1')?.damage).toEqual(
          column === 'objective' ? expect.any(String) : null
        );
      });
    }
  );

  it('says so when an artefact was changed', () => {
    withStores(stores => {
      const digest = stores.artefacts.put(Buffer.from('notebook'));
      const path = join(stores.home, 'artefacts', digest);
      chmodSync(path, 0o600);
      writeFileSync(path, 'notebooc');
      expect(() => stores.artefacts.get(digest)).toThrow(
        expect.objectContaining({ code: 'artefact-damaged' })
      );
    });
  });

  it('needs a folder', () => {
    writeFileSync(home, 'a file');
    expect(() => openStores(home)).toThrow(
      expect.objectContaining({
        code: 'store-unavailable',
        message: expect.stringContaining('CHARD_HOME')
      })
    );
  });

  it('says so when it is not there any more, and goes on when it is put back', () => {
    withStores(stores => {
      stores.runs.create(newRun('r1'), OWNER);
      expect(stores.place()).toBe('there');
      renameSync(home, `${home}-moved`);
      expect(stores.place()).toBe('gone');
      const gone = expect.objectContaining({
        code: 'store-gone',
        message: expect.stringMatching(/chard\.db.*Put it back/)
      });
      expect(() => stores.runs.create(newRun('r2'), OWNER)).toThrow(gone);
      expect(() => stores.runs.list()).toThrow(gone);
      expect(() => stores.together(() => undefined)).toThrow(gone);
      renameSync(`${home}-moved`, home);
      expect(stores.place()).toBe('there');
      expect(stores.runs.list().map(({ id }) => id)).toEqual(['r1']);
    });
  });

  it('does not take another store at its place for itself', () => {
    withStores(stores => {
      stores.runs.create(newRun('r1'), OWNER);
      renameSync(home, `${home}-moved`);
      withStores(other => {
        expect(stores.place()).toBe('replaced');
        expect(() => stores.runs.list()).toThrow(expect.objectContaining({ code: 'store-gone' }));
        expect(other.runs.list()).toEqual([]);
      });
    });
  });

  it('tells those who wait for changes when it is gone', async () => {
    const stores = openStores(home);
    const told = new Promise<void>(resolve => {
      stores.runs.onChange(() => {
        if (stores.place() === 'gone') resolve();
      });
    });
    rmSync(home, { recursive: true });
    await told;
    stores.close();
  });

  it('gives up on a lock that nobody lets go of', () => {
    const stores = openStores(home, 20);
    const database = new DatabaseSync(join(home, 'chard.db'));
    database.exec('BEGIN IMMEDIATE');
    expect(() => stores.runs.create(newRun('r1'), OWNER)).toThrow(
      expect.objectContaining({ code: 'store-busy' })
    );
    database.exec('ROLLBACK');
    database.close();
    stores.runs.create(newRun('r1'), OWNER);
    stores.close();
  });

  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

  const mount = (...options: string[]): void => {
    expect(spawnSync('mount', options).stderr.toString()).toBe('');
  };
  /** Leaves no byte free. */
  const fill = (path: string): void => {
    const file = openSync(path, 'a');
    try {
      for (const size of [65536, 1]) {
        expect(() => {
          for (;;) writeSync(file, Buffer.alloc(size));
        }).toThrow('ENOSPC');
      }
    } finally {
      closeSync(file);
    }
  };

  (isRoot ? it : it.skip)(
    'can be read on a disk with no byte free, and is written again when there is room (needs root: mounts a disk)',
    () => {
      const disk = join(root, 'disk');
      const filling = join(disk, 'filling');
      mkdirSync(disk);
      mount('-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk);
      const full = expect.objectContaining({
        code: 'store-full',
        message: expect.stringContaining('Free some space')
      });
      try {
        home = join(disk, 'home');
        withStores(stores => stores.runs.create(newRun('r1'), OWNER));
        fill(filling);
        withStores(stores => {
          expect(stores.runs.list().map(({ id }) => id)).toEqual(['r1']);
          expect(stores.experiments.list()).toEqual([]);
          expect(() => stores.runs.create(newRun('r2'), OWNER)).toThrow(full);
          expect(stores.place()).toBe('there');
          rmSync(filling);
          // Others may write now, which this one would not see.
          expect(stores.place()).toBe('replaced');
          expect(stores.runs.list()).toHaveLength(1);
        });
        withStores(stores => {
          stores.runs.create(newRun('r2'), OWNER);
          fill(filling);
          expect(stores.runs.list()).toHaveLength(2);
          withStores(other => expect(other.runs.list()).toHaveLength(2));
          expect(stores.place()).toBe('there');
        });
        expect(readdirSync(home)).not.toContain('chard.db-shm');
        expect(() => openStores(join(disk, 'elsewhere'))).toThrow(full);
      } finally {
        spawnSync('umount', ['--lazy', disk]);
      }
    }
  );

  (isRoot ? it : it.skip)(
    'can be read where it cannot be written (needs root: mounts a disk)',
    () => {
      const disk = join(root, 'disk');
      mkdirSync(disk);
      mount('-t', 'tmpfs', 'tmpfs', disk);
      try {
        home = join(disk, 'home');
        withStores(stores => stores.runs.create(newRun('r1'), OWNER));
        mount('-o', 'remount,ro', disk);
        withStores(stores => {
          expect(stores.runs.list().map(({ id }) => id)).toEqual(['r1']);
          expect(stores.runs.read('r1').length).toBe(1);
          expect(() => stores.runs.create(newRun('r2'), OWNER)).toThrow(
            expect.objectContaining({
              code: 'store-read-only',
              message: expect.stringContaining('CHARD_HOME')
            })
          );
          expect(() => stores.artefacts.put(Buffer.from('x'))).toThrow(
            expect.objectContaining({ code: 'store-read-only' })
          );
        });
        expect(() => openStores(join(disk, 'elsewhere'))).toThrow(
          expect.objectContaining({ code: 'store-read-only' })
        );
      } finally {
        spawnSync('umount', ['--lazy', disk]);
      }
    }
  );

  (isRoot ? it : it.skip)(
    'keeps what it had when the disk is full (needs root: mounts a disk)',
    () => {
      const disk = join(root, 'disk');
      mkdirSync(disk);
      spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
      try {
        home = join(disk, 'home');
        withStores(stores => {
          stores.runs.create(newRun('r1'), OWNER);
          const text = 'x'.repeat(100_000);
          const body = {
            type: 'output',
            step: 'a',
            attempt: 1,
            cell: 0,
            stream: 'stdout',
            text
          } as const;
          const fill = (): void => {
            for (;;) stores.runs.append('r1', OWNER, [{ time: 1, body }]);
          };
          expect(fill).toThrow(expect.objectContaining({ code: 'store-full' }));
          expect(() => stores.artefacts.put(Buffer.alloc(2 ** 20))).toThrow(
            expect.objectContaining({ code: 'store-full' })
          );
          expect(readdirSync(join(home, 'artefacts'))).toEqual([]);
          const { lastSeq } = stores.runs.get('r1') ?? { lastSeq: 0 };
          expect(stores.runs.read('r1').length).toBe(lastSeq);
        });
        expect(existsSync(join(home, 'chard.db'))).toBe(true);
      } finally {
        spawnSync('umount', ['--lazy', disk]);
      }
    }
  );
});

describe('an owner', () => {
  const lease = (change: Partial<Lease['owner']> = {}): Lease => ({
    run: 'r1',
    owner: { ...thisOwner(), ...change },
    beat: 100_000
  });

  it('lives as long as its process', () => {
    expect(ownerLives(lease(), 1e12)).toBe(true);
    const { pid } = spawnSync('true');
    expect(ownerLives(lease({ pid }), 100_000)).toBe(false);
  });

  it('is dead after the next boot, and when another process has its pid', () => {
    expect(ownerLives(lease({ boot: 'yesterday' }), 100_000)).toBe(false);
    expect(ownerLives(lease({ startTime: '1' }), 100_000)).toBe(false);
  });

  it('in another container lives while it gives signs of life', () => {
    const elsewhere = lease({ namespace: 'pid:[1]', pid: 1 });
    expect(ownerLives(elsewhere, 130_000)).toBe(true);
    expect(ownerLives(elsewhere, 200_000)).toBe(false);
  });
});
