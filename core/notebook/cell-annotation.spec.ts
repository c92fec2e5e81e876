import fc from 'fast-check';
import { cellAnnotation, foreignTag, tagList } from '../testing/notebook/arbitrary';
import {
  editsToAnnotate,
  NO_ANNOTATION,
  NO_SETTINGS,
  parseCellAnnotation,
  printCellAnnotation
} from './cell-annotation';
import { applyEditsToModel, applyEditToCell } from './edits';
import type { CellAnnotation, JsonObject } from './model';
import { parseTag } from './tags';

/** The order of dependencies and secrets means nothing. */
function sorted(annotation: CellAnnotation): CellAnnotation {
  return {
    ...annotation,
    prev: [...annotation.prev].sort(),
    settings: {
      ...annotation.settings,
      secrets: [...annotation.settings.secrets].sort((a, b) => (a.env < b.env ? -1 : 1))
    }
  };
}

const isForeign = (tag: string) => parseTag(tag).items.length === 0;
const metadata: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  {},
  { collapsed: true, chard: { somebody: [1, 2], requests: { cpu: '7' }, retries: { count: 3 } } },
  { notebook_path: './old.ipynb', chard: 'not an object' },
  { notebook_path: 7, chard: { timeoutSeconds: 'soon', description: 'old' } }
);

describe('the grammar', () => {
  it('parses what it prints, exactly, on a new cell', () => {
    fc.assert(
      fc.property(cellAnnotation, annotation => {
        const { tags, metadata: written } = printCellAnnotation(annotation);
        const parsed = parseCellAnnotation(tags, written);
        expect(parsed.annotation).toEqual(annotation);
        const codes = parsed.diagnostics.map(({ code }) => code);
        expect(codes).toEqual(annotation.skip && annotation.role ? ['skipped-step'] : []);
      })
    );
  });

  it('parses what it prints over any old tags and metadata, and keeps what is not ours', () => {
    fc.assert(
      fc.property(cellAnnotation, tagList, metadata, (annotation, oldTags, oldMetadata) => {
        const old = { tags: oldTags, metadata: oldMetadata };
        const { tags, metadata: written } = printCellAnnotation(annotation, old);
        expect(sorted(parseCellAnnotation(tags, written).annotation)).toEqual(sorted(annotation));
        expect(tags.filter(isForeign)).toEqual(oldTags.filter(isForeign));
        expect(written.collapsed).toEqual(oldMetadata.collapsed);
      })
    );
  });

  it('changes nothing where nothing changed', () => {
    fc.assert(
      fc.property(cellAnnotation, fc.array(foreignTag), metadata, (annotation, others, own) => {
        const first = printCellAnnotation(annotation, { tags: others, metadata: own });
        expect(printCellAnnotation(annotation, first)).toEqual(first);
      })
    );
  });

  it('gives the same result as its edits', () => {
    fc.assert(
      fc.property(cellAnnotation, tagList, metadata, (annotation, oldTags, own) => {
        // Adding a tag that is there changes nothing, so two equal tags cannot come from edits.
        const tags = [...new Set(oldTags)];
        const cell = { index: 0, id: null, type: 'code' as const, source: '', tags, metadata: own };
        const model = { cells: [{ metadata: { ...own, tags } }] };
        const edited = applyEditsToModel(model, editsToAnnotate(cell, annotation));
        const printed = printCellAnnotation(annotation, { tags, metadata: { ...own, tags } });
        expect(edited).toEqual({
          cells: [{ metadata: { ...printed.metadata, tags: printed.tags } }]
        });
      })
    );
  });
});

