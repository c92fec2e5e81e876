import { notebookJson, notebookText } from '../testing/notebook/build';
import { annotate } from './annotate';
import { applyEdits } from './edits';
import type { JsonObject } from './model';
import { parseNotebook } from './read';

/** Milliseconds that `action` takes; the limits below leave room for a slow, busy machine. */
function time(action: () => void): number {
  const start = performance.now();
  action();
  return performance.now() - start;
}

describe('large notebooks', () => {
  it('1,000 cells', () => {
    const text = notebookText(
      Array.from({ length: 1000 }, (_, index) => ({
        source: `x${index} = ${index}\n`.repeat(10),
        tags: [
          `step:step ${index}`,
          ...Array.from(
            { length: Math.min(index, 5) },
            (__, back) => `prev:step ${index - back - 1}`
          )
        ]
      }))
    );
    let steps = 0;
    const took = time(() => {
      const { notebook } = parseNotebook(text);
      const annotated = annotate(notebook!);
      expect(annotated.diagnostics).toEqual([]);
      steps = annotated.steps.length;
    });
    expect(steps).toBe(1000);
    expect(took).toBeLessThan(2000);
  });

  describe('50 MB of outputs', () => {
    const json = notebookJson([
      { source: 'a', tags: ['step:a'] },
      { source: 'b' },
      { source: 'c' }
    ]);
    const cells = json.cells as JsonObject[];
    const megabyte = 1_000_000;
    cells[0]!.outputs = [{ data: { 'image/png': 'iVBORw0KGgo='.repeat((25 * megabyte) / 12) } }];
    cells[1]!.outputs = [
      { data: { x: Array.from({ length: megabyte }, (_, index) => index / 7) } },
      { text: Array.from({ length: 100_000 }, (_, index) => `line "${index}" \\ [{\n`) }
    ];
    const text = JSON.stringify(json, null, 1);

    it('are read and edited quickly', () => {
      expect(text.length).toBeGreaterThan(45 * megabyte);
      const read = time(() => {
        expect(annotate(parseNotebook(text).notebook!).steps[0]!.cells).toEqual([0, 1, 2]);
      });
      expect(read).toBeLessThan(5000);
      let edited = '';
      const edit = time(() => {
        edited = applyEdits(text, [
          { kind: 'add-tag', cell: 0, tag: 'image:x' },
          { kind: 'add-tag', cell: 2, tag: 'skip' },
          { kind: 'set-metadata', cell: null, path: ['chard', 'name'], value: 'n' }
        ]);
      });
      expect(edit).toBeLessThan(5000);
      expect(edited.length - text.length).toBeLessThan(200);
      expect(parseNotebook(edited).notebook!.cells.map(({ tags }) => tags)).toEqual([
        ['step:a', 'image:x'],
        [],
        ['skip']
      ]);
    });

    it('and a fault at their end is found', () => {
      const broken = text.slice(0, -10);
      let diagnostics: { code: string; line: number | null }[] = [];
      const took = time(() => ({ diagnostics } = parseNotebook(broken)));
      expect(diagnostics).toMatchObject([{ code: 'notebook-not-json' }]);
      expect(diagnostics[0]!.line).toBeGreaterThan(megabyte);
      expect(took).toBeLessThan(10_000);
    });
  });
});
