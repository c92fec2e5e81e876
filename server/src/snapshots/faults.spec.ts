import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CheckReport, Snapshot } from '@chard/core/snapshot';
import { buildSync } from 'esbuild';
import { Access } from './access';
import { Layout } from './disk/layout';
import { Locks } from './disk/locks';
import { Records } from './disk/records';
import { openSnapshotStore } from './localStore';
import type { SnapshotStore } from './snapshotStore';
import { entriesOf } from './testing/contract';
import type { Order } from './testing/storeProcess';

jest.setTimeout(300_000);

let base: string;
let data: string;
let home: string;
let store: SnapshotStore;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'chard-snapshots-'));
  data = join(base, 'data');
  home = join(base, 'home');
  mkdirSync(data);
  store = openSnapshotStore(home);
});
afterEach(async () => {
  await store.dispose();
  rmSync(base, { recursive: true, force: true });
});

const LARGE = Buffer.alloc(300_000, 'large');
const sources = (): { name: string; path: string }[] => [{ name: 'data', path: data }];
const take = (): Promise<Snapshot> => store.create(sources());

function fill(folder: string, text: string): void {
  mkdirSync(join(folder, 'sub/empty'), { recursive: true });
  writeFileSync(join(folder, 'small'), text);
  writeFileSync(join(folder, 'sub/large'), Buffer.concat([LARGE, Buffer.from(text)]));
  writeFileSync(join(folder, 'same'), 'always the same');
  symlinkSync('../nowhere', join(folder, 'sub/link'));
}

/** All files below a folder with what they hold. */
function contentsOf(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found[relative(folder, path)] = readFileSync(path, 'latin1');
  }
  return found;
}

let program: string | null = null;
afterAll(() => {
  if (program !== null) rmSync(program, { recursive: true });
});

