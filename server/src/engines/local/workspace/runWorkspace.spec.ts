import { chmodSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hands, Sandbox, type TestStep } from './testing/sandbox';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.dispose());

/** A number that is never the same again: a step's output that depends on chance or the clock. */
let counter = 0;
const anew = (): string => String((counter += 1));

const load: TestStep = { run: hands => void hands.readText('data.csv') };
const train: TestStep = {
  after: ['load'],
  run: hands => hands.write('model.pkl', `model ${anew()}`)
};
const evaluate: TestStep = {
  after: ['load', 'train'],
  run: hands => hands.write('report.txt', `${hands.readText('model.pkl')} ${anew()}`)
};
const chain = { load, train, evaluate };
const all = ['load', 'train', 'evaluate'];

describe('a data file that steps read', () => {
  it('keeps results while it stays, and is named when it changes', async () => {
    sandbox.write('data.csv', '1');
    expect(await sandbox.hits({ load })).toEqual([]);
    expect(await sandbox.hits({ load })).toEqual(['load']);
    sandbox.write('data.csv', '2');
    const { load: report } = await sandbox.run({ load });
    expect(report).toMatchObject({ hit: false, why: 'data.csv changed' });
  });

  it('gives back the earlier result when it becomes what it was', async () => {
    for (const text of ['1', '2']) {
      sandbox.write('data.csv', text);
      expect(await sandbox.hits({ load })).toEqual([]);
    }
    sandbox.write('data.csv', '1');
    expect(await sandbox.hits({ load })).toEqual(['load']);
  });

  it('may be touched, or written again with the same content', async () => {
    sandbox.write('data.csv', '1');
    await sandbox.run({ load });
    utimesSync(join(sandbox.folder, 'data.csv'), 1, 1);
    expect(await sandbox.hits({ load })).toEqual(['load']);
    sandbox.write('data.csv', '1');
    expect(await sandbox.hits({ load })).toEqual(['load']);
  });

  it.each([
    [['a.csv'], 'a.csv is new'],
    [['a.csv', 'b.csv', 'c.csv', 'd.csv'], '4 files are new: a.csv, b.csv, c.csv, ...']
  ])('that is new counts as well: %j', async (paths, why) => {
    await sandbox.run({ load });
    for (const path of paths) sandbox.write(path, 'x');
    expect((await sandbox.run({ load }))['load']).toMatchObject({ hit: false, why });
  });
});

describe('what a step writes', () => {
  it('does not stand in the way of the second run', async () => {
    sandbox.write('data.csv', '1');
    expect(await sandbox.hits(chain)).toEqual([]);
    const report = sandbox.read('report.txt');
    expect(await sandbox.hits(chain)).toEqual(all);
    expect(sandbox.read('report.txt')).toBe(report);
  });

  it('does not stand in the way where it was there before the first run', async () => {
    sandbox.write('model.pkl', 'from the notebook');
    sandbox.write('report.txt', 'from the notebook');
    expect(await sandbox.hits(chain)).toEqual([]);
    expect(await sandbox.hits(chain)).toEqual(all);
  });

  it('comes back when it was removed', async () => {
    await sandbox.run(chain);
    const model = sandbox.read('model.pkl');
    sandbox.remove('model.pkl');
    expect(await sandbox.hits(chain)).toEqual(all);
    expect(sandbox.read('model.pkl')).toBe(model);
  });

  it('comes back when it was edited by hand, since the step would overwrite it', async () => {
    await sandbox.run({ train: { run: train.run } });
    const model = sandbox.read('model.pkl');
    sandbox.write('model.pkl', 'edited');
    expect(await sandbox.hits({ train: { run: train.run } })).toEqual(['train']);
    expect(sandbox.read('model.pkl')).toBe(model);
  });

  it('counts, edited by hand, for the steps that do not come after its writer', async () => {
    await sandbox.run(chain);
    sandbox.write('model.pkl', 'edited');
    const reports = await sandbox.run(chain);
    expect(reports['load']).toMatchObject({ hit: false, why: 'model.pkl is new' });
    expect(reports['train']?.hit).toBe(true);
    expect(await sandbox.hits(chain)).toEqual(all);
  });

  it('counts for the steps that come after, when it comes out differently', async () => {
    await sandbox.run(chain);
    const other = { ...train, code: 'other' };
    expect(await sandbox.hits({ load, train: other, evaluate })).toEqual(['load']);
    expect(await sandbox.hits(chain)).toEqual(all);
  });

  it('counts not, when a step that is run again writes the same', async () => {
    const same: TestStep = { ...train, run: hands => hands.write('model.pkl', 'same') };
    await sandbox.run({ load, train: same, evaluate });
    expect(await sandbox.hits({ load, train: { ...same, code: 'other' }, evaluate })).toEqual([
      'load',
      'evaluate'
    ]);
  });

  it('may be read back by the step itself', async () => {
    const step: TestStep = {
      run: hands => {
        hands.write('a.txt', anew());
        hands.readText('a.txt');
      }
    };
    await sandbox.run({ step });
    expect(await sandbox.hits({ step })).toEqual(['step']);
  });

  it('is reused though the step made and removed a temporary file, and an empty folder', async () => {
    const step: TestStep = {
      run: hands => {
        hands.write('tmp/scratch', 'x');
        hands.remove('tmp/scratch');
      }
    };
    await sandbox.run({ step });
    sandbox.remove('tmp');
    expect(await sandbox.hits({ step })).toEqual(['step']);
  });

  it('keeps its permissions and links', async () => {
    const step: TestStep = {
      run: hands => {
        hands.write('run.sh', 'echo');
        chmodSync(join(hands.folder, 'run.sh'), 0o750);
        symlinkSync('run.sh', join(hands.folder, 'link'));
      }
    };
    const { step: first } = await sandbox.run({ step });
    expect(first?.refused).toBeNull();
    sandbox.remove('run.sh');
    sandbox.remove('link');
    expect(await sandbox.hits({ step })).toEqual(['step']);
    expect(sandbox.read('link')).toBe('echo');
  });
});

