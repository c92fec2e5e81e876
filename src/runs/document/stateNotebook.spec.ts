import { stateNotebook, stateNotebookName } from './stateNotebook';

it('begins with what makes the state, hidden, and goes on with the cells as they ran', () => {
  const { cells, metadata } = stateNotebook({
    kernel: 'my-python',
    setup: 'enter()',
    cells: [
      { cell: 4, source: 'a = b' },
      { cell: 6, source: 'print(a)' }
    ],
    heading: '# fit',
    text: 'What it got.',
    comment: 'Run it first.'
  });
  expect(metadata.kernelspec).toMatchObject({ name: 'my-python' });
  expect(cells.map(({ cell_type, source }) => [cell_type, source])).toEqual([
    ['markdown', '# fit\n\nWhat it got.'],
    ['code', '# Run it first.\nenter()'],
    ['code', 'a = b'],
    ['code', 'print(a)']
  ]);
  expect(cells[1]!.metadata).toEqual({ jupyter: { source_hidden: true } });
});

it('has a name of its own beside the notebook, whatever the step is called', () => {
  const name = (step: string, ...taken: string[]) =>
    stateNotebookName('digits.ipynb', step, new Set(taken));
  expect(name('random forest')).toBe('digits-random forest.state.ipynb');
  expect(name('größe_1')).toBe('digits-größe_1.state.ipynb');
  expect(name('../x')).toBe('digits-___x.state.ipynb');
  expect(name('a', 'digits-a.state.ipynb', 'digits-a-2.state.ipynb')).toBe(
    'digits-a-3.state.ipynb'
  );
});
