import { z } from 'zod';

/** A place in a cell: `line` counts from 1 within the cell, `column` from 0 in code points. */
export const Position = z.object({ line: z.int().min(1), column: z.int().min(0) });
export type Position = z.infer<typeof Position>;

/** A half-open stretch of a cell's source. */
export const Range = z.object({ start: Position, end: Position });
export type Range = z.infer<typeof Range>;

/** A structured edit of a notebook. `cell` counts from 0 over all cells. */
export const NotebookEdit = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('add-tag'), cell: z.int(), tag: z.string() }),
  z.object({ kind: z.literal('remove-tag'), cell: z.int(), tag: z.string() }),
  z.object({ kind: z.literal('replace-tag'), cell: z.int(), tag: z.string(), with: z.string() }),
  z.object({ kind: z.literal('replace-source'), cell: z.int(), range: Range, text: z.string() }),
  /** `path` below the notebook's (`cell: null`) or the cell's metadata; `value: null` deletes. */
  z.object({
    kind: z.literal('set-metadata'),
    cell: z.int().nullable(),
    path: z.array(z.string()).min(1),
    value: z.json()
  })
]);
export type NotebookEdit = z.infer<typeof NotebookEdit>;

/** A repair a person can take with one press: all its edits are one undoable change. */
export const Fix = z.object({ title: z.string(), edits: z.array(NotebookEdit).min(1) });
export type Fix = z.infer<typeof Fix>;

export const Severity = z.enum(['error', 'warning', 'info']);
export type Severity = z.infer<typeof Severity>;

/** A finding about a notebook. A value, never an exception; it says what is wrong, where and what to do. */
export const Diagnostic = z.object({
  severity: Severity,
  /** Stable, kebab-case; each has a section in docs/diagnostics.md. */
  code: z.string().regex(/^[a-z][a-z0-9-]*$/),
  message: z.string().min(1),
  /** Index over all cells, from 0; null where the finding is about the whole notebook. */
  cell: z.int().nullable(),
  line: z.int().nullable(),
  column: z.int().nullable(),
  end: Position.nullable(),
  step: z.string().nullable(),
  fixes: z.array(Fix)
});
export type Diagnostic = z.infer<typeof Diagnostic>;

type DiagnosticPlace = Partial<
  Pick<Diagnostic, 'cell' | 'line' | 'column' | 'end' | 'step' | 'fixes'>
>;

/** Builds a diagnostic; whatever of its place is not given is null. */
export function diagnostic(
  severity: Severity,
  code: string,
  message: string,
  place: DiagnosticPlace & { range?: Range | null } = {}
): Diagnostic {
  const { range, ...rest } = place;
  return {
    severity,
    code,
    message,
    cell: null,
    line: range?.start.line ?? null,
    column: range?.start.column ?? null,
    end: range?.end ?? null,
    step: null,
    fixes: [],
    ...rest
  };
}

/** Whether anything is wrong enough that the notebook cannot be run or compiled. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}