describe('a step that builds on what it writes', () => {
  it('runs each time when it appends', async () => {
    const log: TestStep = { run: hands => hands.append('log.txt', 'line\n') };
    await sandbox.run({ load, log });
    for (const lines of [2, 3, 4]) {
      const reports = await sandbox.run({ load, log });
      expect(reports['load']?.hit).toBe(true);
      expect(reports['log']).toMatchObject({ hit: false });
      expect(sandbox.read('log.txt')).toBe('line\n'.repeat(lines));
    }
    const { log: report } = await sandbox.run({ load, log });
    expect(report?.why).toContain('log.txt');
  });

  it('is found out when its audit shows writing only', async () => {
    sandbox.write('log.txt', 'line\n');
    const log: TestStep = {
      run: hands => hands.write('log.txt', `${sandbox.read('log.txt')}line\n`)
    };
    await sandbox.run({ log });
    expect(await sandbox.hits({ log })).toEqual([]);
  });

  it('is reused once it changes nothing any more', async () => {
    const normalise: TestStep = {
      run: hands => hands.write('data.csv', (hands.readText('data.csv') ?? '').toLowerCase())
    };
    sandbox.write('data.csv', 'ABC');
    expect(await sandbox.hits({ normalise })).toEqual([]);
    expect(await sandbox.hits({ normalise })).toEqual([]);
    expect(await sandbox.hits({ normalise })).toEqual(['normalise']);
  });

  it('is reused when it adds to what a step above made', async () => {
    const steps: Record<string, TestStep> = {
      make: { run: hands => hands.write('log.txt', `made ${anew()}\n`) },
      add: { after: ['make'], run: hands => hands.append('log.txt', `added ${anew()}\n`) }
    };
    await sandbox.run(steps);
    const text = sandbox.read('log.txt');
    expect(await sandbox.hits(steps)).toEqual(['make', 'add']);
    expect(sandbox.read('log.txt')).toBe(text);
  });

  it('removes again what it removed', async () => {
    const clean: TestStep = {
      run: hands => (sandbox.read('old.txt') ? hands.remove('old.txt') : undefined)
    };
    sandbox.write('old.txt', 'x');
    await sandbox.run({ clean });
    sandbox.write('old.txt', 'x');
    expect(await sandbox.hits({ clean })).toEqual(['clean']);
    expect(sandbox.read('old.txt')).toBeNull();
    sandbox.write('old.txt', 'another');
    expect(await sandbox.hits({ clean })).toEqual([]);
  });
});