/** The store in another process. @returns what it said, null where it was killed */
async function inProcess(
  order: Partial<Order> & Pick<Order, 'action' | 'folder'>
): Promise<string | null> {
  if (program === null) {
    program = mkdtempSync(join(tmpdir(), 'chard-snapshots-program-'));
    chmodSync(program, 0o755);
    buildSync({
      entryPoints: [join(__dirname, 'testing/storeProcess.ts')],
      outfile: join(program, 'store.cjs'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      // Where the runner is looked for from.
      define: {
        'import.meta.url': JSON.stringify(pathToFileURL(join(__dirname, '../installation.ts')).href)
      },
      target: 'node24'
    });
  }
  const whole: Order = { home, killAt: null, user: null, ...order };
  const child = spawn(process.execPath, [join(program, 'store.cjs'), JSON.stringify(whole)], {
    stdio: ['ignore', 'pipe', 'pipe']
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal === 'SIGKILL') return null;
  if (code !== 0) throw new Error(output);
  return output;
}

describe('killed before any of its writes', () => {
  let template: string;
  let firstId: string;
  beforeEach(async () => {
    fill(data, 'first');
    firstId = (await take()).id;
    template = join(base, 'template');
  });

  const renew = (): void => {
    rmSync(home, { recursive: true, force: true });
    cpSync(template, home, { recursive: true });
  };

  /** Whatever was killed: the store is sound, what was finished is there, and what was not takes no room. */
  const demandSound = async (): Promise<void> => {
    expect((await store.check()).damages).toEqual([]);
    const target = join(base, 'back');
    await store.restore(firstId, { folder: target });
    expect(contentsOf(target)['small']).toBe('first');
    rmSync(target, { recursive: true });
    await store.prune({});
    expect(readdirSync(join(home, 'snapshots/staging'))).toEqual([]);
    expect(readdirSync(join(home, 'snapshots/locks'))).toEqual([]);
    const needed = new Set<string>();
    for (const { id } of await store.list()) {
      for (const { digest } of await entriesOf(store, id)) if (digest !== null) needed.add(digest);
    }
    expect((await store.usage()).contents).toBe(needed.size);
  };

  it('taking a snapshot leaves the store sound', async () => {
    cpSync(home, template, { recursive: true });
    writeFileSync(join(data, 'small'), 'second');
    appendFileSync(join(data, 'sub/large'), 'more');
    let killAt = 1;
    for (let wasKilled = true; wasKilled; killAt += 1) {
      renew();
      wasKilled = (await inProcess({ action: 'create', folder: data, killAt })) === null;
      await demandSound();
      expect((await store.list()).length).toBe(wasKilled ? (await store.list()).length : 2);
      const next = await take();
      expect((await entriesOf(store, next.id)).map(({ path }) => path)).toEqual([
        'same',
        'small',
        'sub',
        'sub/empty',
        'sub/large',
        'sub/link'
      ]);
    }
    // Fewer would mean that it was not killed between its writes at all.
    expect(killAt).toBeGreaterThan(25);
  });

  it('pruning leaves the store sound', async () => {
    writeFileSync(join(data, 'small'), 'second');
    const second = await take();
    await store.pin(firstId, 'run:1');
    writeFileSync(join(data, 'small'), 'third');
    await take();
    cpSync(home, template, { recursive: true });
    let killAt = 1;
    for (let wasKilled = true; wasKilled; killAt += 1) {
      renew();
      wasKilled = (await inProcess({ action: 'prune', folder: data, killAt })) === null;
      await demandSound();
      if (!wasKilled) expect((await store.list()).map(({ id }) => id)).not.toContain(second.id);
    }
    expect(killAt).toBeGreaterThan(6);
  });

  it('repairing leaves what is sound', async () => {
    cpSync(home, template, { recursive: true });
    const [damaged = ''] = listFiles(join(template, 'snapshots/contents')).filter(
      path => statSync(path).size === 5
    );
    chmodSync(damaged, 0o600);
    writeFileSync(damaged, 'wrong');
    for (const path of listFiles(join(template, 'snapshots/copies'))) unlinkSync(path);
    let killAt = 1;
    for (let wasKilled = true; wasKilled; killAt += 1) {
      renew();
      wasKilled = (await inProcess({ action: 'repair', folder: data, killAt })) === null;
      const again = await store.check({ repair: true });
      expect(again.damages.every(({ isMended }) => isMended)).toBe(true);
      await demandSound();
    }
    expect(killAt).toBeGreaterThan(8);
  });

  it('restoring leaves whole files', async () => {
    cpSync(home, template, { recursive: true });
    const target = join(base, 'target');
    let killAt = 1;
    for (let wasKilled = true; wasKilled; killAt += 1) {
      rmSync(target, { recursive: true, force: true });
      mkdirSync(join(target, 'sub'), { recursive: true });
      writeFileSync(join(target, 'small'), 'mine');
      writeFileSync(join(target, 'sub/large'), 'mine');
      wasKilled = (await inProcess({ action: 'restore', folder: target, killAt })) === null;
      const now = contentsOf(target);
      expect(['mine', 'first']).toContain(now['small']);
      expect(['mine', `${LARGE.toString()}first`]).toContain(now['sub/large']);
      // Again, and it is done.
      await store.restore(firstId, { folder: target, replace: true });
      expect(contentsOf(target)).toMatchObject(contentsOf(data));
    }
    expect(killAt).toBeGreaterThan(15);
  });
});

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));
}

