import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunEvent } from '@chard/core/run';
import { Chard } from './testing/chard';
import { ListDocument, LogsDocument, readDocument, RunDocument } from './testing/documents';
import { cell, notebookText, writeNotebook, type Cell } from './testing/notebooks';

jest.setTimeout(120_000);

let chard: Chard;
/** Steps append a line here each time they run; outside of every notebook's folder. */
let counts: string;
/** Steps that wait do so until there is this file. */
let gate: string;

/** Python that says on the counter that `step` runs. */
const count = (step: string) => `open(${JSON.stringify(counts)}, "a").write("${step}\\n")`;
/** Python that waits for the gate. */
const wait = () =>
  `import os, time\nwhile not os.path.exists(${JSON.stringify(gate)}): time.sleep(0.01)`;

function counted(): Record<string, number> {
  const lines = existsSync(counts) ? readFileSync(counts, 'utf8').split('\n').filter(Boolean) : [];
  return Object.fromEntries(
    [...new Set(lines)].map(step => [step, lines.filter(line => line === step).length])
  );
}

/** Gives the notebook to come a counter and a gate of its own. */
function place(name: string): void {
  counts = join(chard.folder, `${name}.counts`);
  gate = join(chard.folder, `${name}.gate`);
}

function notebook(name: string, cells: readonly Cell[]): string {
  return writeNotebook(chard.folder, name, notebookText(cells));
}

const openGate = () => writeFileSync(gate, '');

const eventOf = (line: string) => RunEvent.parse(JSON.parse(line));

/** Until no process of a step is there any more; one that stays makes the test time out. */
async function allGone(): Promise<void> {
  while (chard.leftBehind().length > 0) {
    await new Promise(resume => setTimeout(resume, 20));
  }
}

beforeAll(() => {
  chard = new Chard();
});

afterAll(() => chard.remove());