describe('writing that the audit hook does not see', () => {
  it('is reused from the third run on, where it always writes the same', async () => {
    const steps: Record<string, TestStep> = {
      load,
      save: { after: ['load'], run: hands => hands.writeUnseen('model.json', 'same') }
    };
    expect(await sandbox.hits(steps)).toEqual([]);
    expect(await sandbox.hits(steps)).toEqual(['load']);
    expect(await sandbox.hits(steps)).toEqual(['load', 'save']);
    sandbox.remove('model.json');
    expect(await sandbox.hits(steps)).toEqual(['load', 'save']);
    expect(sandbox.read('model.json')).toBe('same');
  });

  it('never makes a replay undo what a person edited meanwhile', async () => {
    sandbox.write('notes.md', 'one');
    const step: TestStep = { run: () => writeFileSync(join(sandbox.folder, 'notes.md'), 'two!') };
    const idle: TestStep = { run: () => undefined };
    const first = await sandbox.run({ step });
    expect(first['step']?.refused).toContain('notes.md changed while it ran');
    sandbox.write('notes.md', 'one');
    await sandbox.run({ step: idle });
    expect(sandbox.read('notes.md')).toBe('one');
  });
});

describe('.chardignore', () => {
  it('leaves files out of keys and of what is kept', async () => {
    sandbox.write('.chardignore', '# notes\n*.md\nscratch/\n');
    const step: TestStep = { run: hands => hands.write('scratch/x', anew()) };
    await sandbox.run({ step });
    sandbox.write('notes.md', 'x');
    sandbox.write('scratch/y', 'y');
    sandbox.remove('scratch/x');
    expect(await sandbox.hits({ step })).toEqual(['step']);
    expect(sandbox.read('scratch/x')).toBeNull();
    sandbox.write('notes.txt', 'x');
    expect(await sandbox.hits({ step })).toEqual([]);
  });

  it.each([
    '.git/HEAD',
    '.venv/x',
    'a/__pycache__/x.pyc',
    'node_modules/a/b',
    '.ipynb_checkpoints/n',
    'n-step.state.ipynb'
  ])('is not needed for %s', async path => {
    await sandbox.run({ load });
    sandbox.write(path, 'x');
    expect(await sandbox.hits({ load })).toEqual(['load']);
  });

  it('can take a default back', async () => {
    sandbox.write('.chardignore', '!.cache/\n');
    await sandbox.run({ load });
    sandbox.write('.cache/data', 'x');
    expect(await sandbox.hits({ load })).toEqual([]);
  });
});

describe('files outside the folder', () => {
  it('that were read are checked again', async () => {
    const outside = join(sandbox.root, 'outside.csv');
    writeFileSync(outside, '1');
    utimesSync(outside, 1, 1);
    const step: TestStep = { run: hands => void hands.readText('../outside.csv') };
    expect((await sandbox.run({ step }))['step']?.refused).toBeNull();
    expect(await sandbox.hits({ step })).toEqual(['step']);
    writeFileSync(outside, '2');
    const { step: report } = await sandbox.run({ step });
    expect(report).toMatchObject({ hit: false, why: `${outside} changed` });
  });

  it('that were looked for in vain count when they come', async () => {
    const step: TestStep = { run: hands => void hands.readText('../outside.csv') };
    await sandbox.run({ step });
    expect(await sandbox.hits({ step })).toEqual(['step']);
    writeFileSync(join(sandbox.root, 'outside.csv'), '2');
    expect(await sandbox.hits({ step })).toEqual([]);
  });

  it('that were written hold the result as long as they stay', async () => {
    const step: TestStep = { run: hands => hands.write('../out.csv', '1') };
    await sandbox.run({ step });
    expect(await sandbox.hits({ step })).toEqual(['step']);
    writeFileSync(join(sandbox.root, 'out.csv'), 'other');
    expect(await sandbox.hits({ step })).toEqual([]);
  });

  it('that it builds on keep it from being reused', async () => {
    const step: TestStep = { run: hands => hands.append('../out.csv', '1') };
    expect((await sandbox.run({ step }))['step']?.refused).toContain('which it also reads');
  });
});

