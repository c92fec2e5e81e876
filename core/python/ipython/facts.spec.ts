import type { IPythonConstruct } from './model';
import { originalPosition, originalRange } from './sourceMap';
import { transformCell } from './transformCell';

function only(source: string): IPythonConstruct {
  const { constructs } = transformCell(source);
  expect(constructs).toHaveLength(1);
  return constructs[0]!;
}

describe('what magics do to names', () => {
  test.each<[string, Partial<IPythonConstruct>]>([
    ['!ls {folder} $x.y', { mayRead: ['folder', 'x'], binds: [] }],
    ["!awk '{print $1}' {name}", { mayRead: [] }],
    ['!echo \'$x\' "$y"', { mayRead: ['y'] }],
    ['!echo {{x}} $$y', { mayRead: [] }],
    ['!echo {d["k"]} {[a for a in b]}', { mayRead: ['d', 'b'] }],
    ['%%bash --out x --err=y\nls {z}', { binds: ['x', 'y'], mayRead: [], body: 'text' }],
    ['%%sx --out x\nls {z}', { binds: ['x'], mayRead: ['z'] }],
    ['%%script --bg --proc p bash\nx', { binds: ['p'] }],
    ['%%capture out\nx = 1', { binds: ['out'], body: 'python' }],
    ['%%capture out\nx = 1;', { binds: [], mayBind: ['out'] }],
    ['%%time\nx = 1', { binds: [], body: 'python', concern: null }],
    ['%%timeit -v r\nx = 1', { binds: ['r'], body: 'python' }],
    ['%%writefile {name}.py\nx = 1', { mayRead: ['name'], binds: [], body: 'text' }],
    ['%%html\n{x}', { mayRead: [], body: 'text' }],
    ['%store -r x y', { mayBind: ['x', 'y'], runsUnknownCode: false }],
    ['%store x', { reads: ['x'] }],
    ['%store -r', { runsUnknownCode: true }],
    ['%xdel x', { deletes: ['x'] }],
    ['%env A={x}', { mayRead: ['x'] }],
    ['%timeit {x}', { mayRead: [], body: 'python' }],
    ['df.head?', { mayRead: ['df'], kind: 'help' }],
    ['%R -i a,b -o c', { reads: ['a', 'b'], binds: ['c'] }],
    ['%%sql res <<\nselect * from df', { binds: ['res'] }]
  ])('%s', (source, facts) => {
    expect(only(source)).toMatchObject(facts);
  });

  test.each([
    ['%unknown x', 'unknown-magic'],
    ['%%unknown\nx', 'unknown-magic'],
    ['%run a.py', 'magic-runs-script'],
    ['%load_ext x', 'magic-sets-kernel'],
    ['%pylab', 'magic-star-import'],
    ['%reset -f', 'magic-deletes-names'],
    ['%pip install x', 'magic-installs-packages'],
    ['!pip install x', 'magic-installs-packages'],
    ['%rerun', 'magic-uses-history'],
    ['%debug', 'magic-is-interactive'],
    ['%whos', 'magic-shows-namespace'],
    ['!sleep 9 &', 'magic-starts-process'],
    ['%%time', 'magic-fails'],
    ['%%time x\ny', 'magic-fails'],
    ['x = 1\n%%time', 'magic-fails'],
    ['ls -l', 'automagic']
  ])('%s is reported as %s', (source, code) => {
    expect(only(source).concern?.code).toBe(code);
  });
});

describe('Python that stands for a cell', () => {
  test.each([
    ['%time y = f(x)', 'y = f(x)'],
    ['x = %time f(1)', 'x = (f(1))'],
    ['files = !ls {a}', "files = get_ipython().getoutput('ls {a}' % (a,))"],
    ['%aimport a, b.c', 'import a; import b.c'],
    ['%xdel x', "get_ipython().run_line_magic('xdel', 'x'); del x"],
    [
      '%%timeit a = 2\nf("""\nq""")\n',
      'def __timeit__():\n a = 2\n f("""\nq""")\n__timeit__(); del __timeit__'
    ],
    ['%%prun -l 3 z = 3\ny = z', 'z = 3\ny = z'],
    ['%%bash\nls\nls', "get_ipython().run_cell_magic('bash', '', 'ls\\nls')\n\n"]
  ])('%s', (source, python) => {
    expect(transformCell(source).source).toBe(python);
  });

  test('places go back to what the person wrote', () => {
    const source = '>>> %time y = f(😀, x)\n... %%time\n... z = !ls\n';
    const cell = transformCell(source);
    const lines = cell.source.split('\n');
    expect(lines[0]).toBe('y = f(😀, x)');
    expect(originalPosition(cell.map, { line: 1, column: 9 })).toEqual({ line: 1, column: 19 });
    const call = { start: { line: 3, column: 4 }, end: { line: 3, column: 30 } };
    expect(originalRange(cell.map, call).start).toEqual({ line: 3, column: 8 });
  });

  test('lines that moved are found again', () => {
    const cell = transformCell('%timeit x = 1\nbad name\n');
    const line = cell.source.split('\n').indexOf('bad name') + 1;
    expect(line).toBe(4);
    expect(originalPosition(cell.map, { line, column: 4 })).toEqual({ line: 2, column: 4 });
  });
});

describe('automagic', () => {
  test('a name that the notebook binds is no magic', () => {
    const cell = transformCell('config', { isBound: name => name === 'config' });
    expect(cell).toEqual({ source: 'config', constructs: [], map: [] });
  });

  test.each(['ls = 3', 'time.sleep(1)', 'ls\nx', 'print', 'ls, x = f()'])(
    '%s is Python',
    source => {
      expect(transformCell(source).constructs).toEqual([]);
    }
  );

  test('below %%capture, which runs its cell, but not below %%time, which compiles it', () => {
    const kinds = (source: string): string[] =>
      transformCell(source).constructs.map(({ kind }) => kind);
    expect(kinds('%%capture\nls')).toEqual(['cell-magic', 'automagic']);
    expect(kinds('%%time\nls')).toEqual(['cell-magic']);
  });
});