describe('printCellAnnotation', () => {
  it('replaces in place and keeps old spellings', () => {
    const annotation: CellAnnotation = {
      ...NO_ANNOTATION,
      role: { kind: 'step', name: 'fit' },
      prev: ['load', 'clean'],
      settings: { ...NO_SETTINGS, image: 'b' }
    };
    const tags = ['one', 'block:train', 'two', 'image:a', 'prev:load', 'three', 'cache:enabled'];
    expect(printCellAnnotation(annotation, { tags, metadata: {} }).tags).toEqual([
      'one',
      'block:fit',
      'two',
      'image:b',
      'prev:load',
      'three',
      'prev:clean'
    ]);
  });

  it('writes a misspelt tag right, and leaves one that is not read', () => {
    const annotation: CellAnnotation = {
      ...NO_ANNOTATION,
      role: { kind: 'step', name: 'fit' },
      prev: ['load']
    };
    const printed = (...tags: string[]) =>
      printCellAnnotation(annotation, { tags, metadata: {} }).tags;
    expect(printed('steps:fit', 'mine', 'prev :load')).toEqual(['step:fit', 'mine', 'prev:load']);
    expect(printed('steps:old', 'prev:load')).toEqual(['step:fit', 'prev:load']);
    expect(printed('step:fit', 'import', 'prev:load')).toEqual(['step:fit', 'import', 'prev:load']);
  });

  it("leaves papermill's spelling of the parameters", () => {
    const annotation: CellAnnotation = { ...NO_ANNOTATION, role: { kind: 'parameters' } };
    const old = { tags: ['parameters'], metadata: {} };
    expect(printCellAnnotation(annotation, old)).toEqual(old);
  });

  it('writes one metadata key for each field and keeps the others', () => {
    const settings = { ...NO_SETTINGS, timeoutSeconds: 60, environment: { A: 'x' } };
    const old = { tags: [], metadata: { chard: { theirs: 1.5, timeoutSeconds: 5 } } };
    expect(printCellAnnotation({ ...NO_ANNOTATION, settings }, old).metadata).toEqual({
      chard: { theirs: 1.5, timeoutSeconds: 60, environment: { A: 'x' } }
    });
  });
});

