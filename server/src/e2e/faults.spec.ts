import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Chard } from './testing/chard';
import { FailureDocument, ListDocument, readDocument, RunDocument } from './testing/documents';
import { cell, notebookText, writeNotebook, type Cell } from './testing/notebooks';

jest.setTimeout(120_000);

let chard: Chard;

beforeAll(() => {
  chard = new Chard();
});

afterAll(() => chard.remove());

afterEach(() => {
  expect(chard.leftBehind()).toEqual([]);
});

function notebook(name: string, ...cells: Cell[]): string {
  return writeNotebook(chard.folder, name, notebookText(cells));
}

const trivial = () => notebook('trivial', cell('step:a', 'print(1)'));

describe('a step that', () => {
  it.each<[string, Cell[], RegExp]>([
    [
      'ends its process',
      [cell('step:a', 'import os\nos._exit(3)')],
      /^step a, cell 0: The process ended itself with exit code 3 while cell 0 was running/m
    ],
    [
      'calls sys.exit',
      [cell('step:a', 'import sys\nsys.exit("no data today")')],
      /^step a, cell 0, line 2: sys\.exit\('no data today'\) was called; a cell that exits ends the step$/m
    ],
    [
      'crashes in native code',
      [cell('step:a', 'import ctypes\nctypes.string_at(0)')],
      /^step a, cell 0, line 2: The process died of SIGSEGV while cell 0, line 2 was running: a segmentation fault/m
    ],
    [
      'runs for ever',
      [cell('step:a', 'while True: pass', { chard: { timeoutSeconds: 0.5 } })],
      /^step a, cell 0, line 1: The step took longer than its timeout of 0\.5 s and was stopped in cell 0, line 1/m
    ],
    [
      'runs for ever and takes no notice',
      [
        cell(
          'step:a',
          'import signal\nfor number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, signal.SIG_IGN)\nwhile True: pass',
          { chard: { timeoutSeconds: 0.5 } }
        )
      ],
      /^step a, cell 0.*: The step took longer than its timeout of 0\.5 s/m
    ],
    [
      'leaves what cannot be passed on',
      [
        cell('step:a', 'lines = (n for n in range(3))'),
        cell('step:b prev:a', 'print(list(lines))')
      ],
      /^step a: lines \(generator\) cannot be passed on: a generator is a function stopped halfway.* Pass list\(\.\.\.\) of it/m
    ]
  ])('%s fails, with a message that says so', async (name, cells, message) => {
    const { code, out } = await chard.run(['run', notebook(name.replace(/\W+/g, '-'), ...cells)]);
    expect(out).toMatch(message);
    expect(code).toBe(1);
  });

  it('forks and starts programs leaves none of them', async () => {
    const path = notebook(
      'leaves-children',
      cell(
        'step:a',
        'import os, subprocess, sys, time\n' +
          'subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)\n' +
          'if os.fork() == 0:\n    time.sleep(600)\nx = 1'
      )
    );
    const { code, err } = await chard.run(['run', path]);
    expect(code).toBe(0);
    expect(err).toMatch(
      /^warning: a: Programs that the step left running are ended with it: .*sleep/m
    );
  });

  it.each<[string, Cell[], string]>([
    [
      'closes its standard output',
      [
        cell('step:a', 'import os, sys\nprint("before")\nsys.stdout.close()\nos.close(1)\nx = 1'),
        cell('step:b prev:a', 'print("after", x)')
      ],
      'a │ before\nb │ after 1\n'
    ],
    [
      'replaces sys.stdout',
      [
        cell(
          'step:a',
          'import io, sys\nprint("before")\nsys.stdout = io.StringIO()\nprint("kept")\nx = 1'
        ),
        cell('step:b prev:a', 'print("after", x)')
      ],
      'a │ before\nb │ after 1\n'
    ],
    [
      'deletes its working directory',
      [
        cell(
          'step:a',
          'import os, tempfile\nfolder = tempfile.mkdtemp()\nos.chdir(folder)\nos.rmdir(folder)\nx = 1'
        ),
        cell('step:b prev:a', 'print("after", x)')
      ],
      'b │ after 1\n'
    ],
    [
      'changes directory takes the next one along',
      [
        cell('step:a', 'import os\nos.chdir("/")'),
        cell('step:b prev:a', 'import os\nprint("in", os.getcwd())')
      ],
      'b │ in /\n'
    ]
  ])('%s does no harm', async (name, cells, said) => {
    const { code, out } = await chard.run(['run', notebook(name.replace(/\W+/g, '-'), ...cells)]);
    expect(out).toMatch(/ succeeded in /);
    expect(code).toBe(0);
    expect((await chard.run(['runs', 'logs', 'latest'])).out).toBe(said);
  });

  it('prints a lot is cut, with a word about it', async () => {
    const path = notebook('loud', cell('step:a', 'for n in range(200_000): print("x" * 100)'));
    const { code, err } = await chard.run(['run', path]);
    expect(code).toBe(0);
    expect(err).toMatch(
      /^warning: a: stdout of this step is about to pass its limit of \d+ bytes/m
    );
    const { out } = await chard.run(['runs', 'logs', 'latest']);
    expect(out).toMatch(/\[[\d,]+ bytes left out: the step printed more than its log limit\]/);
    expect(out.length).toBeLessThan(20_200_000);
  });

  it('is tried again says so, and how often', async () => {
    const marker = JSON.stringify(join(chard.folder, 'tried'));
    const path = notebook(
      'retried',
      cell(
        'step:a',
        `import os\nif not os.path.exists(${marker}):\n    open(${marker}, "w").close()\n    raise OSError("not yet")`,
        { chard: { retries: { count: 2 } } }
      )
    );
    const { code, err } = await chard.run(['run', path]);
    expect(code).toBe(0);
    expect(err).toMatch(/^a: not yet; trying again in 0 s$/m);
    expect((await chard.run(['runs', 'show', 'latest', '-v'])).out).toMatch(/^ {2}a +2 attempts /m);
  });
});

