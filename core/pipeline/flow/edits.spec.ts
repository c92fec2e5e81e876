import { createAnalyser } from '../../python/dataflow';
import { FlowMemory, analyseFlow, type StepFlow } from '.';

const ABOVE = 'def scale(v):\n    return [v]\nxs = scale(1)\nother = [2]';
const STEPS = ['first = [0]', ABOVE, 'ys = scale(xs)\nys.append(1)', 'print(ys)'];

const analyser = createAnalyser();

function analyse(steps: readonly string[], memory: FlowMemory): readonly StepFlow[] {
  const flowSteps = steps.map((source, index) => ({
    name: `s${index}`,
    cells: [{ cell: index, unit: analyser.unit(source, () => false) }],
    after: index > 0 ? [index - 1] : []
  }));
  return analyseFlow([], flowSteps, null, memory).steps;
}

/** Indexes of the steps that are gone through again after the second one is edited. */
function goneThrough(edited: string, steps = STEPS): number[] {
  const memory = new FlowMemory();
  const before = analyse(steps, memory);
  const after = analyse(steps.with(1, edited), memory);
  return after.flatMap(({ reads }, index) => (reads === before[index]?.reads ? [] : [index]));
}

test.each([
  ['a remark', `${ABOVE}\n# a remark`],
  ['a number', ABOVE.replace('scale(1)', 'scale(23)')],
  ['what is only looked at', `${ABOVE}\nprint(xs, [1, 2])`],
  ['a new name that no step below looks for', `${ABOVE}\nunused = 3`],
  ['a new object with a new name', `${ABOVE}\nunused = [3, [4]]`],
  ['a name less', ABOVE.replace('\nother = [2]', '')]
])('steps below are taken as they were after an edit of %s', (_, edited) => {
  expect(goneThrough(edited)).toEqual([1]);
});

test.each([
  ['a name that they look for', 'def scale(v):\n    return [v]\nxs = 1\nother = [2]'],
  ['a function that they call', ABOVE.replace('[v]', '[v, xs]')],
  ['the line of a function that they call', `\n${ABOVE}`],
  ['another name for an object that they change', `${ABOVE}\nunused = first`],
  ['what an object holds', ABOVE.replace('[2]', '[xs]')],
  ['a name that they look for in vain', `${ABOVE}\nys = 1`]
])('steps below are gone through again after an edit of %s', (_, edited) => {
  const changing = STEPS.with(2, 'first.append(1)\nys = scale(xs)\nys.append(1)');
  expect(goneThrough(edited, changing)).toEqual([1, 2, 3]);
});

test('a step that reads names which nobody can see is gone through again when there is another one', () => {
  const all = STEPS.with(3, 'print(dict(globals()))');
  expect(goneThrough(`${ABOVE}\nunused = 3`, all)).toEqual([1, 2, 3]);
});

test('after an edit that steps below do not see, a later one that they see is followed', () => {
  const memory = new FlowMemory();
  analyse(STEPS, memory);
  const edited = `${ABOVE}\nunused = [3]`;
  analyse(STEPS.with(1, edited), memory);
  const now = STEPS.with(1, edited).with(3, 'unused.append(ys)\nprint(xs)');
  const after = analyse(now, memory);
  expect(after.map(({ arrivals }) => arrivals)).toEqual(
    analyse(now, new FlowMemory()).map(({ arrivals }) => arrivals)
  );
  expect(after[3]?.arrivals.get('unused')?.candidates).toEqual([1]);
});