describe('damage', () => {
  beforeEach(async () => {
    fill(data, 'content');
    await store.create(sources(), { documents: { environment: Buffer.from('{"python":"3"}') } });
  });

  const kept = (): string[] => listFiles(join(home, 'snapshots'));
  const damaged = async (): Promise<CheckReport['damages']> => (await store.check()).damages;

  it('of any byte of any file is found, and told with what it touches', async () => {
    expect(await damaged()).toEqual([]);
    for (const path of kept()) {
      const sound = readFileSync(path);
      chmodSync(path, 0o600);
      const places = [0, Math.floor(sound.length / 2), sound.length - 1];
      for (const at of places) {
        const flipped = Buffer.from(sound);
        flipped[at] = (flipped[at] ?? 0) ^ 1;
        writeFileSync(path, flipped);
        const found = await damaged();
        expect([path, at, found.map(each => each.path)]).toEqual([path, at, [path]]);
        if (found[0]?.what === 'content') expect(found[0].touches[0]?.path).toBeTruthy();
      }
      writeFileSync(path, sound);
    }
  });

  it('of every byte of a list of files is found', async () => {
    const [path = ''] = kept().filter(each => each.includes('/manifests/'));
    const sound = readFileSync(path);
    for (let at = 0; at < sound.length; at += 1) {
      const flipped = Buffer.from(sound);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at & 7));
      writeFileSync(path, flipped);
      const found = await damaged();
      expect([at, found.map(each => [each.what, each.path])]).toEqual([at, [['manifest', path]]]);
    }
  });

  it('by cutting off and by losing files is found', async () => {
    for (const path of kept()) {
      const sound = readFileSync(path);
      chmodSync(path, 0o600);
      truncateSync(path, sound.length - 1);
      const cut = await damaged();
      expect(cut.map(each => each.path)).toEqual([path]);
      if (cut[0]?.what === 'content') expect(cut[0].how).toBe('cut');
      unlinkSync(path);
      const lost = await damaged();
      expect(lost.map(each => each.path)).toEqual([path]);
      writeFileSync(path, sound);
    }
  });

  it('is mended from copies and from the files themselves', async () => {
    for (const path of kept().filter(each => !each.includes('/copies/'))) {
      chmodSync(path, 0o600);
      const bytes = readFileSync(path);
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      writeFileSync(path, bytes);
    }
    const { damages } = await store.check({ repair: true });
    expect(damages.filter(({ isMended }) => !isMended).map(({ what }) => what)).toEqual([
      // Of what is not a file of a folder there is no other copy.
      'document'
    ]);
    const left = await damaged();
    expect(left.map(({ what, how }) => [what, how])).toEqual([['document', 'lost']]);
    await store.restore('latest', { folder: join(base, 'back') });
    expect(contentsOf(join(base, 'back'))).toEqual(contentsOf(data));
  });

  it('is made good by the next snapshot of a folder that has what a repair has missed', async () => {
    // So that no file is younger than the grain of its clock, and none need be read again.
    store = openSnapshotStore(home, { now: () => Date.now() + 60_000 });
    await take();
    const { digest } = await store.entry('latest', 'data', 'sub/large');
    unlinkSync(new Layout(join(home, 'snapshots')).content(digest ?? ''));
    renameSync(join(data, 'sub'), join(base, 'elsewhere'));
    const { damages } = await store.check({ repair: true });
    expect(damages.map(({ how, isMended }) => [how, isMended])).toEqual([['lost', false]]);
    renameSync(join(base, 'elsewhere'), join(data, 'sub'));
    await take();
    expect(await damaged()).toEqual([]);
  });

  it('that cannot be mended costs that file alone', async () => {
    writeFileSync(join(data, 'small'), 'now it is something else');
    const [path = ''] = kept().filter(each => statSync(each).size === 'content'.length);
    chmodSync(path, 0o600);
    writeFileSync(path, 'CONTENT');
    const report = await store.restore('latest', { folder: join(base, 'back') });
    expect(report.problems).toEqual([
      {
        source: 'data',
        path: 'small',
        code: 'damaged',
        message: expect.stringContaining(
          '`chard snapshot check --repair` looks for a sound copy.'
        ) as string
      }
    ]);
    expect(readdirSync(join(base, 'back')).sort()).toEqual(['same', 'sub']);
    const { damages } = await store.check({ repair: true });
    expect(damages).toMatchObject([
      {
        what: 'content',
        isMended: false,
        touches: [{ path: 'small' }],
        repaired: expect.stringMatching(/no other copy.*damaged$/) as string
      }
    ]);
    expect(
      listFiles(join(home, 'snapshots/damaged')).map(each => readFileSync(each, 'utf8'))
    ).toEqual(['CONTENT']);
    // The next snapshot of such a file keeps it again.
    writeFileSync(join(data, 'small'), 'content');
    await take();
    expect(await damaged()).toEqual([]);
  });

  it('that lost a content costs that file alone, and is told by whoever meets it', async () => {
    const [path = ''] = kept().filter(each => statSync(each).size === 'content'.length);
    rmSync(path);
    const { id } = await store.get('latest');
    const lost = {
      source: 'data',
      path: 'small',
      code: 'damaged',
      message: expect.stringMatching(
        /^It was not put back: its content [0-9a-f]{12} is damaged or lost in the store\. `chard snapshot check --repair`/
      ) as string
    };
    const restored = await store.restore(id, { folder: join(base, 'back') });
    expect(restored.problems).toEqual([lost]);
    const workspace = await store.workspace(id, 'data', join(base, 'work'), { copyLimit: 1e9 });
    expect(workspace).toMatchObject({ problems: [lost] });
    const entry = await store.entry(id, 'data', 'small');
    await expect(store.content(entry.digest ?? '')).rejects.toMatchObject({
      code: 'snapshot-damaged'
    });
    const { damages } = await store.check({ repair: true });
    expect(damages).toMatchObject([{ how: 'lost', isMended: true, touches: [{ path: 'small' }] }]);
    const again = await store.restore(id, { folder: join(base, 'mended') });
    expect(again.problems).toEqual([]);
  });

  it('of a record and its copy stops whoever would remove what it names', async () => {
    const { id } = await store.get('latest');
    for (const folder of ['records', 'copies']) {
      writeFileSync(join(home, 'snapshots', folder, `${id}.json`), '{}');
    }
    await expect(store.prune({})).rejects.toMatchObject({ code: 'snapshot-damaged' });
    await expect(store.get(id)).rejects.toMatchObject({
      code: 'snapshot-damaged',
      message: expect.stringMatching(/check --repair/) as string
    });
    const { damages } = await store.check({ repair: true });
    expect(damages.filter(({ what }) => what === 'record')).toHaveLength(2);
    expect(await store.list()).toEqual([]);
  });
});