describe('a store', () => {
  it('of a newer version is left as it is', async () => {
    await chard.run(['run', trivial()]);
    const home = join(chard.folder, 'newer');
    mkdirSync(home);
    const other = { env: { CHARD_HOME: home } };
    await chard.run(['runs', 'list'], other);
    const database = new DatabaseSync(join(home, 'chard.db'));
    database.exec('PRAGMA user_version = 999');
    database.close();
    const result = await chard.run(['runs', 'list', '--json'], other);
    expect(result.code).toBe(1);
    expect(readDocument(result, FailureDocument).error.code).toBe('store-newer');
    const shown = await chard.run(['run', trivial()], other);
    expect([shown.code, shown.err]).toEqual([1, expect.stringMatching(/^chard: .*newer/)]);
  });

  it('that is no store is refused', async () => {
    const home = join(chard.folder, 'damaged');
    mkdirSync(home);
    execFileSync('cp', [process.execPath, join(home, 'chard.db')]);
    const { code, err } = await chard.run(['runs', 'list'], { env: { CHARD_HOME: home } });
    expect([code, err]).toEqual([1, expect.stringMatching(/^chard: .*chard\.db/)]);
    expect(err).not.toContain('fault in Chard');
  });

  it('below a file cannot be made', async () => {
    const { code, err } = await chard.run(['runs', 'list'], {
      env: { CHARD_HOME: join(trivial(), 'home') }
    });
    expect([code, err]).toEqual([1, expect.stringMatching(/^chard: .*trivial\.ipynb/)]);
    expect(err).not.toContain('fault in Chard');
  });
});

/** Only root may mount a small disk. */
const small = mountSmallDisk();
const itOnSmallDisk = small === null ? it.skip : it;

function mountSmallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'chard-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
}

describe('a run that is just being begun', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('is cancelled in order by %s', async signal => {
    const folder = mkdtempSync(join(chard.folder, 'many-'));
    // Looking through them is what takes long before there is a run.
    for (let at = 0; at < 3000; at += 1) writeFileSync(join(folder, `${at}.txt`), String(at));
    const path = writeNotebook(folder, 'slow', notebookText([cell('step:a', 'while True: pass')]));
    const home = join(folder, 'home');
    const { child, ended } = chard.start(['run', path, '--json'], { env: { CHARD_HOME: home } });
    await appears(join(home, 'workspace.db'));
    child.kill(signal);
    const result = await ended;
    expect([result.code, result.signal]).toEqual([130, null]);
    expect(readDocument(result, RunDocument).state).toBe('cancelled');
  });
});

async function appears(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise(setImmediate);
}

describe('a command that only looks', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends at once with %s', async signal => {
    const { child, ended } = chard.start(['check', '-'], { input: null });
    // More than a pipe holds: once it is written, the command is at work.
    await new Promise(resolve => child.stdin?.write(' '.repeat(1 << 20), resolve));
    child.kill(signal);
    expect(await ended).toMatchObject({ code: null, signal, out: '' });
  });
});