describe('parseCellAnnotation', () => {
  const codes = (tags: string[], metadata: JsonObject = {}) =>
    parseCellAnnotation(tags, metadata, 3).diagnostics.map(({ code }) => code);

  it('reports two steps and two roles on one cell, with a fix for each', () => {
    const { diagnostics, annotation } = parseCellAnnotation(['step:a', 'step:b'], {}, 3);
    expect(annotation.role).toEqual({ kind: 'step', name: 'a' });
    expect(diagnostics).toMatchObject([
      {
        severity: 'error',
        code: 'several-steps',
        cell: 3,
        fixes: [
          { edits: [{ kind: 'remove-tag', cell: 3, tag: 'step:a' }] },
          { edits: [{ kind: 'remove-tag', cell: 3, tag: 'step:b' }] }
        ]
      }
    ]);
    expect(codes(['imports', 'step:b'])).toEqual(['several-roles']);
    expect(codes(['step:a', 'step:a'])).toEqual([]);
    expect(codes(['block:a', 'step:a'])).toEqual([]);
  });

  it('skip wins over a step, which is remembered', () => {
    const { diagnostics, annotation } = parseCellAnnotation(['skip', 'step:a'], {}, 3);
    expect(annotation).toMatchObject({ skip: true, role: { kind: 'step', name: 'a' } });
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'skipped-step' }]);
  });

  it('reports contradicting settings of a cell; the first one holds', () => {
    const { diagnostics, annotation } = parseCellAnnotation(['image:a', 'image:b'], {}, 3);
    expect(annotation.settings.image).toBe('a');
    expect(diagnostics).toMatchObject([{ code: 'conflicting-settings', cell: 3 }]);
    expect(codes(['limit:cpu:1', 'limit:memory:1', 'limit:cpu:1'])).toEqual([]);
    expect(codes(['label:a:1', 'label:a:2', 'annotation:a:3'])).toEqual(['conflicting-settings']);
  });

  it('reads a misspelt tag as what was meant, and its fix writes that', () => {
    const { annotation, diagnostics } = parseCellAnnotation(['steps:x', 'prev :y'], {}, 3);
    expect(annotation).toEqual(parseCellAnnotation(['step:x', 'prev:y'], {}).annotation);
    expect(diagnostics).toMatchObject([
      {
        severity: 'warning',
        code: 'misspelt-tag',
        message: expect.stringContaining('is read as "step:x"'),
        fixes: [{ edits: [{ kind: 'replace-tag', cell: 3, tag: 'steps:x', with: 'step:x' }] }]
      },
      { code: 'misspelt-tag' }
    ]);
  });

  it('does not read a near miss that contradicts what is written right', () => {
    const { annotation, diagnostics } = parseCellAnnotation(['import', 'step:x'], {}, 3);
    expect(annotation.role).toEqual({ kind: 'step', name: 'x' });
    expect(diagnostics).toMatchObject([
      {
        severity: 'warning',
        code: 'misspelt-tag',
        message: expect.stringContaining('it is not read'),
        fixes: [{ edits: [{ kind: 'remove-tag', cell: 3, tag: 'import' }] }]
      }
    ]);
    expect(parseCellAnnotation(['Cache: enabled', 'cache:disabled'], {}).annotation).toMatchObject({
      settings: { cache: false }
    });
  });

  it('reports two misspelt tags of which only one can be meant', () => {
    expect(codes(['steps:a', 'steps:b'])).toEqual([
      'misspelt-tag',
      'misspelt-tag',
      'several-steps'
    ]);
  });

  it('says of a misspelt "skip" beside a step that it wins', () => {
    const { annotation, diagnostics } = parseCellAnnotation(['SKIP', 'step:a'], {}, 3);
    expect(annotation.skip).toBe(true);
    expect(diagnostics.map(({ code }) => code)).toEqual(['misspelt-tag', 'skipped-step']);
    expect(diagnostics[1]!.fixes[0]).toMatchObject({ edits: [{ tag: 'SKIP' }] });
  });

  it.each<[JsonObject, string]>([
    [{ retries: 3 }, 'chard.retries'],
    [{ retries: { count: -1 } }, 'chard.retries.count'],
    [{ retries: { count: 1, backof: 2 } }, 'chard.retries'],
    [{ timeoutSeconds: 0 }, 'chard.timeoutSeconds'],
    [{ timeoutSeconds: '60' }, 'chard.timeoutSeconds'],
    [{ environment: { A: 1 } }, 'chard.environment.A'],
    [{ environment: { 'A B': 'x' } }, 'chard.environment'],
    [{ requests: { cpu: 'much' } }, 'chard.requests.cpu'],
    [{ description: [] }, 'chard.description']
  ])('names the invalid field of %j', (chard, field) => {
    const { diagnostics, annotation } = parseCellAnnotation([], { chard }, 3);
    expect(annotation).toEqual(NO_ANNOTATION);
    expect(diagnostics).toMatchObject([{ severity: 'error', code: 'invalid-field', cell: 3 }]);
    expect(diagnostics[0]!.message).toContain(`"${field}"`);
    for (const { edits } of diagnostics[0]!.fixes) {
      const cell: JsonObject = { metadata: { chard } };
      const { metadata } = edits.reduce(applyEditToCell, cell);
      const repaired = parseCellAnnotation([], metadata as JsonObject, 3);
      expect(repaired.diagnostics).toEqual([]);
    }
  });

  it('reads the other fields beside an invalid one', () => {
    const chard = { timeoutSeconds: -1, description: 'Fits', theirs: {} };
    const { annotation } = parseCellAnnotation([], { chard });
    expect(annotation.settings).toEqual({ ...NO_SETTINGS, description: 'Fits' });
    expect(codes([], { chard: 'x' })).toEqual(['invalid-field']);
  });

  it('fills in what retries leave open', () => {
    const chard = { retries: { count: 2 } };
    expect(parseCellAnnotation([], { chard }).annotation.settings.retries).toEqual({
      count: 2,
      backoffSeconds: 0,
      backoffFactor: 2,
      maxBackoffSeconds: 3600
    });
  });
});
