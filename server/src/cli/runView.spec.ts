import { errorReport } from './runView';

const plain = (_: unknown, text: string) => text;
const error = {
  step: 'a',
  code: 'exception',
  type: 'MemoryError',
  message: '',
  cell: 0,
  line: 3,
  traceback: []
};

it('ends the headline of an error that has no message with its type', () => {
  expect(errorReport(error, plain)).toBe('step a, cell 0, line 3: MemoryError\n');
  expect(errorReport({ ...error, message: 'no room' }, plain)).toBe(
    'step a, cell 0, line 3: MemoryError: no room\n'
  );
});