describe('a disk that', () => {
  const canMount = process.platform === 'linux' && process.getuid?.() === 0;
  // Only root may mount, and a tmpfs is Linux's.
  const withDisk = canMount ? it : it.skip;
  let disk: string;
  const mount = (...words: string[]): void => {
    const { status, stderr } = spawnSync('mount', words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  beforeEach(() => {
    if (!canMount) return;
    disk = mkdtempSync(join(tmpdir(), 'chard-disk-'));
    mount('-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk);
    store = openSnapshotStore(join(disk, 'home'));
    fill(data, 'first');
  });
  afterEach(() => {
    if (!canMount) return;
    spawnSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true, force: true });
  });

  withDisk('is full leaves the store sound', async () => {
    const first = await take();
    writeFileSync(join(data, 'big'), Buffer.alloc(4_000_000, 'x'));
    await expect(take()).rejects.toMatchObject({
      code: 'store-full',
      message: expect.stringMatching(
        /^The disk is full: .* cannot be written. Free some space, or set CHARD_HOME/
      ) as string
    });
    expect(await store.list()).toHaveLength(1);
    expect((await store.check()).damages).toEqual([]);
    rmSync(join(data, 'big'));
    writeFileSync(join(data, 'small'), 'second');
    await take();
    await store.restore(first.id, { folder: join(base, 'back') });
    expect(contentsOf(join(base, 'back'))['small']).toBe('first');
  });

  withDisk('is full says so of a restore, and leaves nothing of it', async () => {
    const here = openSnapshotStore(home);
    writeFileSync(join(data, 'big'), Buffer.alloc(4_000_000, 'x'));
    const { id } = await here.create(sources());
    await expect(here.restore(id, { folder: join(disk, 'back') })).rejects.toMatchObject({
      code: 'folder-full'
    });
    expect(readdirSync(disk)).toEqual([]);
    await here.dispose();
  });

  withDisk('can only be read still gives back', async () => {
    await take();
    mount('-o', 'remount,ro', disk);
    await expect(take()).rejects.toMatchObject({
      code: 'store-read-only',
      message: expect.stringMatching(
        /^The disk is read-only: .* cannot be written. Make the disk writable, or set CHARD_HOME/
      ) as string
    });
    expect(await store.list()).toHaveLength(1);
    await store.restore('latest', { folder: join(base, 'back') });
    expect(contentsOf(join(base, 'back'))).toEqual(contentsOf(data));
    expect((await store.check()).damages).toEqual([]);
  });

  withDisk('can only be read says so of a restore', async () => {
    const here = openSnapshotStore(home);
    const { id } = await here.create(sources());
    mount('-o', 'remount,ro', disk);
    await expect(here.restore(id, { folder: join(disk, 'back') })).rejects.toMatchObject({
      code: 'folder-read-only',
      message: expect.stringMatching(
        /^The disk is read-only: .* cannot be written. Make the disk writable, then go on/
      ) as string
    });
    await here.dispose();
  });

  withDisk('is gone says so', async () => {
    const { id } = await take();
    // What becomes of the folder when its disk is taken away.
    spawnSync('umount', ['-l', disk]);
    await expect(store.restore(id, { folder: join(base, 'back') })).rejects.toMatchObject({
      code: 'snapshot-unknown',
      message: `There is no snapshot ${id} in this store. It holds none: where its folder ${join(disk, 'home/snapshots')} was removed or moved, put it back.`
    });
    expect(existsSync(join(base, 'back'))).toBe(false);
  });
});

describe('a folder with', () => {
  const isRoot = process.getuid?.() === 0;
  const asAnother = isRoot ? it : it.skip;
  const why = isRoot ? '' : ' [skipped: only root can take a snapshot as another user]';

  asAnother(
    `a file and a folder without permission is taken without them, and says so${why}`,
    async () => {
      fill(data, 'x');
      mkdirSync(join(data, 'closed'));
      writeFileSync(join(data, 'closed/inner'), '');
      writeFileSync(join(data, 'secret'), 'x');
      chmodSync(join(data, 'closed'), 0o000);
      chmodSync(join(data, 'secret'), 0o000);
      chmodSync(base, 0o777);
      const { problems } = JSON.parse(
        String(await inProcess({ action: 'create', folder: data, user: 65534 }))
      ) as Snapshot;
      const message =
        'It cannot be read: permission denied. Change its permissions, or name it in .chardignore.';
      expect(problems).toEqual([
        { source: 'data', path: 'closed', code: 'unreadable', message },
        { source: 'data', path: 'secret', code: 'unreadable', message }
      ]);
    }
  );

  // A million are taken by `bench/snapshots.py memory --full`, beside restic: minutes, and gigabytes of a disk.
  it('twenty thousand files in one keeps all, and takes nothing twice', async () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `file${index}`);
    for (const name of names) writeFileSync(join(data, name), name.slice(-2));
    const {
      id,
      problems,
      sources: [source]
    } = await take();
    expect(problems).toEqual([]);
    expect(source?.counts.files).toBe(names.length);
    const page = await store.children(id, 'data', '', { limit: 10, behind: 'file9998' });
    expect(page.map(({ path }) => path)).toEqual(['file9999']);
    writeFileSync(join(data, 'file7'), 'another');
    const second = await take();
    expect(second.sources[0]?.counts.files).toBe(names.length);
    const changed: string[] = [];
    for await (const batch of store.diff(id, second.id)) {
      changed.push(...batch.map(({ path }) => path));
    }
    expect(changed).toEqual(['file7']);
    expect((await store.check()).damages).toEqual([]);
  });

  it('a path of 4,000 characters keeps it', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(199, 'x'));
    // No call takes a path as long as this one.
    const script = `import os, sys
os.chdir(sys.argv[1])
for name in sys.argv[2:]:
    os.mkdir(name)
    os.chdir(name)
open("file", "w").write("deep")`;
    spawnSync('python3', ['-c', script, data, ...names]);
    const { id, problems } = await take();
    expect(problems).toEqual([]);
    const path = [...names, 'file'].join('/');
    expect(path.length).toBeGreaterThan(4000);
    expect((await entriesOf(store, id)).at(-1)).toMatchObject({ path, kind: 'file', size: 4 });
    await store.restore(id, { folder: join(base, 'back') });
    const { stdout } = spawnSync(
      'python3',
      [
        '-c',
        `import os, sys
os.chdir(sys.argv[1])
for name in sys.argv[2:]: os.chdir(name)
print(open("file").read())`,
        join(base, 'back'),
        ...names
      ],
      { encoding: 'utf8' }
    );
    expect(stdout).toBe('deep\n');
    spawnSync('rm', ['-r', join(base, 'back'), data]);
  });

  it('loops of links and links that lead out keeps the links alone', async () => {
    symlinkSync('b', join(data, 'a'));
    symlinkSync('a', join(data, 'b'));
    symlinkSync('.', join(data, 'self'));
    symlinkSync('/etc', join(data, 'out'));
    const { id, problems } = await take();
    expect(problems).toEqual([]);
    const found = await entriesOf(store, id);
    expect(found.map(({ path, kind, target }) => [path, kind, target])).toEqual([
      ['a', 'link', 'b'],
      ['b', 'link', 'a'],
      ['out', 'link', '/etc'],
      ['self', 'link', '.']
    ]);
    await store.restore(id, { folder: join(base, 'back') });
    expect(lstatSync(join(base, 'back/out')).isSymbolicLink()).toBe(true);
  });

  it('a pipe says that it is not kept, and does not wait for it', async () => {
    spawnSync('mkfifo', [join(data, 'pipe')]);
    const { problems } = await take();
    expect(problems).toEqual([
      {
        source: 'data',
        path: 'pipe',
        code: 'unsupported',
        message: 'Sockets, pipes and devices are not kept.'
      }
    ]);
  });

  it('a file that grows while it is read comes to an end, and says so', async () => {
    const path = join(data, 'log');
    writeFileSync(path, LARGE);
    // Asked with every chunk that is read.
    const signal = Object.assign(new AbortController().signal, {
      throwIfAborted: () => appendFileSync(path, 'x')
    });
    const { id, problems } = await store.create(sources(), { signal });
    await store.dispose();
    expect(problems).toMatchObject([
      {
        path: 'log',
        code: 'changing',
        message: expect.stringMatching(/changed each of the 3 times/) as string
      }
    ]);
    await store.restore(id, { folder: join(base, 'back') });
    expect(readFileSync(join(base, 'back/log')).subarray(0, LARGE.length).equals(LARGE)).toBe(true);
  });
});