describe('a disk (skipped where no small one can be mounted)', () => {
  const onSmallDisk = { env: { CHARD_HOME: join(small ?? '', 'home') } };

  afterAll(() => {
    if (small !== null) {
      execFileSync('umount', ['--lazy', small]);
      rmSync(small, { recursive: true });
    }
  });

  itOnSmallDisk(
    'that is full fails the step that fills it; a retry with less goes on',
    async () => {
      const path = notebook(
        'large',
        cell('pipeline-parameters', 'size = 8_000_000'),
        cell('step:a', 'x = 1'),
        cell('step:b prev:a', 'import random\nbig = random.Random(x).randbytes(size)'),
        cell('step:c prev:b', 'print(len(big))')
      );
      const full = await chard.run(['run', path], onSmallDisk);
      expect(full.code).toBe(1);
      expect(full.out).toMatch(/^step b: .*(disk|device|space)/im);
      const less = await chard.run(['run', path, '-p', 'size=1000', '--json'], onSmallDisk);
      expect(readDocument(less, RunDocument).state).toBe('succeeded');
    }
  );

  itOnSmallDisk('with no byte free still shows what is there', async () => {
    const filling = openSync(join(small ?? '', 'filling'), 'a');
    for (const size of [65536, 1]) {
      expect(() => {
        for (;;) writeSync(filling, Buffer.alloc(size));
      }).toThrow('ENOSPC');
    }
    closeSync(filling);
    try {
      const listed = await chard.run(['runs', 'list', '--json'], onSmallDisk);
      expect(readDocument(listed, ListDocument).runs).toHaveLength(2);
      const none = await chard.run(['experiments', 'list'], onSmallDisk);
      expect([none.code, none.err]).toEqual([0, '']);
      const refused = await chard.run(['runs', 'delete', 'latest', '--json'], onSmallDisk);
      expect(readDocument(refused, FailureDocument).error.code).toBe('store-full');
      expect((await chard.run(['doctor'], onSmallDisk)).out).toMatch(/The disk .* is full/);
    } finally {
      rmSync(join(small ?? '', 'filling'));
    }
  });

  itOnSmallDisk('that can only be read shows what is there and says why nothing runs', async () => {
    execFileSync('mount', ['-o', 'remount,ro', small ?? '']);
    const listed = await chard.run(['runs', 'list', '--json'], onSmallDisk);
    expect(readDocument(listed, ListDocument).runs).toHaveLength(2);
    const seen = await chard.run(
      ['runs', 'exec', 'latest', '--step', 'b', '-c', 'print(len(big))'],
      onSmallDisk
    );
    expect([seen.code, seen.out]).toEqual([0, '1000\n']);
    const path = notebook('refused', cell('step:a', 'print(1)'));
    const refused = await chard.run(['run', path], onSmallDisk);
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringMatching(/^chard: .* set CHARD_HOME to a folder /)
    ]);
    expect(refused.err).not.toContain('fault in Chard');
    expect((await chard.run(['check', path], onSmallDisk)).code).toBe(0);
    const unmade = { env: { CHARD_HOME: join(small ?? '', 'unmade') } };
    expect((await chard.run(['check', path], unmade)).code).toBe(0);
    const nowhere = await chard.run(['run', path, '--json'], unmade);
    expect(readDocument(nowhere, FailureDocument).error.code).toBe('store-read-only');
  });
});

describe('the folder for temporary files, to which others can write', () => {
  it('has nothing of a run afterwards that anybody could have put there', async () => {
    const shared = mkdtempSync(join(tmpdir(), 'chard-shared-'));
    try {
      const { code } = await chard.run(['run', trivial()], { env: { TMPDIR: shared } });
      expect([code, readdirSync(shared)]).toEqual([0, []]);
    } finally {
      rmSync(shared, { recursive: true });
    }
  });

  it('does not stand in for a cache that cannot be written', async () => {
    const shared = mkdtempSync(join(tmpdir(), 'chard-shared-'));
    try {
      const env = { TMPDIR: shared, XDG_CACHE_HOME: trivial() };
      const { code, err } = await chard.run(['graph', trivial()], { env });
      expect([code, err, readdirSync(shared)]).toEqual([0, '', []]);
    } finally {
      rmSync(shared, { recursive: true });
    }
  });
});

describe('a folder that may only be read', () => {
  it('is no trouble for a notebook in it', async () => {
    const path = notebook('read-only', cell('step:a', 'print("fine")'));
    const folder = join(path, '..');
    chmodSync(folder, 0o500);
    try {
      expect((await chard.run(['run', path])).code).toBe(0);
    } finally {
      chmodSync(folder, 0o700);
    }
  });
});
