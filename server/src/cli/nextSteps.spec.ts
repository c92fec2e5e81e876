import { initialRunState, type RunState } from '@chard/core/run';
import { commandLine, describeChange, nextSteps } from './nextSteps';

const plain = (_: unknown, text: string) => text;
const AGAIN = ['chard', 'run', 'my notebook.ipynb'];

const failed: RunState = {
  ...initialRunState,
  id: 'r1',
  phase: 'failed',
  error: {
    step: 'Train model',
    code: 'exception',
    type: 'ValueError',
    message: 'no',
    cell: 1,
    line: 1,
    traceback: []
  }
};
const commands = (text: string) =>
  text.split('\n').flatMap(line => /^ {2}(chard .*)/.exec(line)?.[1] ?? []);

describe('what can be done after', () => {
  it('a failure: look, run the mended notebook, and only then a retry', () => {
    const text = nextSteps(failed, AGAIN, { kind: 'none' }, plain);
    expect(commands(text)).toEqual([
      "chard runs exec r1 --step 'Train model' --before -c 'dir()'",
      "chard runs logs r1 --step 'Train model'",
      "chard run 'my notebook.ipynb'",
      'chard runs retry r1'
    ]);
    expect(text).toContain('runs it as it is now');
    expect(text).toContain('tries the same code again');
  });

  it('an interruption: go on, unless the notebook has changed', () => {
    const interrupted: RunState = { ...failed, phase: 'interrupted', error: null };
    const same = nextSteps(interrupted, AGAIN, { kind: 'none' }, plain);
    expect(commands(same)).toEqual(['chard runs retry r1', "chard run 'my notebook.ipynb'"]);
    const difference = { changed: ['a'], added: [], removed: [], parameters: [] };
    const changed = nextSteps(interrupted, AGAIN, { kind: 'changed', difference }, plain);
    expect(commands(changed)).toEqual(["chard run 'my notebook.ipynb'", 'chard runs retry r1']);
    expect(changed).toMatch(/^The notebook has changed since this run began: changed "a"\.\n/);
  });

  it('a failure of the metrics: nothing of a step that has no name', () => {
    const error = { ...failed.error!, step: '@metrics' };
    expect(commands(nextSteps({ ...failed, error }, AGAIN, { kind: 'none' }, plain))).toHaveLength(
      2
    );
  });

  it('a success: nothing', () => {
    expect(nextSteps({ ...failed, phase: 'succeeded' }, AGAIN, { kind: 'none' }, plain)).toBe('');
  });
});

it('says all that is different in a notebook', () => {
  const difference = {
    changed: ['a', '@metrics'],
    added: ['b c'],
    removed: ['d'],
    parameters: ['rate']
  };
  expect(describeChange({ kind: 'changed', difference })).toBe(
    'The notebook has changed since this run began: changed "a", "metrics"; new "b c"; gone "d"; parameter "rate".'
  );
});

it('quotes what a shell would read otherwise', () => {
  expect(commandLine(['chard', 'run', "it's.ipynb", '-p', 'x=1', '$HOME', 'обучение'])).toBe(
    String.raw`chard run 'it'\''s.ipynb' -p x=1 '$HOME' 'обучение'`
  );
});