it('refuses a store of a newer version, and says what to do', async () => {
  writeFileSync(join(data, 'a'), 'a');
  await take();
  writeFileSync(join(home, 'snapshots/format.json'), '{"format":"chard-snapshots 2","version":2}');
  const newer = {
    code: 'store-newer',
    message: expect.stringMatching(
      /are of a newer Chard \(version 2 of the store; this one knows 1\)\. Update Chard/
    ) as string
  };
  await expect(take()).rejects.toMatchObject(newer);
  await expect(store.list()).rejects.toMatchObject(newer);
  await expect(store.check({ repair: true })).rejects.toMatchObject(newer);
  await expect(store.prune({ keepLast: 1 })).rejects.toMatchObject(newer);
});

it('lets processes take, restore and prune at once', async () => {
  fill(data, 'start');
  const first = await store.create(sources(), { pins: ['run:1'] });
  const work = Array.from({ length: 4 }, async (_, index) => {
    const own = join(base, `own${index}`);
    fill(own, `own ${index}`);
    for (let turn = 0; turn < 3; turn += 1) {
      writeFileSync(join(own, 'small'), `${index} ${turn}`);
      await inProcess({ action: 'create', folder: own });
      await inProcess({ action: 'prune', folder: own });
    }
  });
  for (let turn = 0; turn < 6; turn += 1) {
    const target = join(base, `back${turn}`);
    await store.restore(first.id, { folder: target });
    expect(contentsOf(target)).toEqual(contentsOf(data));
  }
  await Promise.all(work);
  expect((await store.check()).damages).toEqual([]);
  await store.prune({ keepLast: 1 });
  expect(await store.list()).toHaveLength(5);
});