describe('a failing step', () => {
  let failing: string;

  beforeAll(() => {
    place('failing');
    failing = notebook('failing', [
      cell('step:load', `${count('load')}\nitems = [1, 2, 0]\nprint("loaded")`),
      cell('step:divide prev:load', 'inverse = [\n    1 / item\n    for item in items\n]'),
      cell('step:report prev:divide', 'print(inverse)')
    ]);
  });

  it('is told with the cell and line first, the traceback, and what to do next', async () => {
    const { code, out, err } = await chard.run(['run', failing]);
    expect(code).toBe(1);
    const [id] = /\d{8}-\d{6}-\w{6}/.exec(err) ?? [''];
    expect(out).toMatch(
      /^\nfailing failed in .* \(run \S+\)\n\nstep divide, cell 1, line 2: ZeroDivisionError: division by zero\n\n/
    );
    expect(out).toContain('----> 2     1 / item\n');
    expect(out).not.toContain('chard_runner');
    expect(err).toContain('divide: failed in ');
    expect(err).toContain('report: skipped\n');
    expect(err).toContain(`\n  chard runs exec ${id} --step divide --before -c 'dir()'\n`);
    expect(err).toContain(`\n  chard run ${failing}\n      after a change to the notebook: `);
    expect(err).toContain(`\n  chard runs retry ${id}\n      without one: `);
    expect(chard.leftBehind()).toEqual([]);
  });

  it('can be looked into with what it got', async () => {
    const { code, out } = await chard.run([
      ...['runs', 'exec', 'latest', '--step', 'divide', '--before', '-c', 'items.index(0)']
    ]);
    expect([code, out]).toEqual([0, '2\n']);
    const after = await chard.run(['runs', 'exec', 'latest', '--step', 'divide', '-c', '1']);
    expect(after.code).toBe(1);
    expect(after.err).toMatch(/^chard: The step "divide" is failed in the run .*--before/);
  });

  it('fails again in a retry, which runs nothing else again', async () => {
    const { code, out } = await chard.run(['runs', 'retry', 'latest', '--json']);
    const document = readDocument({ out, err: '' }, RunDocument);
    expect(code).toBe(1);
    expect(document.error).toMatchObject({
      step: 'divide',
      cell: 1,
      line: 2,
      type: 'ZeroDivisionError'
    });
    expect(document.steps.map(({ state }) => state)).toEqual(['succeeded', 'failed', 'skipped']);
    expect(counted()).toEqual({ load: 1 });
  });

  it('says in a retry after an edit that the old code is run, and what runs the new one', async () => {
    const [id] = /\d{8}-\d{6}-\w{6}/.exec((await chard.run(['runs', 'list'])).out) ?? [''];
    const mended = [
      cell('step:load', `${count('load')}\nitems = [1, 2, 0]\nprint("loaded")`),
      cell('step:divide prev:load', 'inverse = [1 / item for item in items if item]'),
      cell('step:report prev:divide', 'print(inverse)')
    ];
    const before = readFileSync(failing);
    notebook('failing', mended);
    try {
      const retry = await chard.run(['runs', 'retry', id]);
      expect(retry.code).toBe(1);
      expect(retry.err).toMatch(
        /^The notebook has changed since this run began: changed "divide"\.\nThe retry runs it as it was then\./
      );
      expect(retry.err).toContain(`To run it as it is now:\n  chard run ${failing}\n`);
      const shown = await chard.run(['runs', 'show', id]);
      expect(shown.err).toMatch(/^\nThe notebook has changed since this run began: /);
      const again = readDocument(await chard.run(['run', failing, '--json']), RunDocument);
      expect(again.steps.map(({ name, cached }) => [name, cached])).toEqual([
        ['load', true],
        ['divide', false],
        ['report', false]
      ]);
      expect(counted()).toEqual({ load: 1 });
      await chard.run(['runs', 'delete', again.id]);
    } finally {
      writeFileSync(failing, before);
    }
  });

  it('leaves its traceback in the log', async () => {
    const { logs } = readDocument(
      await chard.run(['runs', 'logs', 'latest', '--json']),
      LogsDocument
    );
    expect(logs.map(({ step, stream }) => [step, stream])).toContainEqual(['divide', 'error']);
    expect((await chard.run(['runs', 'logs', 'latest', '--step', 'load'])).out).toBe('loaded\n');
  });
});

