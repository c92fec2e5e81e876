import { annotate, parseNotebook } from '../notebook';
import { CaseBuilder } from '../testing/dataflow/builder';
import { notebookText } from '../testing/notebook/build';
import { buildPipeline, type BuildResult } from '.';

const builder = new CaseBuilder();

/** Each cell: its tags, a blank line, its source. */
function build(...cells: string[]): BuildResult {
  const drafts = cells.map(text => {
    const [tags = '', source = ''] = text.split('\n', 2);
    return { tags: tags.split(', ').filter(Boolean), source };
  });
  const { notebook } = parseNotebook(notebookText(drafts));
  if (!notebook) throw new Error('the cells make no notebook');
  const { analyser } = builder;
  return buildPipeline({
    notebook: annotate(notebook),
    analyser,
    modules: new Map(),
    name: 'inline'
  });
}

const codes = (...cells: string[]) => build(...cells).diagnostics.map(({ code }) => code);

describe('one mistake is one diagnostic', () => {
  test.each<[string, string, ...string[]]>([
    ['a misspelt step', 'misspelt-tag', 'steps:load\nx = 1', 'step:show, prev:load\nprint(x)'],
    [
      'a misspelt step between others',
      'misspelt-tag',
      'step:load\nx = 1',
      'Step: clean, prev:load\nx = x + 1',
      'step:show, prev:clean\nprint(x)'
    ],
    ['a misspelt role', 'misspelt-tag', 'import\nimport math', 'step:show\nprint(math.pi)'],
    [
      'a misspelt keyword of a dependency',
      'misspelt-tag',
      'step:load\nx = 1',
      'step:show, prev :load\nprint(x)'
    ],
    [
      'a misspelt name of a dependency',
      'unknown-dependency',
      'step:load\nx = 1\nw = 2',
      'step:clean, prev:load\ny = x',
      'step:show, prev:claen\nprint(x, y)'
    ],
    [
      'an invalid name',
      'invalid-name',
      'step:load/all\nx = 1',
      'step:show, prev:load all\nprint(x)'
    ],
    [
      'a dependency on a later step',
      'dependency-on-later-step',
      'step:show, prev:load\nprint(x)',
      'step:load\nx = 1'
    ]
  ])('%s', (_, code, ...cells) => {
    expect(codes(...cells)).toEqual([code]);
  });

  test('a dependency on a skipped step', () => {
    expect(codes('skip, step:load\nx = 1', 'step:show, prev:load\nprint(x)')).toEqual([
      'skipped-step',
      'unknown-dependency'
    ]);
  });

  test('a dependency that cannot be guessed: what is used tells which one was meant', () => {
    const cells = ['step:load\nx = 1', 'step:show, prev:xyzzy\nprint(x)'];
    expect(codes(...cells)).toEqual(['unknown-dependency', 'missing-dependency']);
  });

  test('an invalid name has no fix that writes it elsewhere', () => {
    const { diagnostics } = build('step:load/all\nx = 1', 'step:show\nprint(x)');
    expect(diagnostics).toMatchObject([
      { code: 'invalid-name' },
      { code: 'missing-dependency', fixes: [] }
    ]);
  });
});

test('what the tags mean is what the pipeline is: a misspelt tag changes nothing but the warning', () => {
  const right = ['imports\nimport math', 'step:load\nx = 1', 'step:show, prev:load\nprint(x)'];
  const misspelt = ['import\nimport math', 'steps:load\nx = 1', 'STEP:show, prev :load\nprint(x)'];
  expect(build(...misspelt).pipeline).toEqual(build(...right).pipeline);
  expect(codes(...right)).toEqual([]);
});
