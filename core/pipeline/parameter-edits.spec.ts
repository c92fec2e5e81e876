import * as fc from 'fast-check';
import { positionOf, sourceChange } from '../notebook';
import { offsetOf } from '../notebook/source-edit';
import { CaseBuilder } from '../testing/dataflow/builder';
import type { Pipeline } from './model';
import { editsToSetParameters, type ParameterEdits } from './parameter-edits';

let pipeline: Pipeline;

beforeAll(() => {
  const builder = new CaseBuilder();
  pipeline = builder.pipeline(`-- @parameters
rate: float = 1  # how fast
name = "é😀"; depth = -3
area = rate * depth
-- a
print(area, name)
`);
});

function applied({ edits }: ParameterEdits): string[] {
  let { source } = pipeline.prologue[0]!;
  for (const edit of edits) {
    if (edit.kind !== 'replace-source') throw new Error(edit.kind);
    const { start, end, text } = sourceChange(source, edit.range, edit.text);
    source = source.slice(0, start) + text + source.slice(end);
  }
  return source.split('\n').slice(0, 3);
}

test('only the literals change', () => {
  const found = editsToSetParameters(pipeline, { depth: 12, name: 'x', rate: 0.001 });
  expect(applied(found)).toEqual([
    'rate: float = 0.001  # how fast',
    "name = 'x'; depth = 12",
    'area = rate * depth'
  ]);
});

test('a value that is there already is not written', () => {
  expect(editsToSetParameters(pipeline, { rate: 1, depth: -3 }).edits).toEqual([]);
});

test('nothing is written where a value does not fit', () => {
  const { edits, diagnostics } = editsToSetParameters(pipeline, { depth: 0.5, rate: 2 });
  expect(edits).toEqual([]);
  expect(diagnostics).toMatchObject([{ code: 'wrong-parameter-type', cell: 0 }]);
});

test('a position leads back to its offset', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r\n', '\r', '😀', 'é') });
  fc.assert(
    fc.property(text, source => {
      for (
        let offset = 0;
        offset <= source.length;
        offset += source.codePointAt(offset)! > 0xffff ? 2 : 1
      ) {
        // Between the two halves of a line end nothing begins.
        if (source.slice(offset - 1, offset + 1) === '\r\n') continue;
        expect(offsetOf(source, positionOf(source, offset))).toBe(offset);
      }
    })
  );
});