describe('steps side by side', () => {
  const names = { a: {}, b: {}, c: { after: ['a', 'b'] } };

  it('keep their own files where the audit hook saw them', async () => {
    const workspace = await sandbox.open(names);
    const [a, b] = [new Hands(sandbox.folder), new Hands(sandbox.folder)];
    await workspace.started('a');
    await workspace.started('b');
    a.write('a.txt', 'a');
    b.write('b.txt', 'b');
    const first = await workspace.finished('b', b.seen(), true);
    const second = await workspace.finished('a', a.seen(), true);
    expect(first).toMatchObject({
      reusable: { ok: true },
      files: { written: [{ path: 'b.txt' }] }
    });
    expect(second).toMatchObject({
      reusable: { ok: true },
      files: { written: [{ path: 'a.txt' }] }
    });
    const next = await sandbox.open(names);
    expect(await next.check('b', first.files)).toEqual({ ok: true });
    expect([...(await workspace.view('c')).files.keys()].sort()).toEqual(['a.txt', 'b.txt']);
  });

  it('are not reused where nobody was seen to write, not even the one that ended first', async () => {
    const workspace = await sandbox.open(names);
    const [a, b] = [new Hands(sandbox.folder), new Hands(sandbox.folder)];
    await workspace.started('a');
    await workspace.started('b');
    a.writeUnseen('x.bin', 'x');
    const first = await workspace.finished('b', b.seen(), true);
    const second = await workspace.finished('a', a.seen(), true);
    expect(second.reusable).toEqual({
      ok: false,
      why: 'x.bin changed while a and b ran, and nothing tells which of them wrote it'
    });
    const next = await sandbox.open(names);
    const verdict = await next.check('b', first.files);
    expect(verdict.ok ? '' : verdict.why).toContain('x.bin');
  });

  it('that write the same file are not reused', async () => {
    const steps: Record<string, TestStep> = {
      a: { run: hands => hands.write('same.txt', 'a') },
      b: { run: hands => hands.write('same.txt', 'b') }
    };
    const reports = await sandbox.run(steps);
    expect(reports['b']?.refused).toBe(
      'same.txt is also written by the step a, and neither is declared to come first'
    );
    expect((await sandbox.run(steps))['a']).toMatchObject({
      hit: false,
      why: 'same.txt is also written by the step b, and neither is declared to come first'
    });
  });

  it('that write the same file one after the other are reused, and the last one wins', async () => {
    const steps: Record<string, TestStep> = {
      a: { run: hands => hands.write('same.txt', `a ${anew()}`) },
      b: { after: ['a'], run: hands => hands.write('same.txt', `b ${anew()}`) }
    };
    await sandbox.run(steps);
    const text = sandbox.read('same.txt');
    expect(await sandbox.hits(steps)).toEqual(['a', 'b']);
    expect(sandbox.read('same.txt')).toBe(text);
  });

  it('are not reused where one reads what the other has just written', async () => {
    const steps: Record<string, TestStep> = {
      a: { run: hands => hands.write('x.txt', 'x') },
      b: { run: hands => void hands.readText('x.txt') }
    };
    expect((await sandbox.run(steps))['b']?.refused).toBe(
      'it read x.txt, which the step a wrote without being declared to come before'
    );
  });
});

describe('a folder', () => {
  it('with too many files lets nothing be reused, and says why', async () => {
    for (const name of ['a', 'b', 'c']) sandbox.write(name, name);
    const workspace = await sandbox.open({ step: {} }, { files: 2 });
    expect(workspace.reusable).toMatchObject({ ok: false });
    await workspace.started('step');
    const { reusable } = await workspace.finished('step', { read: [], written: [] }, true);
    expect(reusable.ok ? '' : reusable.why).toContain('more than 2 files');
  });

  it('that has gone while a step ran is no reason to lose the step', async () => {
    const step: TestStep = { run: () => sandbox.remove('') };
    sandbox.write('a', 'a');
    expect((await sandbox.run({ step }))['step']).toMatchObject({
      hit: false,
      refused: 'a changed while it ran, and it was not seen to write it'
    });
  });

  it('of a resumed run shows what its finished steps left', async () => {
    const workspace = await sandbox.open(chain);
    await workspace.started('train');
    const hands = new Hands(sandbox.folder);
    hands.write('model.pkl', 'm');
    const { files } = await workspace.finished('train', hands.seen(), true);
    const view = await workspace.view('evaluate');
    const resumed = await sandbox.open(chain);
    resumed.adopt('train', JSON.parse(JSON.stringify(files)));
    expect((await resumed.view('evaluate')).digest).toBe(view.digest);
    expect(view.files.has('model.pkl')).toBe(true);
  });

  const unlessRoot = process.getuid?.() === 0 ? it.skip : it;
  unlessRoot('lists what cannot be read', async () => {
    sandbox.write('secret', 'x');
    chmodSync(join(sandbox.folder, 'secret'), 0);
    const workspace = await sandbox.open({ step: {} });
    await workspace.view('step');
    expect(workspace.problems).toMatchObject([{ path: 'secret' }]);
  });
});
