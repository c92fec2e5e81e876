import { diagnostic } from '@chard/core';
import type { ExperimentDiagnostic } from '@chard/core/experiment';
import { count, formatDiagnostics } from './diagnostics';

const plain = (_: unknown, text: string) => text;
const source = (cell: number) => (cell === 2 ? 'x = 1\n\ty = "é" + z\n\n' : undefined);

function shown(...place: Parameters<typeof diagnostic>) {
  return formatDiagnostics([diagnostic(...place)], source, plain);
}

it('shows the place, the line with a caret below what it is about, and the fixes', () => {
  const text = shown('error', 'unknown-name', 'Nothing defines "z".', {
    cell: 2,
    line: 2,
    column: 11,
    end: { line: 2, column: 12 },
    step: 'load',
    fixes: [{ title: 'Write "x"', edits: [{ kind: 'add-tag', cell: 2, tag: 'skip' }] }]
  });
  expect(text).toBe(
    'cell 2, line 2, column 11 (step load): error Nothing defines "z". [unknown-name]\n' +
      '    \ty = "é" + z\n' +
      '    \t          ^\n' +
      '    fix: Write "x"\n' +
      '\n1 error\n'
  );
});

it('underlines to the end of the first line of what goes on below', () => {
  const place = { cell: 2, line: 1, column: 4, end: { line: 2, column: 3 } };
  expect(shown('warning', 'some-code', 'Long.', place)).toContain('    x = 1\n        ^\n');
});

it('says only what it knows of the place', () => {
  expect(shown('info', 'some-code', 'Hm.')).toBe('notebook: info Hm. [some-code]\n\n1 note\n');
  expect(shown('info', 'some-code', 'Hm.', { cell: 7, step: 'a' })).toContain('cell 7 (step a): ');
  expect(shown('info', 'some-code', 'Hm.', { cell: 2, line: 3 })).toBe(
    'cell 2, line 3: info Hm. [some-code]\n\n1 note\n'
  );
});

it.each<[ExperimentDiagnostic['field'], string]>([
  [['parameters', 0, 'step'], 'experiment, parameters[0].step'],
  [['objective', 'metric'], 'experiment, objective.metric'],
  [[], 'experiment']
])('names the field of an experiment: %j', (field, place) => {
  const item: ExperimentDiagnostic = { ...diagnostic('error', 'some-code', 'Hm.'), field };
  const text = formatDiagnostics([item], source, plain);
  expect(text).toBe(`${place}: error Hm. [some-code]\n\n1 error\n`);
});

it('counts by severity, the worst first', () => {
  const list = (['info', 'error', 'warning', 'error', 'info'] as const).map(severity =>
    diagnostic(severity, 'some-code', 'x')
  );
  expect(count(list)).toBe('2 errors, 1 warning, 2 notes\n');
  expect(count([])).toBe('');
});