it('goes on with a store that another process is just making', async () => {
  fill(data, 'text');
  const layout = new Layout(join(home, 'snapshots'));
  mkdirSync(layout.records, { recursive: true });
  expect(await store.list()).toEqual([]);
  await take();
  expect(await store.list()).toHaveLength(1);
  unlinkSync(layout.format);
  await expect(take()).rejects.toMatchObject({ code: 'store-damaged' });
});

it('takes nothing for abandoned that another process begins while it tidies up', async () => {
  fill(data, 'text');
  await take();
  const layout = new Layout(join(home, 'snapshots'));
  const locks = new Locks(layout.locks, 0);
  const begun = join(layout.staging, 'another.1');
  const left = join(layout.staging, 'dead.1');
  mkdirSync(left);
  jest.spyOn(locks, 'livingInstances').mockImplementation(() => {
    // Not at work yet when it was asked who is.
    mkdirSync(begun);
    return new Set();
  });
  new Access(layout, new Records(layout, locks.instance), locks).tidy();
  expect([existsSync(begun), existsSync(left)]).toEqual([true, false]);
});

it('waits for who uses the store alone, and says who that is', async () => {
  writeFileSync(join(data, 'a'), 'a');
  await take();
  const hurried = openSnapshotStore(home, { patience: 0 });
  const reading = store.entries('latest', 'data');
  const reader = reading[Symbol.asyncIterator]();
  await reader.next();
  await expect(hurried.prune({ keepLast: 1 })).rejects.toMatchObject({
    code: 'store-busy',
    message: expect.stringMatching(
      `The snapshots are in use: process ${process.pid} reads a snapshot`
    ) as string
  });
  await reader.return?.();
  await hurried.prune({ keepLast: 1 });
  expect(readdirSync(join(home, 'snapshots/locks'))).toEqual([]);
});

it('does not follow a folder that was replaced by a link while it restores', async () => {
  mkdirSync(join(data, 'sub'));
  writeFileSync(join(data, 'sub/file'), 'snapshot');
  const { id } = await take();
  const outside = join(base, 'outside');
  mkdirSync(outside);
  renameSync(join(data, 'sub'), join(base, 'moved'));
  symlinkSync(outside, join(data, 'sub'));
  const report = await store.restore(id, { inPlace: true });
  expect(readdirSync(outside)).toEqual([]);
  expect(report.problems.map(({ path, code }) => [path, code])).toEqual([
    ['sub', 'blocked'],
    ['sub/file', 'refused']
  ]);
});