describe('a run that goes on', () => {
  const cells = (): Cell[] => [
    cell('step:first', `${count('first')}\nx = 1\nprint("one")`),
    cell('step:second prev:first', `${count('second')}\n${wait()}\ny = x + 1\nprint("two")`),
    cell('step:third prev:second', `${count('third')}\nz = y + 1`),
    cell('pipeline-metrics', 'print("z", z)')
  ];

  function waiting(name: string): string {
    place(name);
    return notebook(name, cells());
  }

  /** Starts a run and sends the signal as soon as an event of `type` about `step` comes. */
  function signalAt(path: string, signal: NodeJS.Signals, type: string, step?: string) {
    let sent = false;
    return chard.run(['run', path, '--json', '--follow'], {
      onLine(line, child) {
        const event = eventOf(line);
        const about = 'step' in event ? event.step : undefined;
        if (!sent && event.type === type && (step === undefined || about === step)) {
          sent = true;
          child.kill(signal);
        }
      }
    });
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'is cancelled by %s, and can be gone on with',
    async signal => {
      const result = await signalAt(waiting(`stopped-${signal}`), signal, 'cell-started', 'second');
      expect(result.code).toBe(130);
      expect(eventOf(result.out.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
        type: 'run-finished',
        state: 'cancelled'
      });
      expect(chard.leftBehind()).toEqual([]);
      openGate();
      const retried = await chard.run(['runs', 'retry', 'latest', '--json']);
      expect(readDocument(retried, RunDocument)).toMatchObject({
        state: 'succeeded',
        metrics: { z: 3 }
      });
      expect(retried.code).toBe(0);
      expect(counted()).toEqual({ first: 1, second: expect.any(Number) as number, third: 1 });
      const again = await chard.run(['runs', 'retry', 'latest']);
      expect([again.code, again.err]).toEqual([
        1,
        expect.stringMatching(/^chard: The run \S+ has succeeded/)
      ]);
    }
  );

  it('is cancelled from another process, while a third one follows its log', async () => {
    const path = waiting('cancelled');
    let asked: Promise<unknown> | undefined;
    const followed: Promise<{ out: string }>[] = [];
    const result = await chard.run(['run', path, '--json', '--follow'], {
      onLine(line) {
        const event = eventOf(line);
        if (event.type === 'cell-started' && event.step === 'second' && asked === undefined) {
          followed.push(chard.run(['runs', 'logs', 'latest', '--follow', '--json']));
          asked = chard
            .run(['runs', 'cancel', 'latest'])
            .then(({ out }) => expect(out).toMatch(/^Asked the run \S+ to end\.\n$/));
        }
      }
    });
    await asked;
    expect(result.code).toBe(1);
    expect(chard.leftBehind()).toEqual([]);
    const [log] = await Promise.all(followed);
    const entries = (log?.out ?? '')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as unknown);
    expect(entries[0]).toMatchObject({ step: 'first', stream: 'stdout', text: 'one\n' });
    const over = await chard.run(['runs', 'cancel', 'latest']);
    expect([over.code, over.out]).toEqual([
      0,
      expect.stringMatching(/is over already: cancelled\.\n$/)
    ]);
  });

  it.each([
    ['run-started', undefined],
    ['step-started', 'first'],
    ['step-finished', 'first'],
    ['cell-started', 'second']
  ])('killed at %s %s is interrupted; a retry runs no finished step twice', async (type, step) => {
    const path = waiting(`killed-${type}`);
    const killed = await signalAt(path, 'SIGKILL', type, step);
    expect(killed.signal).toBe('SIGKILL');
    await allGone();
    const finished = killed.out
      .split('\n')
      .filter(Boolean)
      .map(eventOf)
      .flatMap(event => (event.type === 'step-finished' ? [event.step] : []));
    const { runs } = readDocument(await chard.run(['runs', 'list', '--json']), ListDocument);
    expect(runs[0]).toMatchObject({ notebook: path, state: 'interrupted' });

    openGate();
    const retried = await chard.run(['runs', 'retry', 'latest', '--json']);
    expect(readDocument(retried, RunDocument)).toMatchObject({
      state: 'succeeded',
      metrics: { z: 3 }
    });
    for (const name of finished) {
      expect(counted()[name]).toBe(1);
    }
    expect(chard.leftBehind()).toEqual([]);
  });

  it('is one of two that go on at once in one store', async () => {
    const one = waiting('one-of-two');
    openGate();
    const other = waiting('other-of-two');
    openGate();
    const results = await Promise.all([
      chard.run(['run', one, '--json']),
      chard.run(['run', other, '--json']),
      chard.run(['run', one, '--no-cache', '--json'])
    ]);
    const documents = results.map(result => readDocument(result, RunDocument));
    expect(documents.map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(new Set(documents.map(({ id }) => id)).size).toBe(3);
  });
});

describe('what a step takes from its folder', () => {
  it('is part of what decides whether it runs again', async () => {
    place('table');
    const path = notebook('table', [cell('step:read', 'rows = open("table.csv").read().split()')]);
    const table = join(chard.folder, 'table/table.csv');
    writeFileSync(table, '1 2 3');
    await chard.run(['run', path]);
    writeFileSync(table, '1 2 4');
    const again = readDocument(await chard.run(['run', path, '--json']), RunDocument);
    expect(again.steps[0]).toMatchObject({ name: 'read', state: 'succeeded', cached: false });
    expect(again.steps[0]?.why).toMatch(/table\.csv/);
    const shown = await chard.run(['runs', 'show', 'latest', '--verbose']);
    expect(shown.out).toMatch(/^ {2}read .* peak, .* CPU .*table\.csv/m);
  });
});
