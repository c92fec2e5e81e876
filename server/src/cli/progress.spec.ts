import { initialRunState, type RunEventBody } from '@chard/core/run';
import { showProgress } from './progress';
import type { Terminal } from './terminal';

jest.useFakeTimers();

/** A terminal that keeps what is on its screen, as far as the live view's two commands go. */
function screen(rows: number, live = true) {
  let lines = [''];
  const terminal: Terminal = {
    out: () => undefined,
    err(text) {
      // eslint-disable-next-line no-control-regex -- the escape character is what a command begins with
      const up = /^\r\u001b\[(\d+)A\u001b\[J/.exec(text);
      if (up !== null) {
        lines = [...lines.slice(0, lines.length - 1 - Number(up[1])), ''];
      }
      const written = text.slice(up?.[0].length ?? 0).split('\n');
      lines = [
        ...lines.slice(0, -1),
        (lines.at(-1) ?? '') + (written[0] ?? ''),
        ...written.slice(1)
      ];
    },
    paint: { out: (_, text) => text, err: (_, text) => text },
    live,
    columns: 40,
    rows
  };
  return { terminal, shown: () => lines.map(line => line.trimEnd()) };
}

function follow(terminal: Terminal, names: readonly string[]) {
  const progress = showProgress(terminal, () => 2000, initialRunState);
  let seq = 0;
  const tell = (body: RunEventBody) => progress.add({ seq: (seq += 1), time: 1000, ...body });
  tell({
    type: 'run-created',
    run: 'r1',
    pipeline: 'digits',
    notebook: { path: '/n.ipynb', sha256: '' },
    parameters: {},
    options: { cache: true, from: null, only: null, base: null },
    steps: names.map(name => ({ name, cells: [0], after: [] }))
  });
  tell({ type: 'run-started', pid: 1 });
  return { progress, tell };
}

const started = (step: string): RunEventBody => ({
  type: 'step-started',
  step,
  attempt: 1,
  pid: 2
});
const reused = (step: string): RunEventBody => ({
  type: 'step-finished',
  step,
  attempt: 1,
  state: 'succeeded',
  cached: true,
  why: '',
  reusedFrom: 'r0',
  values: [],
  error: null,
  resources: null
});
const warning: RunEventBody = {
  type: 'warning',
  step: 'load',
  code: 'some-code',
  message: 'look here',
  cell: null
};

it('draws the run over itself, within the width, and leaves warnings below', () => {
  const { terminal, shown } = screen(24);
  const { progress, tell } = follow(terminal, ['load', 'train']);
  jest.advanceTimersByTime(100);
  expect(shown()).toEqual(['digits run r1', '  ·  load', '  ·  train', '']);
  tell(reused('load'));
  tell(warning);
  tell(started('train'));
  jest.advanceTimersByTime(100);
  progress.end();
  expect(shown().slice(0, 2)).toEqual(['digits run r1', '  ✓  load   reused']);
  expect(shown()[2]).toMatch(/^ {2}▸ {2}train {2}1\.0 s {3}━+…$/);
  expect(shown()[2]?.length).toBeLessThan(40);
  expect(shown().slice(3)).toEqual(['warning: load: look here', '']);
});

it('shows what matters of more steps than there are lines, and all of them in the end', () => {
  const names = Array.from({ length: 50 }, (_, index) => `s${index}`);
  const { terminal, shown } = screen(8);
  const { progress, tell } = follow(terminal, names);
  tell(reused('s0'));
  tell(started('s30'));
  jest.advanceTimersByTime(100);
  expect(shown()).toHaveLength(8);
  expect(shown().map(line => line.slice(0, 9).trim())).toEqual([
    'digits ru',
    '✓  s0',
    '·  s1',
    '·  s2',
    '·  s3',
    '▸  s30',
    '1 of 50',
    ''
  ]);
  progress.end();
  expect(shown()).toHaveLength(52);
});

it('tells each change on a line of its own where lines cannot be drawn over', () => {
  const { terminal, shown } = screen(24, false);
  const { progress, tell } = follow(terminal, ['load', 'train']);
  tell(reused('load'));
  tell(warning);
  tell(started('train'));
  progress.end();
  expect(shown()).toEqual([
    'digits: run r1 started',
    'load: reused',
    'warning: load: look here',
    'train: started',
    ''
  ]);
});
