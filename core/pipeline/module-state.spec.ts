import { CaseBuilder } from '../testing/dataflow/builder';
import type { LocalModules } from './modules';

const builder = new CaseBuilder();

function found(cells: string, modules?: LocalModules): string[] {
  return builder
    .build(cells, modules && { modules })
    .diagnostics.filter(({ code }) => code === 'module-state')
    .map(({ severity, step, line, message }) => `${severity} ${step}:${line} ${message}`);
}

const REST =
  'changes what the module pandas keeps in itself. Every step loads its modules anew: step "b", which uses it too, does not see that. Put the line into an imports cell, or do it in each of these steps.';

test('an option that a later step would have in the notebook', () => {
  const cells = `-- @imports
import pandas as pd
-- a
x = 1
pd.set_option("display.max_rows", 5)
-- b after a
print(pd.Series([x]))`;
  expect(found(cells)).toEqual([`warning a:2 pandas.set_option ${REST}`]);
});

test('an attribute of a module counts like a call, and several settings of one module are said once', () => {
  const cells = `-- a
import pandas as pd
pd.options.display.max_rows = 5
pd.set_option("display.max_columns", 5)
-- b after a
import pandas
print(pandas.Series([1]))
-- c after b
print(pandas.Series([2]))`;
  expect(found(cells)).toEqual([
    `warning a:2 pandas.options.display ${REST.replace('"b",', '"b" (and 1 more),')}`
  ]);
});

test('where nobody else uses the module it is only said; in an imports cell it holds for all', () => {
  expect(
    found('-- a\nimport pandas as pd\npd.set_option("display.max_rows", 5)\n-- b\nx = 1')
  ).toEqual([
    'info a:2 pandas.set_option changes what the module pandas keeps in itself. Every step loads its modules anew, so other steps do not see it.'
  ]);
  const shared =
    '-- @imports\nimport pandas as pd\npd.set_option("display.max_rows", 5)\n-- b\npd.Series()';
  expect(found(shared)).toEqual([]);
});

test('a style of one library is a setting of those that draw with it', () => {
  const cells = `-- @imports
import seaborn as sns
import matplotlib.pyplot as plt
-- a
sns.set_theme()
-- b
plt.plot([1])`;
  expect(found(cells)).toHaveLength(1);
  expect(found(cells)[0]).toMatch(/^warning a:1 seaborn\.set_theme .*step "b"/);
});

describe('of local modules', () => {
  const source = `
seen = []
count = 0
limits = {"a": 1}
def count_up():
    global count
    count += 1
def note(x):
    _note(x)
def _note(x):
    seen.append(x)
def limit(x):
    limits["a"] = x
def pure(seen):
    seen.append(1)
    local = {}
    local["a"] = 1
    return limits["a"]
`;
  const modules: LocalModules = new Map([['helper', { path: 'helper.py', source }]]);
  const calling = (call: string): string[] =>
    found(`-- a\nimport helper\n${call}\n-- b after a\nprint(helper.seen)`, modules);

  test.each(['helper.count_up()', 'helper.note(1)', 'helper.limit(3)', 'helper.count += 1'])(
    '%s',
    call => {
      expect(calling(call)).toHaveLength(1);
      expect(calling(call)[0]).toMatch(/^warning a:2 helper/);
    }
  );

  test('a function that only uses what it is given changes nothing', () => {
    expect(calling('helper.pure([])')).toEqual([]);
  });
});
